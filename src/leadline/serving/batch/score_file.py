"""Batch scoring of files: constant memory, a whole output or none, resumed where it broke off."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.metadata import version
from os import PathLike, fspath
from pathlib import Path

from leadline.engines.contract import Executor
from leadline.engines.in_order import in_order
from leadline.errors import DataError, LeadlineError
from leadline.reading.across_files import MarkCounts
from leadline.reading.file_forms.raw import BY_COMMAND, Trim
from leadline.reading.file_forms.source import Note
from leadline.reading.unusual_inputs import UnusualInputs
from leadline.serving.batch.input_files import input_files
from leadline.serving.batch.joined_parts import MANIFEST, join, lay_out
from leadline.serving.batch.locations import Location, UnreachableError
from leadline.serving.batch.part_folder import PartFolder
from leadline.serving.batch.piece_scoring import (
    Part,
    PieceSpec,
    Scoring,
    other_columns,
    score_elsewhere,
    score_piece,
)
from leadline.serving.batch.pieces import Form, Piece, Plan, plan, whole_plan
from leadline.serving.batch.scoring_release import be_ready, copied, open_release
from leadline.serving.batch.text_ranges import IrregularError
from leadline.serving.releases.bundle import ReleaseBundle
from leadline.serving.releases.release_place import ReleasePlace
from leadline.serving.releases.signed_files import digest_of
from leadline.serving.releases.slow_path import ROWS_AT_ONCE

Progress = Callable[[int, float], None]
"""Told the rows done, and the share of the work that is done."""

SUFFIXES = (".csv", ".tsv", ".parquet")
_FORMAT = 1
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Scored:
    """Result of scoring.

    Attributes
    ----------
    n_rows : int
        Rows scored.
    n_files : int
        Files they came from.
    n_parts, n_kept : int
        Pieces, and how many of them an earlier run had scored.
    unusual : UnusualInputs or None
        What the release was not made of; None where that was not looked at.
    """

    n_rows: int
    n_files: int
    n_parts: int
    n_kept: int
    unusual: UnusualInputs | None = None


def score_file(  # noqa: PLR0913 -- rows, model and output, how they are read, who works and who is told
    release: ReleaseBundle | ReleasePlace,
    source: str | PathLike[str] | Sequence[str],
    target: str | PathLike[str],
    *,
    chunk_rows: int = 50_000,
    folder: Path | None = None,
    trim: Trim = BY_COMMAND,
    progress: Progress | None = None,
    note: Note | None = None,
    executor: Executor | None = None,
) -> Scored:
    """Score every row of one file or of several.

    Parameters
    ----------
    release : ReleaseBundle or ReleasePlace
        Opened, or where it lies: with an executor it is opened here and by the workers at once.
    source : path, or sequence of str
        Any file that a project can be made of; folders and patterns of them; here or in an object
        store that fsspec knows (``s3://bucket/rows.parquet``).
    target : path
        CSV, TSV or Parquet by its suffix; without one of these, a folder of Parquet files. All
        columns of the source, then those of the answer, called ``leadline_score`` and so on where
        the source has one of their names. It is there whole or not at all; what was there before
        is replaced.
    chunk_rows : int > 0, default=50_000
        About how many rows are scored together. The last digit of a score may hang on it. Of a
        model that asks another server 200 at most, as a piece is asked about again if it breaks
        off.
    folder : Path, optional
        Where paths of images may lead from, beside the source's own folder.
    trim : Trim
        Lines of the source that are no rows.
    progress : callable, optional
        Told how far it is after each piece.
    note : callable, optional
        Told what a person should know: that the release was made of these rows, or that the last
        one looks like a total.
    executor : Executor, optional
        Scores pieces beside this process, or, where it is a cluster, instead of it; by default this
        process scores them all.

    Returns
    -------
    Scored

    Raises
    ------
    EngineError
        If the model asks a server that does not answer; what was scored is kept.
    DataError
        If a source cannot be read, has a column that the answer would overwrite or that the
        target cannot hold, lacks one that the release needs, or holds a value that does not fit;
        names line and column. If another process is writing the same.
    ReleaseError
        If the release is opened here, and is damaged or does not fit this environment.
    LeadlineError
        If there is no room left. What was scored is kept then, as it is if the process is killed:
        the same call goes on from there.
    ValueError
        If `chunk_rows` is less than 1, or there is an executor and the release was opened already.

    Notes
    -----
    Scored pieces lie in a folder beside the output, whose name holds a digest of sources, release
    and settings, until the output is whole. How many processes score changes no byte of it.
    """
    if chunk_rows < 1:
        raise ValueError(f"chunk_rows is {chunk_rows}; at least 1 is needed. Raise it.")
    workers = _Workers.of(executor, release)
    goal = Location(fspath(target).rstrip("/"))
    refuse_target(goal)
    named = [fspath(source)] if isinstance(source, str | PathLike) else list(source)
    files = input_files(named)
    if workers is not None:
        # a name that is wrong is told before anything is started for it
        files[0].size()
        workers.start()
    bundle = open_release(release) if isinstance(release, ReleasePlace) else release
    if bundle.waits_s is not None:
        chunk_rows = min(chunk_rows, ROWS_AT_ONCE)
    known = tuple(bundle.manifest.columns)
    plans = [plan(each, chunk_rows, known, trim) for each in files]
    while True:
        run = _Run(bundle, plans, goal, chunk_rows, folder, trim)
        try:
            parts, n_kept = run.done(progress, workers)
            break
        except IrregularError as error:
            plans = _with_whole(plans, error)
    _tell(bundle, parts, named, note)
    n_rows = sum(part.n_rows for part in parts)
    unusual = None
    if bundle.usual is not None:
        unusual = UnusualInputs.of((part.inputs for part in parts), bundle.usual)
        for words in unusual.words:
            (note or _keep_silent)(words)
    return Scored(n_rows, len(plans), len(parts), n_kept, unusual)


def _keep_silent(_: str) -> None:
    """Take no note."""


def refuse_target(target: Location) -> None:
    """Refuse to write a file of another form, or to replace a folder that is not ours.

    Raises
    ------
    DataError
        If it is one.
    """
    if target.suffix in SUFFIXES:
        if target.is_here and target.path.is_dir():
            raise DataError(
                f"{target.url} is a folder.", "A name for a file is needed.", "Choose another."
            )
        return
    if target.suffix:
        raise DataError(
            f"{target.name} ends in {target.suffix!r}.",
            f"One of {', '.join(SUFFIXES)} is needed, or no suffix: a folder of Parquet files.",
            "Rename or convert it.",
        )
    inside = {each.name for each in target.children()}
    if (inside and MANIFEST not in inside) or (target.exists() and not target.is_folder()):
        raise DataError(
            f"{target.url} is there already, and was not written by 'leadline score'.",
            "Only a folder of its own is replaced.",
            "Choose another name.",
        )


@dataclass
class _Workers:
    """Who scores beside this process or instead of it, and where they find the release."""

    executor: Executor
    place: ReleasePlace
    starting: list[Future[None]] = field(default_factory=list)

    @classmethod
    def of(
        cls, executor: Executor | None, release: ReleaseBundle | ReleasePlace
    ) -> _Workers | None:
        """None where there is no executor."""
        if executor is None:
            return None
        if not isinstance(release, ReleasePlace):
            raise ValueError("The release is open; workers need to know where it lies. Pass that.")
        return cls(executor, release)

    @property
    def is_elsewhere(self) -> bool:
        """Whether other machines work, and not this process."""
        return bool(getattr(self.executor, "is_shared", False))

    def start(self) -> None:
        """Let processes of this machine import and open what they need while this one does."""
        if not self.is_elsewhere:
            each = range(self.executor.n_workers)
            self.starting = [self.executor.submit(be_ready, self.place) for _ in each]


class _Run:
    """One try: files as pieces, pieces as parts, parts as the output."""

    def __init__(
        self,
        bundle: ReleaseBundle,
        plans: Sequence[Plan],
        goal: Location,
        chunk_rows: int,
        folder: Path | None,
        trim: Trim,
    ) -> None:
        self._bundle, self._goal = bundle, goal
        self._pieces = [piece for each in plans for piece in each.pieces]
        forms = [each.form for each in plans]
        suffix = goal.suffix or ".parquet"
        # of one Parquet file or of text, all pieces have one schema
        self._is_uniform = forms in ([Form.PARQUET], [Form.WHOLE]) or set(forms) == {Form.TEXT}
        columns = _columns(plans)
        parts_suffix = suffix if self._is_uniform else ".parquet"
        about = {
            "format": _FORMAT,
            "release": digest_of(bundle.manifest.to_bytes()),
            "sources": [[each.location.url, each.digest] for each in plans],
            "forms": forms,
            "chunk_rows": chunk_rows,
            "trim": asdict(trim),
            "suffix": goal.suffix,
            "versions": {name: version(name) for name in ("leadline", "polars", "numpy")},
        }
        self._folder = PartFolder(goal, about, parts_suffix)
        self._scoring = Scoring(
            self._folder.location, parts_suffix, columns, chunk_rows, trim, folder
        )

    def done(self, progress: Progress | None, workers: _Workers | None) -> tuple[list[Part], int]:
        """The parts of the output that has been written, and how many were there before.

        Raises
        ------
        IrregularError
            If a file has to be read whole.
        """
        parts: dict[int, Part] = {}
        with self._room(parts), self._folder.held():
            try:
                parts |= self._folder.whole(len(self._pieces))
                n_kept = len(parts)
                rest = [each for each in enumerate(self._pieces) if each[0] not in parts]
                n_rows = sum(part.n_rows for part in parts.values())
                for part in self._scored(rest, workers):
                    parts[part.index] = part
                    n_rows += part.n_rows
                    if progress is not None:
                        progress(n_rows, len(parts) / len(self._pieces))
                ordered = [parts[index] for index in range(len(self._pieces))]
                self._write(ordered)
            except UnreachableError:
                raise
            except (DataError, IrregularError):
                # the rows are at fault: no later run has a use for the others
                self._folder.remove()
                raise
            self._folder.remove()
        return ordered, n_kept

    def _write(self, parts: Sequence[Part]) -> None:
        if suffix := self._goal.suffix:
            join(parts, self._folder, self._goal, suffix, is_uniform=self._is_uniform)
        else:
            lay_out(parts, self._folder, self._goal, is_uniform=self._is_uniform)

    def _scored(
        self, pieces: Sequence[tuple[int, Piece]], workers: _Workers | None
    ) -> Iterator[Part]:
        if workers is None:
            for index, piece in pieces:
                yield score_piece(self._bundle, PieceSpec(index, piece, self._scoring))
            return
        here: Callable[[PieceSpec], Part] | None = partial(score_piece, self._bundle)
        release = workers.place
        if pieces and workers.is_elsewhere:
            release = copied(release, self._folder.location.child("release"))
            here = None  # the machines of the cluster work, not the one that asks
        specs = [PieceSpec(index, piece, self._scoring, release) for index, piece in pieces]
        yield from in_order(
            workers.executor, score_elsewhere, specs, here=here, busy=workers.starting
        )

    @contextmanager
    def _room(self, parts: Mapping[int, Part]) -> Iterator[None]:
        """A full disk is told as what a person can mend."""
        try:
            yield
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            raise LeadlineError(
                f"There is no room left to write {self._goal.url}: {error.strerror}.",
                f"{len(parts):,} of {len(self._pieces):,} pieces are done and kept; what was there "
                "before is as it was.",
                "Make room and run it again: it goes on from there.",
            ) from error


def _columns(plans: Sequence[Plan]) -> tuple[str, ...]:
    """Names of the columns, in the order of the first file that tells them.

    Raises
    ------
    DataError
        If another file has others.
    """
    told = [each for each in plans if each.columns]
    if not told:
        return ()
    columns = told[0].columns
    for each in told[1:]:
        lacking = [name for name in columns if name not in each.columns]
        extra = [name for name in each.columns if name not in columns]
        if (lacking or extra) and each.form is not Form.JSON_LINES:
            raise other_columns(each.location.name, lacking, extra)
    return columns


def _with_whole(plans: Sequence[Plan], error: IrregularError) -> list[Plan]:
    """The plans, with the irregular file as one piece."""
    return [
        whole_plan(each.location, each.digest, error.refusal)
        if each.location == error.location
        else each
        for each in plans
    ]


def _tell(
    bundle: ReleaseBundle, parts: Sequence[Part], named: Sequence[str], note: Note | None
) -> None:
    """What a person should know of the rows."""
    if note is None:
        return
    for words in dict.fromkeys(each for part in parts for each in part.notes):
        note(words)
    for reading in bundle.manifest.reading_schema:
        counts = [each for part in parts for each in part.marks.get(reading.name, ())]
        if words := MarkCounts.judge(counts, reading):
            note(words)
    n_rows, n_learnt = (sum(getattr(part, at) for part in parts) for at in ("n_rows", "n_learnt"))
    words = "" if bundle.learnt is None else bundle.learnt.words(n_learnt, n_rows)
    if words:
        note(f"{', '.join(Location(name).name for name in named)}: {words}")
