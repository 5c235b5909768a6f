"""define / data: is the snapshot fit to learn from, and how must it be split?

The split is drawn once and kept for the project's life: by time where rows are dated, by
group where rows belong together, else at random.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from leadline.phases.data.audit_lines import AuditLine, audit_lines
from leadline.phases.data.class_findings import class_findings
from leadline.phases.data.data_evidence import Evidence
from leadline.phases.data.machine_shares import learnt_notes
from leadline.phases.data.split_findings import duplicate_findings, split_findings, split_words
from leadline.phases.data.suspicion_findings import column_findings, suspicion_findings
from leadline.phases.verdict import (
    Finding,
    Severity,
    Verdict,
    answer_of,
    barrier,
    fault,
    note,
    warning,
)
from leadline.phases.wording import plural

_FEWEST_ROWS = 40
_FEWEST_TRAIN = 6  # two in each of three folds: below that not even a baseline can be fitted
_FEWEST_WIDE = 20
_WIDE_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class Data(Verdict, Evidence):
    """The snapshot, its split, and what is wrong with it."""

    def without_machines(self) -> Data:
        """The same rows without those that only machines labelled."""
        return replace(self, machine_rows="", machine_labels="", machine_shares=())

    @property
    def audit_lines(self) -> tuple[AuditLine, ...]:
        """What the audit found, for a table."""
        return audit_lines(self)


def assess(evidence: Evidence) -> Data:
    """Say whether the snapshot is fit to learn from.

    Examples
    --------
    >>> from leadline.phases.data import Split, SplitKind
    >>> from leadline.phases.scoring import Task
    >>> split = Split(kind=SplitKind.RANDOM, test_share=0.2, seed=0, n_train=8, n_test=2)
    >>> verdict = assess(
    ...     Evidence(
    ...         snapshot="",
    ...         source_digest="",
    ...         files=("a.csv",),
    ...         task=Task.BINARY,
    ...         n_rows=10,
    ...         columns=(),
    ...         split=split,
    ...     )
    ... )
    >>> verdict.answer.value, verdict.findings[0].what
    ('no', 'Only 10 labelled rows.')
    """
    findings = (
        *(note(sentence) for sentence in evidence.notes),
        *(warning(doubt.words, doubt.remedy, (doubt.column,)) for doubt in evidence.doubts),
        *_size_findings(evidence),
        *learnt_notes(evidence.machine_shares, evidence.split.n_train),
        *(note(sentence) for sentence in evidence.machine_notes),
        *class_findings(evidence),
        *suspicion_findings(evidence),
        *column_findings(evidence),
        *duplicate_findings(evidence),
        *split_findings(evidence),
    )
    return Data(
        answer=answer_of(findings),
        summary=_summary(evidence, findings),
        findings=findings,
        **vars(evidence),
    )


def _summary(evidence: Evidence, findings: tuple[Finding, ...]) -> str:
    """The rows and the split; where the data are unfit, why comes first."""
    counted = (
        f"{plural(evidence.n_rows, 'labelled row')} with "
        f"{plural(len(evidence.features), 'feature')}"
    )
    barriers = [finding.what for finding in findings if finding.is_barrier]
    if barriers:
        return f"{barriers[0].rstrip('.')}: nothing can be learnt from {counted}."
    faults = [finding.what for finding in findings if finding.severity is Severity.FAULT]
    why = f"Not fit to learn from: {faults[0][0].lower()}{faults[0][1:]} " if faults else ""
    return why + (
        f"{counted}; {evidence.split.n_test:,} of them set aside as the test set "
        f"({split_words(evidence)})."
    )


def _size_findings(evidence: Evidence) -> list[Finding]:
    findings = []
    if evidence.n_rows < _FEWEST_ROWS:
        few = barrier if evidence.split.n_train < _FEWEST_TRAIN else fault
        findings.append(
            few(
                f"Only {evidence.n_rows} labelled rows.",
                f"At least {_FEWEST_ROWS} are needed to learn anything: label more rows.",
            )
        )
    if not evidence.features and evidence.n_rows >= _FEWEST_ROWS:
        findings.append(barrier("No column is left to learn from.", "Exclude fewer columns."))
    if evidence.n_empty_rows:
        verb = "was" if evidence.n_empty_rows == 1 else "were"
        findings.append(
            note(f"{plural(evidence.n_empty_rows, 'row')} without any value {verb} left out.")
        )
    if evidence.n_unlabelled:
        n_out = evidence.n_unlabelled - evidence.n_machine_rows
        has, was = ("has", "was") if n_out == 1 else ("have", "were")
        if n_out:
            findings.append(
                note(
                    f"{plural(n_out, 'row')} {has} no label and {was} left out.",
                    "Label them with 'leadline label', or leave them as they are.",
                )
            )
    findings += _width_findings(evidence)
    return findings


def _width_findings(evidence: Evidence) -> list[Finding]:
    n_features, n_train = len(evidence.features), evidence.split.n_train
    if n_features < max(_FEWEST_WIDE, _WIDE_SHARE * n_train):
        return []
    return [
        warning(
            f"{n_features:,} columns on {plural(n_train, 'train row')}: by chance alone some of "
            "them seem to tell the label.",
            "Exclude what cannot matter, bring more rows, and trust the test score only.",
        )
    ]
