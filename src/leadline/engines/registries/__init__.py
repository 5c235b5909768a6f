"""Where a project's trials and verdicts are shown too, for people who look there."""
