"""One module for each row a machine judges: gather the evidence, ask the phase.

Each has ``run(workspace, reading, report) -> Verdict``: `reading` shows the verdicts the row may
stand on, `report(message, share)` tells how far it is. One job knows no other job.
"""
