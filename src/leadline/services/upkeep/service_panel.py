"""Panel of the release in service: since when, by whom, how it does, and what is due next."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from leadline.monitoring.release_in_service import in_service, put_into_service
from leadline.phases.decay import Decay
from leadline.phases.lifecycle import Badge
from leadline.phases.monitor import Monitor
from leadline.phases.permissions import Action
from leadline.phases.release import Release
from leadline.phases.verdict import Answer
from leadline.record.sql_types import utc
from leadline.services.identity.permission import require
from leadline.services.queries.project_state import ProjectState
from leadline.services.upkeep.due_dates import Due, due
from leadline.services.upkeep.model_line import health_badge
from leadline.services.upkeep.yearly_money import Ageing
from leadline.workspace import Workspace


@dataclass(frozen=True)
class ServicePanel:
    """The release in service.

    Attributes
    ----------
    release_id : str
        Its name.
    entry : int
        Its entry.
    point : str
        The operating point it answers at.
    since : datetime
        Since when it is in service.
    by : str
        Who put it there.
    badge : Badge
        Whether it is still good enough.
    health : str
        What the last look at it said, or that nobody looked.
    looked_at : datetime or None
        When that was; None if nobody looked.
    due : Due
        What comes next.
    """

    release_id: str
    entry: int
    point: str
    since: datetime
    by: str
    badge: Badge
    health: str
    looked_at: datetime | None
    due: Due


def service_panel(workspace: Workspace, *, now: datetime | None = None) -> ServicePanel | None:
    """The release in service and its health; None where none is.

    Parameters
    ----------
    workspace : Workspace
        The project.
    now : datetime or None, default=None
        The moment from which dates are late, with a time zone; None: now.
    """
    require(workspace, Action.VIEW)
    record = workspace.record
    entry = in_service(record)
    if entry is None:
        return None
    release = entry.verdict_as(Release)
    (since, by), state = put_into_service(record, entry), ProjectState.of(record)
    look = record.latest("monitor")
    # a look at a release that is no longer in service says nothing of this one
    is_of_release = look is not None and (look.verdict_as(Monitor).release_id == release.release_id)
    looked_at = look.at if look is not None and is_of_release else None
    decay = record.latest_of(Decay)
    is_alarmed = state.has("monitor", Answer.NO) and not state.is_overruled("monitor")
    return ServicePanel(
        release_id=release.release_id,
        entry=entry.number,
        point=release.point,
        since=since,
        by=by,
        badge=health_badge(state, is_of_release=is_of_release),
        health=look.verdict.summary
        if look is not None and is_of_release
        else "Nobody has looked yet whether it still is what was released.",
        looked_at=looked_at,
        due=due(
            since,
            None if decay is None else _ageing(decay),
            looked_at,
            utc(now).date(),
            is_alarmed=is_of_release and is_alarmed,
        ),
    )


def _ageing(decay: Decay) -> Ageing:
    return Ageing(**{each.name: getattr(decay, each.name) for each in fields(Ageing)})
