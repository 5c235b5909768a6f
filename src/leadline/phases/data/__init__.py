"""define / data: is the snapshot fit to learn from, and how must it be split?"""

from __future__ import annotations

from leadline.phases.data.audit_lines import AuditLine
from leadline.phases.data.data import Data, assess
from leadline.phases.data.data_evidence import Evidence
from leadline.phases.data.machine_shares import (
    BOOSTED,
    MachineShare,
    label_worth,
    learnt_notes,
    learnt_words,
    machine_worth,
    n_machine_rows,
    step_of_a_row,
    weight_of,
)
from leadline.phases.data.number_gap import NumberGap
from leadline.phases.data.set_aside import Split, SplitKind
from leadline.phases.data.snapshot_columns import (
    ClassCount,
    Column,
    Kind,
    NumberSpread,
    Role,
)
from leadline.phases.data.suspicion_findings import LEAK_SCORE
from leadline.phases.data.suspicions import (
    FilledLeak,
    Group,
    Growth,
    Leak,
    ReadingDoubt,
    Sentinel,
    Spellings,
    SpreadLeak,
    TellingGap,
    TellingWord,
    TextLeak,
)

__all__ = [
    "BOOSTED",
    "LEAK_SCORE",
    "AuditLine",
    "ClassCount",
    "Column",
    "Data",
    "Evidence",
    "FilledLeak",
    "Group",
    "Growth",
    "Kind",
    "Leak",
    "MachineShare",
    "NumberGap",
    "NumberSpread",
    "ReadingDoubt",
    "Role",
    "Sentinel",
    "Spellings",
    "Split",
    "SplitKind",
    "SpreadLeak",
    "TellingGap",
    "TellingWord",
    "TextLeak",
    "assess",
    "label_worth",
    "learnt_notes",
    "learnt_words",
    "machine_worth",
    "n_machine_rows",
    "step_of_a_row",
    "weight_of",
]
