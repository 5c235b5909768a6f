"""Sections on maintenance: assumptions, runbook, logs."""

from __future__ import annotations

from leadline.phases.decay import Decay
from leadline.phases.monitor import Monitor
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.verdict import Severity
from leadline.phases.wording import moment
from leadline.report.model_document.section import LatestVerdicts, Section, not_run
from leadline.report.row_sections import decisions
from leadline.report.text_table import share, tabled


def assumptions(latest: LatestVerdicts) -> Section:
    """What was taken for granted, and every warning that still stands."""
    title = "Assumptions and open warnings"
    problem = latest.get("problem", Problem)
    if problem is None:
        return Section(title, unknowns=(not_run("problem", "What was assumed"),))
    said = "Every setting of the problem was confirmed by a person."
    if problem.assumed:
        said = f"Nobody has confirmed these settings: {', '.join(problem.assumed)}."
    newest = {entry.row: entry for entry in latest.entries}
    rows = [
        (entry.row, finding.what, finding.next or "–")
        for entry in newest.values()
        for finding in entry.verdict.findings
        if finding.severity is not Severity.NOTE
    ]
    tables = (tabled("Open warnings", ("Row", "What", "What to do"), rows),) if rows else ()
    return Section(title, (said,), tables)


_STEPS = """\
Label the newest rows ('leadline watch --ask rows.csv' writes those that tell most) and add a \
file of labelled rows to [data] files in leadline.toml. What stood on the old rows is now stale.
Run 'leadline run define find train'. Read the warnings, and whether the forecast still says \
that the target is in reach.
Run 'leadline run tuning', judge examples of the newest stream with 'leadline review' and choose \
the operating point anew: thresholds do not carry over.
Run 'leadline run ship'. It compares the new release with the one in service on the same test \
rows; if the new one is worse, keep the old one.
Put the new release into service with 'leadline serve', and keep the old bundle: going back is \
serving it again.
Run 'leadline run watch', write this document again, and say who decided what with \
'leadline decide'."""


def runbook(latest: LatestVerdicts) -> Section:
    """How to retrain, step by step."""
    decay = latest.get("decay", Decay)
    when = "an alarm of the monitor"
    if decay is not None and decay.retrain_every is not None:
        when = f"{decay.retrain_every} {decay.block}s after the last training, or {when}"
    first = f"When: {when}. See where things stand with 'leadline status'."
    return Section("How to retrain", steps=(first, *_STEPS.splitlines()))


def logs(latest: LatestVerdicts) -> Section:
    """Alarms, releases and decisions, oldest first."""
    alarms = _alarms(latest)
    releases = [
        (
            sealed.release_id,
            sealed.candidate,
            sealed.replaces or "–",
            sealed.approved_by,
            moment(e.at),
        )
        for e, sealed in latest.all(Release)
    ]
    sentences, tables = [], []
    if alarms:
        columns = ("Block", "Wrong", "First seen", "What people did")
        tables.append(tabled("Alarms", columns, alarms))
    else:
        sentences.append("The monitor has raised no alarm.")
    if releases:
        head = ("Release", "Candidate", "Replaces", "Approved by", "When")
        tables.append(tabled("Trainings released", head, releases))
    else:
        sentences.append("Nothing has been released.")
    decided = decisions(latest.entries)
    if decided.rows:
        tables.append(decided)
    else:
        sentences.append("No decision is on the record.")
    return Section("Log of alarms, trainings and decisions", tuple(sentences), tuple(tables))


def _alarms(latest: LatestVerdicts) -> list[tuple[str, str, str, str]]:
    """Each alarm once: when it was first on the record, and what became of it."""
    seen: dict[tuple[str, str], tuple[str, str, str, str]] = {}
    for entry, monitor in latest.all(Monitor):
        lives = {alarm.block: alarm for alarm in monitor.alarms}
        for block in monitor.blocks:
            if not block.is_alarm:
                continue
            key = (monitor.release_id, block.name)
            first = seen[key][2] if key in seen else moment(entry.at)
            life = lives[block.name].story if block.name in lives else "–"
            seen[key] = (block.name, share(block.error), first, life)
    return list(seen.values())
