"""Agents: what a person let them do, what they did and proposed, what the hold-out told them."""

from leadline.record.agents.agent_calls import AgentCall, AgentCalls
from leadline.record.agents.agent_grants import AgentGrant, AgentGrants
from leadline.record.agents.agent_proposals import AgentProposal, AgentProposals, ProposalAnswer
from leadline.record.agents.agent_tables import ProposalKind
from leadline.record.agents.holdout_looks import HoldoutLook, HoldoutLooks
from leadline.record.database import Database

__all__ = [
    "AgentCall",
    "AgentCalls",
    "AgentGrant",
    "AgentGrants",
    "AgentProposal",
    "AgentProposals",
    "Agents",
    "HoldoutLook",
    "HoldoutLooks",
    "ProposalAnswer",
    "ProposalKind",
]


class Agents:
    """What the record knows of agents.

    Attributes
    ----------
    grants : AgentGrants
        What they may use.
    calls : AgentCalls
        What they asked for.
    proposals : AgentProposals
        What they proposed, and what people answered.
    looks : HoldoutLooks
        What they were told of held-out scores.
    """

    def __init__(self, database: Database) -> None:
        self.grants = AgentGrants(database)
        self.calls = AgentCalls(database)
        self.proposals = AgentProposals(database)
        self.looks = HoldoutLooks(database)
