from __future__ import annotations

import pytest

from leadline.phases.permissions import MAY, Action, UserRole, who_may

# o: owner, s: scientist, m: manager, a: annotator, r: reviewer, e: engineer, v: viewer
TABLE = """
VIEW              o s m . . e v
COMPARE_PROJECTS  o s m . . e .
STATE             o s m . . . .
RUN               o s m . . e .
DECIDE            o . m . . . .
LABEL             o s . a . . .
ADJUDICATE        o s . . r . .
JUDGE             o s m . r . .
OPINE             o s m . . e v
COMMENT           o s m . . e v
CHOOSE            o . m . . . .
BUY               o s . . . . .
EXPORT            o s . . . e .
SERVE             o . . . . e .
WATCH             o s . . . e .
ALARM             o s m . . e .
WORK              o s m . . e .
FORGET            o . . . . . .
INVITE            o s m . . . .
SETTINGS          o . m . . . .
AGENTS            o s m . . . .
ACCOUNTS          o . . . . . .
OWN_PASSWORD      o s m a r e v
"""


@pytest.mark.parametrize("line", TABLE.split("\n")[1:-1])
def test_a_role_may_do_what_the_house_has_agreed_on(line: str) -> None:
    name, *letters = line.split()
    said = {role for role, letter in zip(UserRole, letters, strict=True) if letter != "."}
    assert MAY[Action[name]] == said


def test_every_action_is_in_the_table_and_somebody_may_do_it() -> None:
    assert set(MAY) == set(Action) == {Action[line.split()[0]] for line in TABLE.split("\n")[1:-1]}
    assert all(UserRole.OWNER in roles for roles in MAY.values())


def test_who_may_is_a_sentence() -> None:
    assert who_may(Action.FORGET) == "owner"
    assert who_may(Action.INVITE) == "owner, scientist or manager"
