"""Handing out items: whose turn it is, what comes next, what is hidden among it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, select

from leadline.record import statements, tables
from leadline.record.ballots import Ballots, VoteKind
from leadline.record.counting import ItemState, account, recount
from leadline.record.tables import utc
from leadline.record.work import Assignment, Item, Nothing, Terms, Work, may_cost

_WINDOW = 64
_FEWEST_BETWEEN = 10  # votes between an item and its repeat
_N_LOOKED_BACK = 500
_TWICE = (VoteKind.PLAIN, VoteKind.REPEAT)

Which = dict[str, Any]


class Handing(Ballots):
    """What `Worklist` does within its transactions to hand out items."""

    def _assign(self, connection: Connection, judge: str, terms: Terms) -> Assignment | Nothing:
        now = utc()
        self._lapse(connection, now)
        at_hand = self._out(connection, judge)
        work = self._work(connection)
        if at_hand is not None:
            return at_hand
        if work is None:
            return Nothing.DONE
        if not may_cost(work, work.price):
            return Nothing.MONEY
        found = self._choose(connection, judge, work, terms)
        if found is None:
            return Nothing.WAITING if self._is_anything_out(connection) else Nothing.DONE
        key, kind = found
        self._hand_out(connection, judge, key, kind, work.price, terms)
        return self._at_hand(connection, judge)

    def _hand_out(
        self,
        connection: Connection,
        judge: str,
        key: str,
        kind: VoteKind,
        price: int,
        terms: Terms,
    ) -> None:
        asked = {
            "item": key,
            "judge": judge,
            "kind": kind.value,
            "state": statements.OUT,
            "until": utc() + timedelta(seconds=terms.hold_s),
            "price": price,
        }
        self._insert(connection, tables.assignment, asked)
        account(connection, self._store.project_id, 0, set_aside=price)
        recount(connection, self._store.project_id, key)

    def _choose(
        self, connection: Connection, judge: str, work: Work, terms: Terms
    ) -> tuple[str, VoteKind] | None:
        """The next item for a person: now and then a hidden one, else the most wanted."""
        rng = self._chance(connection, judge, terms)
        drawn = rng.random()
        hidden: tuple[list[str], VoteKind] | None = None
        if drawn < terms.gold_share:
            window = self._window(connection, judge, ItemState.HIDDEN, VoteKind.GOLD, work, rng)
            hidden = window, VoteKind.GOLD
        elif drawn < terms.gold_share + terms.repeat_share:
            hidden = self._repeatable(connection, judge), VoteKind.REPEAT
        if hidden is not None and hidden[0]:
            return _one_of(hidden[0], rng), hidden[1]
        for state in (ItemState.CONTESTED, ItemState.BEGUN, ItemState.FRESH):
            if window := self._window(connection, judge, state, VoteKind.PLAIN, work, rng):
                return _one_of(window, rng), VoteKind.PLAIN
        return None

    def _chance(self, connection: Connection, judge: str, terms: Terms) -> np.random.Generator:
        """Chance of this person's own, anew with each item."""
        n_asked = connection.execute(statements.N_ASKED, self._which(judge)).scalar_one()
        person = int.from_bytes(sha256(judge.encode()).digest()[:8])
        return np.random.default_rng([terms.seed, person, n_asked])

    def _window(
        self,
        connection: Connection,
        judge: str,
        state: ItemState,
        kind: VoteKind,
        work: Work,
        rng: np.random.Generator,
    ) -> list[str]:
        """Some items of a state that a person has not answered, from a random place on.

        Where the list is ranked they are its first ones, for the most wanted stand there; those
        whose label is known stand at its end, and are drawn by chance all the same.
        """
        place = int(rng.integers(max(work.n_items, 1)))
        if work.facts.get("is_ranked") and state is not ItemState.HIDDEN:
            place = 0
        which = {
            **self._which(judge),
            "of_kind": kind.value,
            "of_state": int(state),
            "place": place,
        }
        found = self._keys(connection, statements.OPEN_FROM, which | {"n_most": _WINDOW})
        if n_more := _WINDOW - len(found):
            found += self._keys(connection, statements.OPEN_UNTIL, which | {"n_most": n_more})
        return found

    def _repeatable(self, connection: Connection, judge: str) -> list[str]:
        """Items that a person answered some time ago and was not shown again."""
        label, item = tables.label, tables.item
        plain, again = ({**self._which(judge), "of_kind": kind.value} for kind in _TWICE)
        query = statements.ANSWERED.where(~label.c.is_skip).order_by(label.c.id.desc())
        query = query.offset(_FEWEST_BETWEEN).limit(_N_LOOKED_BACK)
        shown = set(self._keys(connection, statements.ANSWERED, again))
        keys = [key for key in self._keys(connection, query, plain) if key not in shown]
        there = select(item.c.key).where(self._mine(item), item.c.key.in_(keys))
        return sorted(self._keys(connection, there, {})) if keys else []

    def _lapse(self, connection: Connection, now: datetime) -> None:
        """Take back what was kept for people for too long."""
        which = {"of_project": self._store.project_id, "now": now}
        for row in connection.execute(statements.OVERDUE, which).all():
            connection.execute(statements.END, {"number": row.id, "new_state": statements.LAPSED})
            account(connection, self._store.project_id, 0, set_aside=-row.price)
            recount(connection, self._store.project_id, row.item)

    def _which(self, judge: str) -> dict[str, Any]:
        return {"of_project": self._store.project_id, "of_judge": judge}

    def _mine(self, table: Any) -> Any:
        return table.c.project_id == self._store.project_id

    def _work(self, connection: Connection) -> Work | None:
        which = {"of_project": self._store.project_id}
        found = connection.execute(statements.WORK, which).one_or_none()
        if found is None:
            return None
        values = dict(found._mapping) | {"facts": json.loads(found.body)}
        del values["project_id"], values["body"]
        return Work(**values)

    def _out(self, connection: Connection, judge: str) -> Assignment | None:
        found = connection.execute(statements.AT_HAND, self._which(judge)).one_or_none()
        return None if found is None else Assignment(found.id, _item(found))

    def _at_hand(self, connection: Connection, judge: str) -> Assignment:
        found = self._out(connection, judge)
        assert found is not None
        return found

    def _is_on_list(self, connection: Connection, key: str) -> bool:
        item = tables.item
        query = select(item.c.number).where(self._mine(item), item.c.key == key)
        return connection.execute(query).one_or_none() is not None

    def _is_anything_out(self, connection: Connection) -> bool:
        out = tables.assignment
        query = select(out.c.id).where(
            self._mine(out), out.c.state == statements.OUT, out.c.kind == VoteKind.PLAIN.value
        )
        return connection.execute(query.limit(1)).one_or_none() is not None

    def _keys(self, connection: Connection, query: Select[Any], which: Which) -> list[str]:
        return [str(row[0]) for row in connection.execute(query, which)]


def _one_of(keys: list[str], rng: np.random.Generator) -> str:
    return keys[int(rng.integers(len(keys)))]


def _item(row: Any) -> Item:
    return Item(row.key, tuple((str(name), str(value)) for name, value in json.loads(row.body)))
