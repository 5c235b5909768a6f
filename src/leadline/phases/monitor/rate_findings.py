"""Findings on rates: labels that do not tell them, and classes of which no loss is seen."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.phases.monitor.block_evidence import named
from leadline.phases.monitor.class_rates import (
    ClassRate,
    classes_below,
    not_fair,
    not_told,
    not_watched,
)
from leadline.phases.monitor.monitor_evidence import FEWEST_REFERENCE, Evidence
from leadline.phases.verdict import Finding, note, warning
from leadline.phases.wording import plural

_MOST_NAMED = 3


def label_findings(evidence: Evidence) -> list[Finding]:
    """Blocks whose labels are no fair sample of their rows."""
    return [*_selected(evidence), *_chosen(evidence)]


def class_findings(evidence: Evidence) -> list[Finding]:
    """What no alarm is raised for; where the reference has too few blocks, nothing is."""
    has_blocks = evidence.n_reference_blocks >= FEWEST_REFERENCE
    if has_blocks and (lacking := not_watched(evidence.rates, evidence.positive)):
        what = f"A loss raises no alarm of {lacking}: that is too few to hold it against."
        return [warning(what, "Set more test rows aside, or bring more rows with labels.")]
    if evidence.reference_alert_share is None and evidence.tolerance is None:
        return _single_classes(evidence.class_recalls, has_blocks=has_blocks)
    return []


def _single_classes(recalls: Sequence[ClassRate], *, has_blocks: bool) -> list[Finding]:
    """Classes that are found less, and those of which a loss raises no alarm."""
    found = []
    below = classes_below(recalls)
    if below:
        told = "; ".join(rate.words for rate in below[:_MOST_NAMED])
        more = f"; and {len(below) - _MOST_NAMED:,} more" if len(below) > _MOST_NAMED else ""
        found.append(
            warning(
                f"Recall of {len(below):,} of {len(recalls):,} classes lies below the reference of "
                f"late: {told}{more}.",
                "See which rows of them are missed, and whether the world or their labels changed.",
            )
        )
    lacking = [rate.name for rate in recalls if not rate.is_watched]
    if has_blocks and (lacking or not recalls):
        of = ", ".join(lacking[:_MOST_NAMED]) if lacking else "recall of any class"
        more = f" and {len(lacking) - _MOST_NAMED:,} more" if len(lacking) > _MOST_NAMED else ""
        found.append(
            note(
                f"A loss raises no alarm of {of}{more}: the reference has too few rows to hold it "
                "against."
            )
        )
    return found


def _selected(evidence: Evidence) -> list[Finding]:
    """Blocks whose labels came of one kind of row only."""
    lacking = [block for block in evidence.blocks if block.untold and not block.is_closed]
    kinds = dict.fromkeys(block.untold for block in lacking)
    return [
        warning(
            f"Of {named([b for b in lacking if b.untold == untold])} {not_told(untold)}, and "
            "raises no alarm.",
            "Label rows whatever the model said of them: leadline watch --ask rows.csv",
        )
        for untold in kinds
    ]


def _chosen(evidence: Evidence) -> list[Finding]:
    """Blocks with labels of rows that a rule chose."""
    chosen = [block for block in evidence.blocks if block.chosen_by and not block.is_closed]
    found = []
    for rules in dict.fromkeys(block.chosen_by for block in chosen):
        of_rule = [block for block in chosen if block.chosen_by == rules]
        unknown = [block for block in of_rule if not block.n_labelled]
        known = [block for block in of_rule if block.n_labelled]
        if unknown:
            found.append(
                warning(
                    f"Of {named(unknown)} {not_fair(rules)}: how much of all is wrong is not "
                    "known, and raises no alarm. Columns are compared and scores shown as of "
                    "any block, which is information.",
                    "Label the rows that 'leadline watch --ask rows.csv' names.",
                )
            )
        if known:
            n_aside = sum(block.n_aside for block in known)
            found.append(
                note(
                    f"Of {named(known)} {not_fair(rules)}: {plural(n_aside, 'label')} left aside, "
                    "as all rows that were asked for have theirs."
                )
            )
    return found
