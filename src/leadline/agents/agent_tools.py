"""Tools of an agent: each looks, proposes or starts; none decides.

A tool opens the workspace, asks for the allowance, answers with a frozen dataclass of
`leadline.services.agents`, and leaves the call on the record. An error that is not one of a few
kinds says nothing but that there was one: messages of readers and models quote cells.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import TypeVar

from mcp.server.mcpserver.exceptions import ToolError

from leadline.errors import (
    LeadlineError,
    LimitError,
    NotAllowedError,
    NotReadyError,
    RecordError,
    SettingsError,
)
from leadline.record import AgentCall
from leadline.record.agents.agent_proposals import Proposed
from leadline.services.agents.agent_allowance import Allowance, agent_at_work, allowance_of
from leadline.services.agents.agent_evidence import RowEvidence, row_evidence
from leadline.services.agents.agent_proposing import ProposalView, proposals, propose_change
from leadline.services.agents.agent_runs import RunView, run_of, start_row
from leadline.services.agents.agent_views import (
    HistoryLine,
    ProjectCosts,
    ProjectStanding,
    StageBrief,
    agent_costs,
    agent_history,
    project_standing,
    stage_brief,
)
from leadline.services.agents.holdout_answers import HeldOutAnswer, look_at_holdout
from leadline.workspace import Workspace

T = TypeVar("T")

_PLAIN = (LimitError, NotAllowedError, NotReadyError, RecordError, SettingsError)
_LONGEST_ARGUMENTS = 4_000
_LOG = logging.getLogger("leadline.agents")


class AgentTools:
    """What an agent can call, by the name of each public method.

    Parameters
    ----------
    folder : Path
        Of the workspace.
    whose : callable
        Names the agent that calls.
    """

    def __init__(self, folder: Path, whose: Callable[[], str]) -> None:
        self._folder, self._whose = folder, whose
        self._turn = Lock()

    @property
    def reading(self) -> tuple[Callable[..., object], ...]:
        """Tools that change nothing but the list of calls."""
        return (
            self.allowance, self.standing, self.evidence, self.brief, self.history, self.costs,
            self.run, self.my_proposals,
        )  # fmt: skip

    @property
    def acting(self) -> tuple[Callable[..., object], ...]:
        """Tools that leave more: a look, a proposal, a job."""
        return (self.look, self.propose, self.start)

    def allowance(self) -> Allowance:
        """What you may use, what of it is left, and which person grants it."""
        return self._call("allowance", {}, allowance_of)

    def standing(self) -> ProjectStanding:
        """Where the project stands, row by row of its life cycle.

        Each with its state, its answer, and why it may not be started now.
        """
        return self._call("standing", {}, lambda w, _: project_standing(w))

    def evidence(self, row: str) -> RowEvidence:
        """The newest verdict of a row with its evidence.

        One of problem, data, feasibility, search, labelling, curve, forecast: what was measured on
        held-out rows is not among them.
        """
        return self._call("evidence", {"row": row}, lambda w, _: row_evidence(w, row))

    def brief(self, stage: str) -> StageBrief:
        """What a person's decision on a stage rests on: define, find or train."""
        return self._call("brief", {"stage": stage}, lambda w, _: stage_brief(w, stage))

    def history(self, limit: int = 50) -> tuple[HistoryLine, ...]:
        """The newest entries: verdicts, and decisions of people with their reasons."""
        return self._call("history", {"limit": limit}, lambda w, _: agent_history(w, limit=limit))

    def costs(self) -> ProjectCosts:
        """Money that the project was granted, has spent and has left."""
        return self._call("costs", {}, lambda w, _: agent_costs(w))

    def look(self, told: bool = False) -> HeldOutAnswer:
        """Ask the held-out rows about the candidate that was tuned last.

        Every look is counted, for all agents together. Without 'told' the rows only confirm the
        cross-validated score, or do not: that costs little. With 'told' you get the score, rounded,
        with a 90 % interval that counts all looks: that costs more. When the budget is spent only
        fresh test rows renew it.
        """
        return self._call("look", {"told": told}, lambda w, _: look_at_holdout(w, is_told=told))

    def propose(
        self,
        kind: str,
        why: str,
        changes: dict[str, str | int | float | bool | list[str]] | None = None,
        files: dict[str, str] | None = None,
    ) -> ProposalView:
        """Propose features, a candidate, a prompt or settings; a person accepts or declines.

        'kind' is features, candidate, prompt or settings. 'changes' maps keys of leadline.toml to
        values, such as {"find.families": ["linear", "agent_models:forest"]}. 'files' maps names of
        files beside leadline.toml to their text, such as {"agent_models.py": "..."}.
        """
        given: Mapping[str, Proposed] = changes or {}
        return self._call(
            "propose",
            {"kind": kind, "why": why, "changes": given, "files": files or {}},
            lambda w, agent: propose_change(w, agent, kind, why, given, files or {}),
        )

    def my_proposals(self) -> tuple[ProposalView, ...]:
        """What you proposed, and what people answered; the newest first."""
        return self._call("my_proposals", {}, proposals)

    def start(self, row: str) -> RunView:
        """Start the computation of a row, within your allowance.

        One of data, feasibility, search, labelling, curve, forecast, tuning. A worker takes it up.
        """
        with self._turn:  # of two calls at once the second one sees the run of the first
            return self._call(
                "start", {"row": row}, lambda w, agent: start_row(w, agent, row), is_kept=True
            )

    def run(self, job: int) -> RunView:
        """How a run goes that an agent started."""
        return self._call("run", {"job": job}, lambda w, _: run_of(w, job))

    def _call(
        self,
        tool: str,
        arguments: Mapping[str, object],
        answer: Callable[[Workspace, str], T],
        *,
        is_kept: bool = False,
    ) -> T:
        """Answer a call and leave it on the record; `is_kept`: the answer does that itself."""
        agent = self._whose()
        given = json.dumps(arguments, ensure_ascii=False, default=str)[:_LONGEST_ARGUMENTS]
        try:
            with Workspace.open(self._folder) as workspace:
                try:
                    found = answer(agent_at_work(workspace, agent), agent)
                except Exception as error:
                    refusal = str(error) if isinstance(error, _PLAIN) else type(error).__name__
                    workspace.record.agents.calls.add(AgentCall(agent, tool, given, refusal))
                    raise
                if not is_kept:
                    workspace.record.agents.calls.add(AgentCall(agent, tool, given))
                return found
        except _PLAIN as error:
            raise ToolError(str(error)) from None
        except LeadlineError as error:
            _LOG.warning("%s of %s: %s", tool, agent, error)
            raise ToolError(
                "It failed. A person must look: the log of the server says why."
            ) from None
