"""A project in which everything hidden carries a mark, to see whether any of it comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

import polars as pl
from tests.services.flights import append, make_workspace

from leadline.phases.decision import Decision
from leadline.phases.lifecycle import ROWS, Stage
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Verdict
from leadline.record import AgentCall, JobState
from leadline.services.agents.agent_allowance import grant_agent
from leadline.services.agents.agent_evidence import SHOWN, Fields
from leadline.workspace import Workspace

WORD, NUMBER = "hiddenword", 0.7321973
AGENT = "coder"
HIDDEN = {"tuning", "review", "release", "capacity", "decay", "monitor"}
# sentences, and what may hold cells: hidden whatever the list of the server says
_ALWAYS = {
    "disputed", "doubts", "example", "examples", "findings", "groups", "judges", "leaks",
    "level", "message", "notes", "sentinels", "spellings", "spread_leak", "summary", "text_leaks",
    "toward", "truth", "values", "what", "words",
}  # fmt: skip
# of hidden rows what 'look' tells of, and the folds that its price is taken from
_NAMES = {"candidate", "scoring", "currency", "scores"}


def marked_workspace(folder: Path) -> Workspace:
    """All rows of the life cycle, a file, a comment and a failed run; what is hidden is marked."""
    workspace = make_workspace(folder, ())
    with make_workspace(_made(folder / "plain")) as plain:
        verdicts = {row: plain.record.latest(row) for row in ROWS}
    for row in ROWS:
        entry = verdicts[row]
        assert entry is not None
        append(workspace, row, _hidden(row, entry.verdict))
    again = verdicts["decision.train"]
    assert again is not None
    late = replace(again.verdict_as(Decision), why=f"the test score of {NUMBER}: {WORD}")
    append(workspace, "decision.train", late)
    cells = pl.read_csv(folder / "flights.csv").with_columns(
        remark=pl.lit(WORD), dep_delay=pl.lit(NUMBER)
    )
    cells.write_csv(folder / "flights.csv")
    workspace.record.comments.add("project", f"The test score is {NUMBER}: {WORD}", "Ada")
    grant_agent(workspace, AGENT, runs=9, hours=9.0, most_money=9.0, days=9.0, by="Ada")
    failed = workspace.record.jobs.put("data", by=AGENT)
    workspace.record.agents.calls.add(AgentCall(AGENT, "start", "{}", job=failed.number))
    workspace.record.jobs.claim("here", number=failed.number)
    workspace.record.jobs.finish(
        failed.number, worker="here", state=JobState.FAILED, message=f"line 3: {WORD} {NUMBER}"
    )
    return workspace


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _hidden(row: str, verdict: Verdict) -> Verdict:
    if isinstance(verdict, Decision):
        is_early = ROWS[row].stage in {Stage.DEFINE, Stage.FIND, Stage.TRAIN}
        return replace(verdict, why=verdict.why if is_early else WORD, summary=WORD)
    marked: Verdict = _marked(verdict, () if row in HIDDEN else SHOWN[row])
    if isinstance(verdict, Tuning):
        return replace(marked, test_score=NUMBER + 0.08, test_stderr=verdict.test_stderr)  # type: ignore[call-arg]
    return marked


def _marked(value: Any, shown: Fields) -> Any:
    """An object with every text and number marked that is not shown."""
    if is_dataclass(value) and not isinstance(value, type):
        open_ = {
            f if isinstance(f, str) else f[0]: () if isinstance(f, str) else f[1] for f in shown
        }
        changes = {}
        for field in fields(value):
            if not field.init or field.name in _NAMES or field.name.endswith("digest"):
                continue
            now = getattr(value, field.name)
            if field.name not in open_ or field.name in _ALWAYS:
                changes[field.name] = _marked(now, ())
            elif open_[field.name]:
                changes[field.name] = _marked(now, open_[field.name])
        return replace(value, **changes)
    if isinstance(value, tuple):
        return tuple(_marked(each, shown) for each in value)
    if isinstance(value, Mapping):
        return {key: _marked(each, ()) for key, each in value.items()}
    if isinstance(value, bool | int | Enum) or value is None:
        return value
    if isinstance(value, str):
        is_digest = len(value) == 64 and set(value) <= set("0123456789abcdef")
        return value if is_digest or not value else WORD
    return NUMBER if isinstance(value, float) else value
