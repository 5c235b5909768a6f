"""What there is to label, and who has which item.

An item goes to whoever comes first, under three rules that hold whatever happens at once: nobody
gets an item twice but as a hidden repeat, no item goes to more people than were granted, and no
item is handed out whose vote could cost more money than is left. Each is checked and acted on
within one transaction that has the project to itself.

The list is derived: `make_worklist` makes it from what there is to label and the votes on it.
Assignments come and go; what was answered is a vote, and stays.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, func, select

from leadline.errors import OutdatedAnswerError
from leadline.record import statements, tables
from leadline.record.arriving import counts, latest
from leadline.record.ballots import Vote, VoteKind
from leadline.record.codec import to_json
from leadline.record.counting import ItemState, account, recount, state_of
from leadline.record.handing import Handing
from leadline.record.statements import DONE, LAPSED, OUT
from leadline.record.work import Assignment, Item, Nothing, Progress, Terms, Work, may_cost


class Worklist(Handing):
    """The part of the record that hands out work."""

    def worklist(self) -> Work | None:
        """What there is to label, as it was made last; None if it never was."""
        with self._store.reading() as connection:
            return self._work(connection)

    def make_worklist(
        self, work: Work, items: Sequence[Item], gold: Collection[str] = frozenset()
    ) -> None:
        """Put up what there is to label, in place of what was there.

        Parameters
        ----------
        work : Work
            What it was made from, and its terms; what is spent and held is counted here.
        items : sequence of Item
            In an order that tells nothing.
        gold : collection of str
            Keys of the items whose label is known.
        """
        with self._store.writing() as connection:
            found = self._work(connection)
            if found is not None and found.basis == work.basis:
                return  # another came first
            self._clear(connection)
            states = self._states(connection, work)
            states |= dict.fromkeys(self._settled(connection), int(ItemState.SETTLED))
            states |= dict.fromkeys(gold, int(ItemState.HIDDEN))
            rows = [
                {
                    "project_id": self._store.project_id,
                    "number": number,
                    "key": item.key,
                    "state": states.get(item.key, int(ItemState.FRESH)),
                    "body": to_json(item.values),
                }
                for number, item in enumerate(items)
            ]
            if rows:
                connection.execute(tables.item.insert(), rows)
            if connection.dialect.name == "postgresql":
                # else it plans for an empty table until its autovacuum comes by, a minute later
                connection.exec_driver_sql("ANALYZE item")
            self._insert(connection, tables.worklist, self._counted(connection, work, len(rows)))

    def limit_money(self, basis: str, facts: Mapping[str, Any], money_limit: int | None) -> None:
        """Set what all votes may cost together, without making the list anew."""
        work = tables.worklist
        change = work.update().where(self._mine(work), work.c.basis == basis)
        with self._store.writing() as connection:
            connection.execute(change.values(body=to_json(facts), money_limit=money_limit))

    def progress(self, judge: str) -> Progress:
        """How far a person has come, and the item they are asked about."""
        which = self._which(judge)
        with self._store.reading() as connection:
            at_hand = self._out(connection, judge)
            n_votes, seconds = connection.execute(statements.PACE, which).one()
            recent = connection.execute(statements.RECENT, which).all()
            n_open = connection.execute(statements.N_OPEN, which).scalar_one()
            plain = which | {"of_kind": VoteKind.PLAIN.value}
            n_taken = connection.execute(statements.N_TAKEN, plain).scalar_one()
            n_at_hand = len(self._keys(connection, statements.KEYS_AT_HAND, which))
        return Progress(
            assignment=at_hand,
            n_open=int(n_open) - int(n_taken) + n_at_hand,
            n_votes=int(n_votes),
            seconds=float(seconds),
            recent_s=tuple(row.seconds for row in recent),
            guidelines=recent[0].guidelines if recent else None,
        )

    def assign(self, judge: str, terms: Terms) -> Assignment | Nothing:
        """Hand a person an item: the one they have, or a new one.

        Parameters
        ----------
        judge : str
            Who labels.
        terms : Terms
            How items are handed out.

        Returns
        -------
        Assignment or Nothing
            The item; or why there is none.
        """
        with self._store.writing() as connection:
            return self._assign(connection, judge, terms)

    def answer(self, number: int, vote: Vote, terms: Terms) -> Assignment | Nothing:
        """Keep an answer to an assignment, and hand out the next item.

        An answer that comes again changes nothing. One that comes late is kept as long as nobody
        else was asked in this person's place.

        Parameters
        ----------
        number : int
            The assignment that is answered.
        vote : Vote
            The answer; its item, kind, price and assignment are filled in here.
        terms : Terms
            How the next item is handed out.

        Raises
        ------
        OutdatedAnswerError
            If this person was never asked, or somebody else was in their place.
        ValueError
            If the seconds are negative or not finite.
        """
        with self._store.writing() as connection:
            self._answer(connection, number, vote)
            return self._assign(connection, vote.judge, terms)

    def take_back(self, judge: str, terms: Terms) -> Assignment | Nothing | None:
        """Withdraw a person's newest answer, of whatever kind, and ask for it again.

        Returns
        -------
        Assignment, Nothing or None
            The item to answer anew; None if there was no answer.
        """
        with self._store.writing() as connection:
            label = tables.label
            undone = self._withdraw_newest(connection, label, label.c.judge == judge)
            if undone is None:
                return None
            self._uncount(connection, undone)
            work = self._work(connection)
            if work is not None and self._is_on_list(connection, undone.item):
                self._ask_again(connection, work, undone, terms)
            return self._assign(connection, judge, terms)

    # ------------------------------------------------------------------ making the list

    def _clear(self, connection: Connection) -> None:
        for table in (tables.item, tables.worklist):
            connection.execute(table.delete().where(self._mine(table)))

    def _states(self, connection: Connection, work: Work) -> dict[str, int]:
        """The state of every item that somebody was asked about, from the evidence."""
        label, out = tables.label, tables.assignment
        query = select(label.c.item, label.c.judge, label.c.value).where(
            self._mine(label),
            label.c.kind == VoteKind.PLAIN.value,
            ~label.c.is_skip,
            counts(label),
        )
        answers: dict[str, list[str | None]] = defaultdict(list)
        found = connection.execute(query.order_by(label.c.id))
        for row in latest(((row.item, row.judge), row) for row in found):
            answers[row.item].append(row.value)
        asked = select(out.c.item).where(
            self._mine(out), out.c.state == OUT, out.c.kind == VoteKind.PLAIN.value
        )
        n_out = Counter(row.item for row in connection.execute(asked))
        terms = (work.votes, work.most_votes)
        return {key: int(state_of(answers[key], n_out[key], terms)) for key in {*answers, *n_out}}

    def _settled(self, connection: Connection) -> list[str]:
        """Items that somebody has decided."""
        made = tables.adjudication
        return self._keys(connection, select(made.c.item).where(self._mine(made), counts(made)), {})

    def _counted(self, connection: Connection, work: Work, n_items: int) -> dict[str, Any]:
        label, out = tables.label, tables.assignment
        price = func.coalesce(label.c.price, work.price)
        paid = select(func.coalesce(func.sum(price), 0)).where(
            self._mine(label), ~label.c.is_skip, counts(label)
        )
        held = select(func.coalesce(func.sum(out.c.price), 0)).where(
            self._mine(out), out.c.state == OUT
        )
        return {
            "basis": work.basis,
            "body": to_json(work.facts),
            "votes": work.votes,
            "most_votes": work.most_votes,
            "n_items": n_items,
            "price": work.price,
            "money_limit": work.money_limit,
            "spent": int(connection.execute(paid).scalar_one()),
            "held": int(connection.execute(held).scalar_one()),
        }

    # ------------------------------------------------------------------ answers

    def _answer(self, connection: Connection, number: int, vote: Vote) -> None:
        asked = self._asked(connection, number, vote.judge)
        kind = VoteKind(asked.kind)
        if asked.state == DONE:
            return
        if self._has_answered(connection, asked, kind):
            self._call_off(connection, asked)
            return
        if asked.state == LAPSED:
            asked = self._revived(connection, asked)
        connection.execute(statements.END, {"number": asked.id, "new_state": DONE})
        price = 0 if vote.is_skip else asked.price
        answer = replace(vote, item=asked.item, kind=kind, price=price, assignment=asked.id)
        self._keep(connection, answer, set_aside=asked.price if asked.state == OUT else 0)

    def _call_off(self, connection: Connection, asked: Row[Any]) -> None:
        """Ask no more: an answer of this person has come by another way."""
        connection.execute(statements.END, {"number": asked.id, "new_state": DONE})
        if asked.state == OUT:
            account(connection, self._store.project_id, 0, set_aside=-asked.price)
            recount(connection, self._store.project_id, asked.item)

    def _asked(self, connection: Connection, number: int, judge: str) -> Row[Any]:
        which = {**self._which(judge), "number": number}
        asked = connection.execute(statements.ASKED, which).one_or_none()
        if asked is None:
            raise OutdatedAnswerError(
                f"{judge} was not asked about this item.",
                "People answer what they are asked, so that each item goes to as many as planned.",
                "Open the page again and answer the item it shows.",
            )
        return asked

    def _has_answered(self, connection: Connection, asked: Row[Any], kind: VoteKind) -> bool:
        which = {**self._which(asked.judge), "of_kind": kind.value, "of_key": asked.item}
        return connection.execute(statements.HAS_ANSWERED, which).one_or_none() is not None

    def _revived(self, connection: Connection, asked: Row[Any]) -> Row[Any]:
        """The assignment that a late answer may still be an answer to."""
        out, item = tables.assignment, tables.item
        again = select(out).where(
            self._mine(out),
            out.c.judge == asked.judge,
            out.c.item == asked.item,
            out.c.kind == asked.kind,
            out.c.state == OUT,
        )
        newer = connection.execute(again.order_by(out.c.id.desc()).limit(1)).one_or_none()
        if newer is not None:
            return newer
        query = select(item.c.state).where(self._mine(item), item.c.key == asked.item)
        state = connection.execute(query).scalar_one_or_none()
        work = self._work(connection)
        is_open = asked.kind != VoteKind.PLAIN.value or state in {
            int(ItemState.CONTESTED),
            int(ItemState.BEGUN),
            int(ItemState.FRESH),
        }
        if work is None or state is None or state == int(ItemState.SETTLED):
            since = "is no longer asked about"
        elif not is_open:
            since = "has since gone to somebody else"
        elif not may_cost(work, asked.price):
            since = "the money for labels is spent or promised by now"
        else:
            return asked
        raise OutdatedAnswerError(
            f"This item was kept for you until {asked.until:%H:%M} UTC, and {since}.",
            "An answer counts while the item is yours, or nobody else was asked.",
            "Your earlier answers are kept. Go on with the next item.",
        )

    def _uncount(self, connection: Connection, undone: Row[Any]) -> None:
        if not undone.is_skip:
            account(connection, self._store.project_id, undone.price, sign=-1)
        recount(connection, self._store.project_id, undone.item)

    def _ask_again(
        self, connection: Connection, work: Work, undone: Row[Any], terms: Terms
    ) -> None:
        """Hand the item of a withdrawn answer to its person again.

        A vote leaves its place and its money to the new one. A skip had left both to others.
        """
        kind = VoteKind(undone.kind)
        price = work.price if undone.is_skip or undone.price is None else undone.price
        if undone.is_skip and not self._is_free(connection, undone.item, kind, price):
            return
        self._hand_out(connection, undone.judge, undone.item, kind, price, terms)

    def _is_free(self, connection: Connection, key: str, kind: VoteKind, price: int) -> bool:
        item = tables.item
        query = select(item.c.state).where(self._mine(item), item.c.key == key)
        state = connection.execute(query).scalar_one()
        work = self._work(connection)
        is_open = kind is not VoteKind.PLAIN or state < int(ItemState.FULL)
        return work is not None and is_open and may_cost(work, price)
