from __future__ import annotations

from tests.examples import example_data
from tests.phases.again import again

from leadline.phases.data import (
    Column,
    Data,
    Group,
    Kind,
    Leak,
    ReadingDoubt,
    Role,
    Sentinel,
    Spellings,
    SpreadLeak,
    TellingWord,
    TextLeak,
)
from leadline.phases.verdict import Severity

DATA = example_data()
WORD = TellingWord(
    word="won", value="won", n_with=90, n_of_value=90, n_elsewhere=0, example="STATUS: won"
)
EVERYTHING = {
    "leaks": (Leak(column="copy", score=0.99), Leak(column="calls", score=0.97)),
    "spread_leak": SpreadLeak(columns=("a", "b"), score=0.995, model="tree"),
    "text_leaks": (TextLeak(column="said", how="word", score=1.0, words=(WORD,), n_rows=400),),
    "groups": (Group(column="host", n_groups=40, rows_each=7.0, agreement=0.95),),
    "near_repeats": 0.4,
    "n_duplicates": 3,
    "n_conflicts": 0,
    "n_crossing": 0,
    "sentinels": (Sentinel(column="temp", value="-999", n_rows=60),),
    "spellings": (Spellings(column="carrier", values=("UA", "ua")),),
    "doubts": (ReadingDoubt(column="amount", words='"1.220" was read', remedy="Write it."),),
    "columns": (
        *DATA.columns,
        Column(name="rare", kind=Kind.NUMBER, role=Role.FEATURE, n_missing=DATA.n_rows - 1),
    ),
}


def test_everything_the_audit_found_is_a_line_with_its_evidence_and_what_to_do() -> None:
    verdict = again(DATA, **EVERYTHING)
    assert isinstance(verdict, Data)
    lines = {line.finding: line for line in verdict.audit_lines}
    told = {title: (line.columns, line.evidence.split(";")[0]) for title, line in lines.items()}
    assert told["Tells the label alone"] == (("copy",), "score 0.990")
    assert told["Tell the label together"] == (("a", "b"), "a small tree scores 0.995")
    assert told["Rows belong together"] == (("host",), "40 values, 7 rows each")
    assert told["Test rows nearly repeat train rows"] == ((), "40% of the test rows")
    assert told["Could be read otherwise"] == (("amount",), '"1.220" was read')
    assert '"won" stands in 90 of 90 texts' in lines["Text tells the label"].evidence
    assert lines["A value may mean missing"].columns == ("temp",)
    assert lines["Mostly missing"].columns == ("rare",)
    assert lines["One value in several spellings"].columns == ("carrier",)
    assert lines["Rows repeat"].severity is Severity.NOTE
    # a split by time leaves nothing to do about groups
    wanted = set(lines) - {"Rows repeat", "Rows belong together"}
    assert all(lines[title].remedy for title in wanted)
    # the remarks of the example are mostly missing, too
    assert len(verdict.audit_lines) == len(lines) + 1


def test_what_the_lines_say_to_do_is_what_the_findings_say() -> None:
    verdict = again(DATA, **EVERYTHING)
    assert isinstance(verdict, Data)
    assert {line.remedy for line in verdict.audit_lines} <= {f.next for f in verdict.findings}
