"""Page model of agents: what each may use, what they propose, learnt and did."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.permissions import Action
from leadline.record import AgentCall
from leadline.services.agents.agent_allowance import Allowance, allowance_of
from leadline.services.agents.agent_proposing import ProposalView, proposals
from leadline.services.agents.holdout_answers import HoldoutState, holdout_state
from leadline.services.identity.permission import require
from leadline.workspace import Workspace

_N_CALLS = 15


@dataclass(frozen=True)
class AgentsPage:
    """Agents of a project, for people.

    Attributes
    ----------
    allowances : tuple of Allowance
        One an agent, the newest grant last.
    proposals : tuple of ProposalView
        The newest first.
    holdout : HoldoutState
        What all of them learnt of the held-out rows.
    calls : tuple of AgentCall
        The newest first.
    """

    allowances: tuple[Allowance, ...]
    proposals: tuple[ProposalView, ...]
    holdout: HoldoutState
    calls: tuple[AgentCall, ...]

    @property
    def open(self) -> tuple[ProposalView, ...]:
        """Proposals that nobody has answered."""
        return tuple(one for one in self.proposals if one.state == "open")

    @property
    def answered(self) -> tuple[ProposalView, ...]:
        """Proposals that somebody has answered."""
        return tuple(one for one in self.proposals if one.state != "open")


def agents_page(workspace: Workspace) -> AgentsPage:
    """Read what agents may use, propose, learnt and did."""
    require(workspace, Action.VIEW)
    agents = workspace.record.agents
    return AgentsPage(
        allowances=tuple(allowance_of(workspace, one.agent) for one in agents.grants.newest()),
        proposals=proposals(workspace),
        holdout=holdout_state(workspace),
        calls=agents.calls.newest(limit=_N_CALLS),
    )
