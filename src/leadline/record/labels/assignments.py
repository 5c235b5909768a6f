"""Assignments: which annotator is asked about which item, and the answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select

from leadline.errors import OutdatedAnswerError
from leadline.record import tables
from leadline.record.append_only import counts
from leadline.record.database import Database
from leadline.record.labels import statements
from leadline.record.labels.assigner import Assigner
from leadline.record.labels.item_state import account, recount
from leadline.record.labels.items import read_worklist, state_on_list
from leadline.record.labels.votes import Vote, Votes
from leadline.record.labels.worklist import (
    AnnotatorProgress,
    Assignment,
    AssignmentTerms,
    NoAssignment,
    Worklist,
    may_cost,
)
from leadline.record.tables import AssignmentState, ItemState, VoteKind


class Assignments:
    """Items that annotators are asked about, one at a time.

    Contract
    --------
    An item goes to whoever comes first, under three rules that hold whatever happens at once:

    1. nobody gets an item twice but as a hidden repeat,
    2. no item goes to more annotators than were granted,
    3. no item is handed out whose vote could cost more money than is left.

    *Atomic.* Each is checked and acted on within one transaction that has the project to itself; a
    vote, what it spends and the next assignment are one transaction too.

    *Assignments come and go*: one that is not answered in time lapses, and its item goes to
    another. What was answered is a vote, and stays.

    *Sending twice is no harm.* The same assignment answered again changes nothing.

    Parameters
    ----------
    database : Database
        Where they are kept.
    votes : Votes
        Keeps the answers.
    """

    def __init__(self, database: Database, votes: Votes) -> None:
        self._database = database
        self._votes = votes
        self._assigner = Assigner(database)

    def progress(self, annotator: str) -> AnnotatorProgress:
        """How far an annotator has come, and the item they are asked about."""
        which, keys = self._assigner.which(annotator), self._assigner.keys
        with self._database.reading() as connection:
            at_hand = self._assigner.at_hand(connection, annotator)
            n_votes, seconds = connection.execute(statements.PACE, which).one()
            recent = connection.execute(statements.RECENT, which).all()
            n_open = connection.execute(statements.N_OPEN, which).scalar_one()
            plain = which | {"of_kind": VoteKind.PLAIN}
            n_taken = connection.execute(statements.N_TAKEN, plain).scalar_one()
            n_at_hand = len(keys(connection, statements.KEYS_AT_HAND, which))
        return AnnotatorProgress(
            assignment=at_hand,
            n_open=int(n_open) - int(n_taken) + n_at_hand,
            n_votes=int(n_votes),
            seconds=float(seconds),
            recent_s=tuple(row.seconds for row in recent),
            guidelines=recent[0].guidelines if recent else None,
        )

    def next(self, annotator: str, terms: AssignmentTerms) -> Assignment | NoAssignment:
        """Assign an item to an annotator: the one they have, or a new one.

        Parameters
        ----------
        annotator : str
            Who labels.
        terms : AssignmentTerms
            How items are assigned.

        Returns
        -------
        Assignment or NoAssignment
            The item; or why there is none.
        """
        with self._database.writing() as connection:
            return self._assigner.assign(connection, annotator, terms)

    def answer(self, number: int, vote: Vote, terms: AssignmentTerms) -> Assignment | NoAssignment:
        """Keep an answer to an assignment, and assign the next item.

        An answer that comes again changes nothing; another one is refused. One that comes late is
        kept as long as nobody else was asked in this annotator's place.

        Parameters
        ----------
        number : int
            The assignment that is answered.
        vote : Vote
            The answer; its item, kind, price and assignment are filled in here.
        terms : AssignmentTerms
            How the next item is assigned.

        Raises
        ------
        OutdatedAnswerError
            If this annotator was never asked, has answered otherwise, or somebody else was asked
            in their place.
        ValueError
            If the seconds are negative or not finite.
        """
        with self._database.writing() as connection:
            self._answer(connection, number, vote)
            return self._assigner.assign(connection, vote.annotator, terms)

    def take_back(self, annotator: str, terms: AssignmentTerms) -> Assignment | NoAssignment | None:
        """Withdraw an annotator's newest answer, of whatever kind, and ask for it again.

        Returns
        -------
        Assignment, NoAssignment or None
            The item to answer anew; None if there was no answer.
        """
        with self._database.writing() as connection:
            undone = self._votes.withdraw(connection, annotator)
            if undone is None:
                return None
            worklist = read_worklist(self._database, connection)
            state = state_on_list(self._database, connection, undone.item)
            if worklist is not None and state is not None:
                self._ask_again(connection, worklist, state, undone, terms)
            return self._assigner.assign(connection, annotator, terms)

    def _answer(self, connection: Connection, number: int, vote: Vote) -> None:
        asked = self._asked(connection, number, vote.annotator)
        if asked.state == AssignmentState.DONE:
            self._refuse_another(connection, asked, vote)
            return
        if self._has_answered(connection, asked):
            self._call_off(connection, asked)
            return
        if asked.state == AssignmentState.LAPSED:
            asked = self._revived(connection, asked)
        self._end(connection, asked)
        price = 0 if vote.is_skip else asked.price
        answer = replace(vote, item=asked.item, kind=asked.kind, price=price, assignment=asked.id)
        is_held = asked.state == AssignmentState.OUT
        self._votes.keep(connection, answer, set_aside=asked.price if is_held else 0)

    def _asked(self, connection: Connection, number: int, annotator: str) -> Row[Any]:
        which = {**self._assigner.which(annotator), "number": number}
        asked = connection.execute(statements.ASKED, which).one_or_none()
        if asked is None:
            raise OutdatedAnswerError(
                f"{annotator} was not asked about this item.",
                "People answer what they are asked, so that each item goes to as many as planned.",
                "Open the page again and answer the item it shows.",
            )
        return asked

    def _refuse_another(self, connection: Connection, asked: Row[Any], vote: Vote) -> None:
        """Refuse another answer to what was answered: of two windows, or of two keys."""
        label = tables.label
        which = self._database.mine(label), label.c.assignment == asked.id, counts(label)
        kept = connection.execute(select(label).where(*which).limit(1)).one_or_none()
        if kept is None or (kept.value, kept.is_skip) == (vote.value, vote.is_skip):
            return
        said = "skip" if kept.is_skip else "not sure" if kept.value is None else repr(kept.value)
        raise OutdatedAnswerError(
            f"You have answered this item already: {said}.",
            "An item is answered once; that answer stands.",
            "If it is wrong, take it back with Undo and answer again.",
        )

    def _has_answered(self, connection: Connection, asked: Row[Any]) -> bool:
        which = self._assigner.which(asked.annotator)
        which |= {"of_kind": asked.kind, "of_key": asked.item}
        return connection.execute(statements.HAS_ANSWERED, which).one_or_none() is not None

    def _call_off(self, connection: Connection, asked: Row[Any]) -> None:
        """Ask no more: an answer of this annotator has come by another way."""
        self._end(connection, asked)
        if asked.state == AssignmentState.OUT:
            account(connection, self._database.project_id, 0, set_aside=-asked.price)
            recount(connection, self._database.project_id, asked.item)

    def _end(self, connection: Connection, asked: Row[Any]) -> None:
        ended = {"number": asked.id, "new_state": AssignmentState.DONE}
        connection.execute(statements.END, ended)

    def _revived(self, connection: Connection, asked: Row[Any]) -> Row[Any]:
        """The assignment that a late answer may still be an answer to."""
        newer = self._asked_anew(connection, asked)
        if newer is not None:
            return newer
        worklist = read_worklist(self._database, connection)
        state = state_on_list(self._database, connection, asked.item)
        if worklist is None or state is None or state is ItemState.SETTLED:
            since = "is no longer asked about"
        elif not _is_open(state, asked.kind):
            since = "has since gone to somebody else"
        elif not may_cost(worklist, asked.price):
            since = "the money for labels is spent or promised by now"
        else:
            return asked
        raise OutdatedAnswerError(
            f"This item was kept for you until {asked.until:%H:%M} UTC, and {since}.",
            "An answer counts while the item is yours, or nobody else was asked.",
            "Your earlier answers are kept. Go on with the next item.",
        )

    def _asked_anew(self, connection: Connection, asked: Row[Any]) -> Row[Any] | None:
        """The newest assignment of the same item, as the same kind, to the same annotator."""
        out = tables.assignment
        again = select(out).where(
            self._database.mine(out),
            out.c.annotator == asked.annotator,
            out.c.item == asked.item,
            out.c.kind == asked.kind,
            out.c.state == AssignmentState.OUT,
        )
        return connection.execute(again.order_by(out.c.id.desc()).limit(1)).one_or_none()

    def _ask_again(
        self,
        connection: Connection,
        worklist: Worklist,
        state: ItemState,
        undone: Row[Any],
        terms: AssignmentTerms,
    ) -> None:
        """Assign the item of a withdrawn answer to its annotator again.

        A vote leaves its place and its money to the new one. A skip had left both to others.
        """
        kind: VoteKind = undone.kind
        price = worklist.price if undone.is_skip or undone.price is None else undone.price
        is_free = _is_open(state, kind) and may_cost(worklist, price)
        if undone.is_skip and not is_free:
            return
        hand_out = self._assigner.hand_out
        hand_out(connection, undone.annotator, undone.item, kind, price, terms)


def _is_open(state: ItemState, kind: VoteKind) -> bool:
    """Whether an item in this state may be answered as this kind."""
    return kind is not VoteKind.PLAIN or state < ItemState.FULL
