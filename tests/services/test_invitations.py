from __future__ import annotations

from collections.abc import Callable

import pytest

from leadline.errors import SettingsError
from leadline.record import Role
from leadline.services.identity.permission import guest
from leadline.services.invitations import LONGEST_DAYS, PAGES, invite, pages_of
from leadline.workspace import Workspace

Make = Callable[..., Workspace]


@pytest.mark.parametrize("days", [0.0, -1.0, LONGEST_DAYS + 0.5, float("nan")])
def test_an_invitation_that_would_never_or_nearly_always_be_good_is_refused(
    make: Make, days: float
) -> None:
    with pytest.raises(SettingsError, match="Give another number of --days"):
        invite(make(()), "Ada", Role.LABEL, days=days, by="Boss")


def test_an_invitation_may_be_good_for_a_year(make: Make) -> None:
    made, path = invite(make(()), " Ada ", Role.JUDGE, days=LONGEST_DAYS, by="Boss")
    assert (made.person, made.role) == ("Ada", Role.JUDGE)
    assert path.startswith("/join/")


@pytest.mark.parametrize("role", Role)
def test_a_link_opens_the_pages_of_its_role_and_no_others(role: Role) -> None:
    visitor = guest("Ada", role)
    assert pages_of(visitor) == PAGES[role]
    assert len(visitor.may) == 1
    assert visitor.user_id is None
