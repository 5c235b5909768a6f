"""Assigning items within a transaction: what lapses, what comes next, what it holds."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, select

from leadline.record import tables
from leadline.record.database import Database
from leadline.record.labels import statements
from leadline.record.labels.item_state import account, recount
from leadline.record.labels.items import read_worklist
from leadline.record.labels.worklist import (
    Assignment,
    AssignmentTerms,
    Item,
    NoAssignment,
    Worklist,
    may_cost,
)
from leadline.record.sql_types import utc
from leadline.record.tables import AssignmentState, ItemState, VoteKind
from leadline.stats.labels.next_item import Pool, next_item

_WINDOW = 64
_FEWEST_BETWEEN = 10  # votes between an item and its repeat
_N_LOOKED_BACK = 500

# the state of the items of a pool, and as what they are handed out
_POOLS = {
    Pool.GOLD: (ItemState.HIDDEN, VoteKind.GOLD),
    Pool.CONTESTED: (ItemState.CONTESTED, VoteKind.PLAIN),
    Pool.BEGUN: (ItemState.BEGUN, VoteKind.PLAIN),
    Pool.FRESH: (ItemState.FRESH, VoteKind.PLAIN),
}

Which = dict[str, Any]


class Assigner:
    """What `Assignments` does within its transactions to assign items.

    Every method runs in the transaction of the connection it is given; those that write need one of
    `Database.writing`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def assign(
        self, connection: Connection, annotator: str, terms: AssignmentTerms
    ) -> Assignment | NoAssignment:
        """The item that an annotator has at hand, or else a new one."""
        self._lapse(connection, utc())
        at_hand = self.at_hand(connection, annotator)
        worklist = read_worklist(self._database, connection)
        if at_hand is not None:
            return at_hand
        if worklist is None:
            return NoAssignment.DONE
        if not may_cost(worklist, worklist.price):
            return NoAssignment.MONEY
        found = self._choose(connection, annotator, worklist, terms)
        if found is None:
            is_any_out = self._is_anything_out(connection)
            return NoAssignment.WAITING if is_any_out else NoAssignment.DONE
        key, kind = found
        self.hand_out(connection, annotator, key, kind, worklist.price, terms)
        assigned = self.at_hand(connection, annotator)
        assert assigned is not None
        return assigned

    def at_hand(self, connection: Connection, annotator: str) -> Assignment | None:
        """The newest assignment that an annotator has not answered; None if there is none."""
        which = self.which(annotator)
        found = connection.execute(statements.AT_HAND, which).one_or_none()
        return None if found is None else Assignment(found.id, _item(found))

    def hand_out(
        self,
        connection: Connection,
        annotator: str,
        key: str,
        kind: VoteKind,
        price: int,
        terms: AssignmentTerms,
    ) -> None:
        """Keep an item for an annotator, and set its price aside."""
        asked = {
            "item": key,
            "annotator": annotator,
            "kind": kind,
            "state": AssignmentState.OUT,
            "until": utc() + timedelta(seconds=terms.hold_s),
            "price": price,
        }
        self._database.insert(connection, tables.assignment, asked)
        account(connection, self._database.project_id, 0, set_aside=price)
        recount(connection, self._database.project_id, key)

    def keys(self, connection: Connection, query: Select[Any], which: Which) -> list[str]:
        """The first column of what a statement finds."""
        return [str(row[0]) for row in connection.execute(query, which)]

    def which(self, annotator: str) -> Which:
        """The parameters of a statement about an annotator."""
        return {"of_project": self._database.project_id, "of_annotator": annotator}

    def _choose(
        self, connection: Connection, annotator: str, worklist: Worklist, terms: AssignmentTerms
    ) -> tuple[str, VoteKind] | None:
        def items_of(pool: Pool, place: int) -> list[str]:
            if pool is Pool.REPEAT:
                return self._repeatable(connection, annotator)
            return self._window(connection, annotator, pool, place)

        found = next_item(
            items_of,
            n_items=worklist.n_items,
            gold_share=terms.gold_share,
            repeat_share=terms.repeat_share,
            is_ranked=bool(worklist.facts.get("is_ranked")),
            rng=self._rng(connection, annotator, terms),
        )
        if found is None:
            return None
        key, pool = found
        return key, VoteKind.REPEAT if pool is Pool.REPEAT else _POOLS[pool][1]

    def _rng(
        self, connection: Connection, annotator: str, terms: AssignmentTerms
    ) -> np.random.Generator:
        """Chance of this annotator's own, anew with each item."""
        n_asked = connection.execute(statements.N_ASKED, self.which(annotator)).scalar_one()
        person = int.from_bytes(sha256(annotator.encode()).digest()[:8])
        return np.random.default_rng([terms.seed, person, n_asked])

    def _window(self, connection: Connection, annotator: str, pool: Pool, place: int) -> list[str]:
        """Some items of a pool that an annotator has not answered, from a place on and round."""
        state, kind = _POOLS[pool]
        which = {**self.which(annotator), "of_kind": kind, "of_state": state, "place": place}
        found = self.keys(connection, statements.OPEN_FROM, which | {"n_most": _WINDOW})
        if n_more := _WINDOW - len(found):
            found += self.keys(connection, statements.OPEN_UNTIL, which | {"n_most": n_more})
        return found

    def _repeatable(self, connection: Connection, annotator: str) -> list[str]:
        """Items that an annotator answered some time ago and was not shown again."""
        label, item = tables.label, tables.item
        which = self.which(annotator)
        plain, again = which | {"of_kind": VoteKind.PLAIN}, which | {"of_kind": VoteKind.REPEAT}
        query = statements.ANSWERED.where(~label.c.is_skip).order_by(label.c.id.desc())
        query = query.offset(_FEWEST_BETWEEN).limit(_N_LOOKED_BACK)
        shown = set(self.keys(connection, statements.ANSWERED, again))
        keys = [key for key in self.keys(connection, query, plain) if key not in shown]
        there = select(item.c.key).where(self._database.mine(item), item.c.key.in_(keys))
        return sorted(self.keys(connection, there, {})) if keys else []

    def _lapse(self, connection: Connection, now: datetime) -> None:
        """Take back what was kept for annotators for too long."""
        project_id = self._database.project_id
        for row in connection.execute(
            statements.OVERDUE, {"of_project": project_id, "now": now}
        ).all():
            ended = {"number": row.id, "new_state": AssignmentState.LAPSED}
            connection.execute(statements.END, ended)
            account(connection, project_id, 0, set_aside=-row.price)
            recount(connection, project_id, row.item)

    def _is_anything_out(self, connection: Connection) -> bool:
        out = tables.assignment
        query = select(out.c.id).where(
            self._database.mine(out),
            out.c.state == AssignmentState.OUT,
            out.c.kind == VoteKind.PLAIN,
        )
        return connection.execute(query.limit(1)).one_or_none() is not None


def _item(row: Any) -> Item:
    return Item(row.key, tuple((str(name), str(value)) for name, value in json.loads(row.body)))
