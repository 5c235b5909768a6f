"""Requests to language models: money set aside, answers kept, sums of a machine."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Row, case, cast, func, select

from leadline.record.database import Database
from leadline.record.machines.machine_tables import RequestState
from leadline.record.machines.machine_tables import machine_account as account
from leadline.record.machines.machine_tables import machine_request as table
from leadline.record.machines.request_outcomes import (
    BudgetReached,
    HeldRequest,
    KeptAnswer,
    MachineAccount,
    MachineDay,
    OpenRequest,
)
from leadline.record.sql_types import utc


class MachineRequests:
    """What was asked of language models, and what it cost.

    Contract
    --------
    *Money first.* A request may be sent once `reserve` has set its greatest price aside. What is
    spent, set aside and possibly paid never passes the budget, however many threads, processes and
    machines ask at once, and however they die.

    *Never under-counted.* What was set aside stays so until the answer says what it cost, the
    sender says that it was not carried out, or a person says that it is not on the bill. A request
    that is asked again without an answer is set aside a second time: both may be paid.

    *Asked once.* An answer that is on the record comes back for nothing; while one is waited for,
    nobody else asks the same. Who asks the same twice has given up the first.

    *Atomic.* Each call is one transaction.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(
        self,
        machine: str,
        key: str,
        *,
        most: int,
        budget: int,
        holder: str,
        until: datetime,
        is_batch: bool = False,
    ) -> OpenRequest | KeptAnswer | HeldRequest | BudgetReached:
        """Set money aside for a request, or say why it need not or must not be sent.

        Parameters
        ----------
        machine : str
            Its name.
        key : str
            Digest of all that the answer depends on.
        most, budget : int >= 0
            Micro-dollars: what the request can cost, and what the machine may spend in all.
        holder : str
            Who sends it; see `lapse`.
        until : datetime
            When it counts as lost if it has not ended.
        is_batch : bool, default=False
            Whether it goes into a batch file. One that is in another file already is set aside a
            second time, as both may be sent; see `claim`.

        Raises
        ------
        ValueError
            If `most` is negative, or nobody is named.
        """
        if most < 0 or not key or not holder:
            raise ValueError(
                f"a request needs a key, a holder and a price; {key=} {holder=} {most=}"
            )
        with self._database.writing() as connection:
            known = self._known(connection, machine, key, holder)
            if known is not None:
                return known
            self._give_up_own(connection, machine, key, holder)
            if not self._count(connection, machine, most, budget):
                return BudgetReached(self._counted(connection, machine))
            values: dict[str, Any] = {
                "machine": machine,
                "key": key,
                "state": RequestState.RESERVED,
                "is_batch": is_batch,
                "most": most,
                "holder": holder,
                "held_until": utc(until),
                "at": utc(),
            }
            values["project_id"] = self._database.project_id
            made = connection.execute(table.insert().values(values).returning(table.c.id))
            return OpenRequest(made.scalar_one(), most)

    def claim(
        self, machine: str, key: str, *, holder: str, until: datetime
    ) -> OpenRequest | KeptAnswer | None:
        """Take over a request of a batch file whose result has come: its reader is another process.

        Parameters
        ----------
        machine, key, holder, until
            As of `reserve`.

        Returns
        -------
        OpenRequest, KeptAnswer or None
            Of several files the newest; None where nothing is set aside for it.
        """
        same = (*self._of(machine), table.c.key == key)
        written = (*same, table.c.state == RequestState.RESERVED, table.c.is_batch)
        with self._database.writing() as connection:
            if (kept := self._kept(connection, machine, key)) is not None:
                return kept
            newest = select(table).where(*written).order_by(table.c.id.desc()).limit(1)
            if (found := connection.execute(newest).first()) is None:
                return None
            held = {"holder": holder, "held_until": utc(until)}
            connection.execute(table.update().where(table.c.id == found.id).values(held))
            return OpenRequest(found.id, found.most)

    def settle(self, number: int, *, paid: int, answer: KeptAnswer) -> None:
        """Keep an answer and what it cost in place of what was set aside.

        An answer that comes after its request was given up is kept too: it was paid.

        Raises
        ------
        ValueError
            If `paid` is negative, or the request has an answer.
        """
        if paid < 0:
            raise ValueError(f"paid must be at least 0; got {paid}")
        with self._database.writing() as connection:
            found = self._end(connection, number, RequestState.ANSWERED, paid=paid, **vars(answer))
            before = 0 if found.state is RequestState.RELEASED else found.most
            self._count(connection, found.machine, paid - before)

    def release(self, number: int) -> None:
        """Give back what was set aside for a request that surely is not paid.

        Raises
        ------
        ValueError
            If the request has an answer.
        """
        with self._database.writing() as connection:
            found = self._end(connection, number, RequestState.RELEASED)
            if found.state is RequestState.RESERVED:
                self._count(connection, found.machine, -found.most)

    def holders(self, machine: str) -> dict[str, datetime]:
        """Who waits for answers of a machine, and until when at the longest."""
        query = (
            select(table.c.holder, func.max(table.c.held_until).label("until"))
            .where(*self._of(machine), *_in_flight())
            .group_by(table.c.holder)
        )
        with self._database.reading() as connection:
            return {row.holder: row.until for row in connection.execute(query)}

    def lapse(self, machine: str, holders: Collection[str]) -> None:
        """Say that nobody waits for these answers any more; they stay possibly paid."""
        mine = (*self._of(machine), *_in_flight(), table.c.holder.in_(holders))
        with self._database.writing() as connection:
            connection.execute(table.update().where(*mine).values(held_until=utc()))

    def release_possibly_paid(self, machine: str, *, by: str) -> tuple[int, int]:
        """Give back what was set aside for requests that nobody waits for.

        Parameters
        ----------
        machine : str
            Its name.
        by : str
            The person who has looked at the bill.

        Returns
        -------
        n, money : int
            Requests, and micro-dollars.

        Raises
        ------
        ValueError
            If nobody is named.
        """
        if not by.strip():
            raise ValueError("a person releases reservations; 'by' is empty")
        lost = (*self._of(machine), *_possibly_paid())
        sums = select(func.count(), func.coalesce(func.sum(table.c.most), 0)).where(*lost)
        with self._database.writing() as connection:
            n, money = map(int, connection.execute(sums).one())
            connection.execute(
                table.update()
                .where(*lost)
                .values(state=RequestState.RELEASED, ended_at=utc(), released_by=by)
            )
            self._count(connection, machine, -money)
        return n, money

    def accounts(self, *, gone: Collection[str] = ()) -> tuple[MachineAccount, ...]:
        """Every machine that was ever asked, by name.

        Parameters
        ----------
        gone : collection of str, default=()
            Holders that are known to have ended: nobody waits for their answers.
        """
        answered = table.c.state == RequestState.ANSWERED
        is_awaited = (table.c.held_until > utc()) & table.c.holder.not_in(list(gone))
        flies = (table.c.state == RequestState.RESERVED) & is_awaited
        lost = (table.c.state == RequestState.RESERVED) & ~is_awaited
        query = (
            select(
                table.c.machine,
                _sum(answered, table.c.paid),
                _sum(flies, table.c.most),
                _sum(lost, table.c.most),
                *(_sum(which, 1) for which in (answered, flies, lost)),
                _sum(answered & table.c.label.is_(None), 1),
            )
            .where(self._database.mine(table))
            .group_by(table.c.machine)
            .order_by(table.c.machine)
        )
        with self._database.reading() as connection:
            return tuple(
                MachineAccount(name, *map(int, sums)) for name, *sums in connection.execute(query)
            )

    def account(self, machine: str) -> MachineAccount:
        """The account of one machine; empty if it was never asked."""
        found = (each for each in self.accounts() if each.machine == machine)
        return next(found, MachineAccount(machine))

    def answer_seconds(self, machine: str, n_newest: int = 200) -> tuple[float, ...]:
        """How long its newest answers took, from when each was asked for; batch files aside."""
        newest = (
            select(table.c.at, table.c.ended_at)
            .where(*self._of(machine), table.c.state == RequestState.ANSWERED)
            .where(table.c.is_batch.is_(False))
            .order_by(table.c.id.desc())
            .limit(n_newest)
        )
        with self._database.reading() as connection:
            return tuple(
                (row.ended_at - row.at).total_seconds() for row in connection.execute(newest)
            )

    def counted_since(self, moment: datetime) -> int:
        """Micro-dollars paid, and set aside, for what was asked from a moment on."""
        answered = table.c.state == RequestState.ANSWERED
        query = select(
            _sum(answered, table.c.paid)
            + _sum(table.c.state == RequestState.RESERVED, table.c.most)
        ).where(self._database.mine(table), table.c.at >= utc(moment))
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def days(self) -> tuple[MachineDay, ...]:
        """What answers cost, a row for each day."""
        is_sqlite = self._database.engine.dialect.name == "sqlite"
        # PostgreSQL would take the day in the zone of the session
        utc_day = cast(func.timezone("UTC", table.c.ended_at), Date)
        day = func.date(table.c.ended_at) if is_sqlite else utc_day
        query = (
            select(day, func.count(), func.sum(table.c.paid))
            .where(self._database.mine(table), table.c.state == RequestState.ANSWERED)
            .group_by(day)
            .order_by(day)
        )
        with self._database.reading() as connection:
            return tuple(
                MachineDay(date.fromisoformat(str(on)), int(n), int(spent))
                for on, n, spent in connection.execute(query)
            )

    def _of(self, machine: str) -> tuple[ColumnElement[bool], ...]:
        return self._database.mine(table), table.c.machine == machine

    def _known(
        self, connection: Connection, machine: str, key: str, holder: str
    ) -> KeptAnswer | HeldRequest | None:
        """What there is of a request already: its answer, or somebody else who waits for it."""
        if (kept := self._kept(connection, machine, key)) is not None:
            return kept
        same = (*self._of(machine), table.c.key == key)
        others = (*same, *_in_flight(), table.c.holder != holder, table.c.is_batch.is_(False))
        held = select(func.max(table.c.held_until)).where(*others)
        until = connection.scalar(held)
        return None if until is None else HeldRequest(until)

    def _kept(self, connection: Connection, machine: str, key: str) -> KeptAnswer | None:
        """The answer to a request, if there is one."""
        answered = (*self._of(machine), table.c.key == key, table.c.state == RequestState.ANSWERED)
        found = connection.execute(select(table).where(*answered).limit(1)).first()
        return None if found is None else _answer(found)

    def _give_up_own(self, connection: Connection, machine: str, key: str, holder: str) -> None:
        """Wait no more for the own request for the same; it stays possibly paid."""
        own = (*self._of(machine), *_in_flight(), table.c.key == key, table.c.holder == holder)
        connection.execute(table.update().where(*own).values(held_until=utc()))

    def _end(
        self, connection: Connection, number: int, state: RequestState, **values: Any
    ) -> Row[Any]:
        """End a request that has no answer; return it as it was before."""
        one = (self._database.mine(table), table.c.id == number)
        found = connection.execute(select(table).where(*one)).one_or_none()
        if found is None or found.state is RequestState.ANSWERED:
            raise ValueError(f"request {number} is not there, or has an answer")
        connection.execute(table.update().where(*one).values(state=state, ended_at=utc(), **values))
        return found

    def _count(
        self, connection: Connection, machine: str, money: int, budget: int | None = None
    ) -> bool:
        """Add to what counts of a machine; False, and nothing is added, if it passes the budget."""
        its = (self._database.mine(account), account.c.machine == machine)
        if connection.execute(select(account.c.machine).where(*its)).first() is None:
            self._database.insert(connection, account, {"machine": machine, "counted": 0})
        fits = () if budget is None else (account.c.counted + money <= budget,)
        counted = account.c.counted + money
        changed = connection.execute(account.update().where(*its, *fits).values(counted=counted))
        return changed.rowcount == 1

    def _counted(self, connection: Connection, machine: str) -> int:
        its = (self._database.mine(account), account.c.machine == machine)
        return connection.scalar(select(account.c.counted).where(*its)) or 0


def _in_flight() -> tuple[ColumnElement[bool], ...]:
    return table.c.state == RequestState.RESERVED, table.c.held_until > utc()


def _possibly_paid() -> tuple[ColumnElement[bool], ...]:
    return table.c.state == RequestState.RESERVED, table.c.held_until <= utc()


def _sum(which: ColumnElement[bool], what: Any) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((which, what), else_=0)), 0)


def _answer(found: Row[Any]) -> KeptAnswer:
    return KeptAnswer(
        found.row,
        found.label,
        found.confidence,
        found.input_tokens,
        found.cached_tokens,
        found.output_tokens,
        found.problem,
    )
