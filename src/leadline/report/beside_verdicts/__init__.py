"""Parts of a report beside the verdicts: briefs, comments, the work on ship and watch."""
