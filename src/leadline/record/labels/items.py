"""The list of items to label: made from what there is to label and the votes on it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, case, func, select

from leadline.record import tables
from leadline.record.append_only import counts, latest
from leadline.record.codec import to_json
from leadline.record.database import Database
from leadline.record.labels import statements
from leadline.record.labels.item_state import state_of
from leadline.record.labels.worklist import Item, Worklist
from leadline.record.tables import AssignmentState, ItemState, VoteKind

_ASKED = (ItemState.CONTESTED, ItemState.BEGUN, ItemState.FRESH)


class Items:
    """The items there are to label, and the terms of the whole list.

    Contract
    --------
    *Derived.* Nothing here is evidence: `replace` makes the items, their states and the money spent
    and held anew from the votes, the assignments and the adjudications. In between, whoever changes
    one of those keeps the list true in the same transaction.

    *Atomic.* A list is replaced as a whole; nobody ever sees half of one.

    *Concurrent writers* may replace the list at once: those who come with the same `basis` as the
    list that is there change nothing.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def worklist(self) -> Worklist | None:
        """The list as it was made last; None if it never was."""
        with self._database.reading() as connection:
            return read_worklist(self._database, connection)

    def replace(
        self, worklist: Worklist, items: Sequence[Item], gold: Collection[str] = frozenset()
    ) -> None:
        """Put up what there is to label, in place of what was there.

        Parameters
        ----------
        worklist : Worklist
            What it was made from, and its terms; what is spent and held is counted here.
        items : sequence of Item
            In an order that tells nothing, or the most wanted first.
        gold : collection of str
            Keys of the items whose label is known.
        """
        with self._database.writing() as connection:
            found = read_worklist(self._database, connection)
            if found is not None and found.basis == worklist.basis:
                return  # another came first
            self._clear(connection)
            states = self._states(connection, worklist)
            states |= dict.fromkeys(self._settled(connection), ItemState.SETTLED)
            states |= dict.fromkeys(gold, ItemState.HIDDEN)
            rows = [
                {
                    "project_id": self._database.project_id,
                    "number": number,
                    "key": item.key,
                    "state": states.get(item.key, ItemState.FRESH),
                    "body": to_json(item.values),
                }
                for number, item in enumerate(items)
            ]
            if rows:
                connection.execute(tables.item.insert(), rows)
            if connection.dialect.name == "postgresql":
                # else it plans for an empty table until its autovacuum comes by, a minute later
                connection.exec_driver_sql("ANALYZE item")
            counted = self._counted(connection, worklist, len(rows))
            self._database.insert(connection, tables.worklist, counted)

    def limit_money(self, basis: str, facts: Mapping[str, Any], money_limit: int | None) -> None:
        """Set what all votes may cost together, without making the list anew."""
        table = tables.worklist
        change = table.update().where(self._database.mine(table), table.c.basis == basis)
        with self._database.writing() as connection:
            connection.execute(change.values(body=to_json(facts), money_limit=money_limit))

    def n_votes_open(self, worklist: Worklist) -> int:
        """Votes that the list still asks for: the first of each item, and one where they differ.

        How many more a contested item will take is not known before they are given.
        """
        item, label = tables.item, tables.label
        mine, open_states = self._database.mine(item), (*_ASKED, ItemState.FULL)
        is_open = mine & item.c.state.in_(open_states)
        given = (
            select(label.c.item, func.count(label.c.annotator.distinct()).label("n"))
            .join(item, (item.c.key == label.c.item) & is_open)
            .where(
                self._database.mine(label),
                label.c.kind == VoteKind.PLAIN,
                ~label.c.is_skip,
                counts(label),
            )
            .group_by(label.c.item)
            .subquery()
        )
        is_short = given.c.n < worklist.votes
        n_given = func.sum(case((is_short, given.c.n), else_=worklist.votes))
        with self._database.reading() as connection:
            n_items = connection.scalar(select(func.count()).where(is_open)) or 0
            contested = mine & (item.c.state == ItemState.CONTESTED)
            n_contested = connection.scalar(select(func.count()).where(contested)) or 0
            n_first = int(connection.scalar(select(func.coalesce(n_given, 0))) or 0)
        return int(n_items * worklist.votes - n_first + n_contested)

    def _clear(self, connection: Connection) -> None:
        for table in (tables.item, tables.worklist):
            connection.execute(table.delete().where(self._database.mine(table)))

    def _states(self, connection: Connection, worklist: Worklist) -> dict[str, ItemState]:
        """The state of every item that somebody was asked about, from the evidence."""
        label, out = tables.label, tables.assignment
        query = select(label.c.item, label.c.annotator, label.c.value).where(
            self._database.mine(label),
            label.c.kind == VoteKind.PLAIN,
            ~label.c.is_skip,
            counts(label),
        )
        answers: dict[str, list[str | None]] = defaultdict(list)
        found = connection.execute(query.order_by(label.c.id))
        for row in latest(((row.item, row.annotator), row) for row in found):
            answers[row.item].append(row.value)
        asked = select(out.c.item).where(
            self._database.mine(out),
            out.c.state == AssignmentState.OUT,
            out.c.kind == VoteKind.PLAIN,
        )
        n_out = Counter(row.item for row in connection.execute(asked))
        terms = (worklist.votes, worklist.most_votes)
        return {key: state_of(answers[key], n_out[key], terms) for key in {*answers, *n_out}}

    def _settled(self, connection: Connection) -> list[str]:
        """Items that somebody has decided."""
        table = tables.adjudication
        query = select(table.c.item).where(self._database.mine(table), counts(table))
        return list(connection.scalars(query))

    def _counted(self, connection: Connection, worklist: Worklist, n_items: int) -> dict[str, Any]:
        label, out = tables.label, tables.assignment
        price = func.coalesce(label.c.price, worklist.price)
        paid = select(func.coalesce(func.sum(price), 0)).where(
            self._database.mine(label), ~label.c.is_skip, counts(label)
        )
        held = select(func.coalesce(func.sum(out.c.price), 0)).where(
            self._database.mine(out), out.c.state == AssignmentState.OUT
        )
        return {
            "basis": worklist.basis,
            "body": to_json(worklist.facts),
            "votes": worklist.votes,
            "most_votes": worklist.most_votes,
            "n_items": n_items,
            "price": worklist.price,
            "money_limit": worklist.money_limit,
            "spent": int(connection.execute(paid).scalar_one()),
            "held": int(connection.execute(held).scalar_one()),
        }


def read_worklist(database: Database, connection: Connection) -> Worklist | None:
    """The list as a transaction sees it; None if it was never made."""
    which = {"of_project": database.project_id}
    found = connection.execute(statements.WORKLIST, which).one_or_none()
    if found is None:
        return None
    values = dict(found._mapping) | {"facts": json.loads(found.body)}
    del values["project_id"], values["body"]
    return Worklist(**values)


def state_on_list(database: Database, connection: Connection, key: str) -> ItemState | None:
    """The state of an item; None if it is not on the list."""
    item = tables.item
    query = select(item.c.state).where(database.mine(item), item.c.key == key)
    state: ItemState | None = connection.execute(query).scalar_one_or_none()
    return state
