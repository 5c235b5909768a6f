"""Trials of candidates, study by study; and single fits, by a key of what fixes their outcome."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from leadline.phases.search.trial import Trial
from leadline.record import tables
from leadline.record.append_only import add, rows_of
from leadline.record.codec import decode, encode, to_json
from leadline.record.database import Database
from leadline.record.sql_types import utc

T = TypeVar("T")


class Trials:
    """Candidates that were tried in searches.

    A study is one search: all trials on the same problem, data and settings, whichever process
    and run they are from.

    Contract
    --------
    *Append-only.* A trial of the same name that comes later is a further row; which one counts is
    the reader's to say.

    *Atomic.* A trial is there whole or not at all; it is committed before `add` returns, so that a
    process that is killed afterwards has lost nothing.

    *Concurrent writers* may add to one study at once; trials are read in the order of commits.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, study: str, trial: Trial) -> None:
        """Keep a trial.

        Raises
        ------
        ValueError
            If a number is not finite.
        """
        body = to_json(encode(trial))
        version = getattr(trial, "VERSION", 1)
        add(self._database, tables.trial, study=study, body=body, version=version, at=utc())

    def of(self, study: str) -> tuple[Trial, ...]:
        """The trials of a study, in the order they came."""
        table = tables.trial
        found = rows_of(self._database, table, table.c.study == study)
        return tuple(decode(Trial, json.loads(row.body), row.version) for row in found)


class Fits:
    """Results of single fits, so that none is computed twice.

    The key names whatever the outcome follows from but for the train size and the repeat: data,
    candidate, metric and folds. What a result holds is for those to say who write and read it.

    Contract
    --------
    *Append-only.* A result that comes again is a further row, and takes the place of the earlier
    one; they differ in seconds only.

    *Atomic.* A result is there whole or not at all; it is committed before `add` returns, so that
    a process that is killed afterwards has lost nothing.

    *Concurrent writers* may fit the same at once: both results are kept, the one committed last
    counts.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: str, n_train: int, repeat: int, result: Any) -> None:
        """Keep the result of a fit.

        Parameters
        ----------
        key : str
            All that fixes the outcome, but for size and repeat.
        n_train : int
            Rows that were asked for to train on.
        repeat : int >= 0
            Number of the repeat.
        result : dataclass instance
            As `leadline.record.codec` can encode it.

        Raises
        ------
        ValueError
            If a number is not finite.
        """
        add(
            self._database,
            tables.fit,
            key=key,
            n_train=n_train,
            repeat=repeat,
            body=to_json(encode(result)),
            version=getattr(result, "VERSION", 1),
            at=utc(),
        )

    def of(self, key: str, kind: type[T]) -> dict[tuple[int, int], T]:
        """Train size and repeat to the result, an instance of a dataclass, in the order they came.

        Raises
        ------
        RecordError
            If a result does not fit the class.
        """
        table = tables.fit
        return {
            (row.n_train, row.repeat): decode(kind, json.loads(row.body), row.version)
            for row in rows_of(self._database, table, table.c.key == key)
        }
