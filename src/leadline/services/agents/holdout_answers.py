"""Answers of the hold-out: what agents are told of held-out scores, and what people know by it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from leadline.errors import LimitError, NotReadyError, SettingsError
from leadline.phases.data import Data
from leadline.phases.permissions import Action
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search
from leadline.phases.search.trial import Trial
from leadline.phases.tuning import Tuning
from leadline.phases.wording import plural, share_words
from leadline.record import Entry, HoldoutLook, Record
from leadline.record.agents.holdout_looks import FRESH
from leadline.services.agents.later_decisions import n_later_decisions, nats_of_decisions
from leadline.services.identity.permission import acting, require
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from leadline.stats.adaptive_holdout import AdaptiveHoldout


@dataclass(frozen=True)
class HeldOutAnswer:
    """What the hold-out says of the candidate that was tuned last.

    Attributes
    ----------
    entry : int
        The verdict of 'tuning' that is spoken of.
    candidate, scoring : str
        Whose score, by which metric.
    answer : str
        "confirmed": held-out rows agree with cross-validation; "worse" or "better": they clearly do
        not; "told": the score follows.
    foretold : float
        The cross-validated score.
    score, low, high : float or None
        Where told: the score on held-out rows, rounded, and its 90 % interval on fresh rows.
    n_looks : int
        Looks so far, of all agents.
    learnt : float in [0, 1]
        Share of the budget of looks that is spent.
    is_spent : bool
        Whether no more looks are answered.
    """

    entry: int
    candidate: str
    scoring: str
    answer: str
    foretold: float
    score: float | None
    low: float | None
    high: float | None
    n_looks: int
    learnt: float
    is_spent: bool


@dataclass(frozen=True)
class HoldoutState:
    """What all agents together learnt of the hold-out, for people.

    Attributes
    ----------
    n_looks, n_told : int
        Looks since the rows were fresh; those that told a score.
    nats, most_nats : float
        What was learnt, by decisions of people too, and what may be.
    n_decisions : int
        Decisions of people, since then, that were made with test scores in sight.
    entry : int or None
        The newest verdict of 'tuning' with a standard error; what follows is None without one.
    score, low, high : float or None
        Its test score, with an interval that counts what agents learnt.
    """

    n_looks: int
    n_told: int
    nats: float
    most_nats: float
    entry: int | None = None
    score: float | None = None
    low: float | None = None
    high: float | None = None
    n_decisions: int = 0

    @property
    def words(self) -> str:
        """What was learnt, and how to read the score after it."""
        if not self.n_looks:
            return "No agent has looked at the held-out rows."
        share = min(self.nats / self.most_nats, 1.0)
        who = plural(self.n_looks, "look")
        if self.n_decisions:
            who += f" and {plural(self.n_decisions, 'decision')} of people who knew test scores"
        words = f"{who} used up {share_words(share)} of what agents may learn of the held-out rows."
        if self.score is None:
            return words
        return (
            f"{words} The test score of entry {self.entry} is {self.score:.3f}; if agents had a "
            f"hand in that candidate, read it as {self.low:.3f} to {self.high:.3f} (90%)."
        )


def look_at_holdout(workspace: Workspace, *, is_told: bool) -> HeldOutAnswer:
    """Ask the hold-out about the candidate that was tuned last; the look is counted.

    The same question about the same verdict is answered as before, and costs nothing.

    Parameters
    ----------
    workspace : Workspace
        With the agent at work.
    is_told : bool
        Whether the score is wanted; else only whether it is as foretold, which costs less.

    Raises
    ------
    NotReadyError
        If nothing was tuned, or its scores are not known well enough.
    LimitError
        If the budget of looks is spent.
    """
    require(workspace, Action.VIEW)
    assert workspace.actor is not None
    record, by = workspace.record, workspace.actor.name
    asked = _asked(record)
    decided = nats_of_decisions(n_later_decisions(record))
    scorings = {
        one.entry: record.entry(one.entry).verdict_as(Tuning).scoring
        for one in record.agents.looks.all()
        if one.entry is not None
    }

    def answer(every: tuple[HoldoutLook, ...]) -> HoldoutLook:
        looks = _since_fresh(every)
        before = every[: max(len(every) - len(looks) - 1, 0)]  # the last but these says "fresh"
        if any(one.snapshot == asked.snapshot for one in before):
            raise NotReadyError(
                f"{asked.candidate} was scored on test rows of before they were renewed.",
                "Looks at the fresh ones count anew.",
                "Start 'data', 'search' and 'tuning' again.",
            )
        for look in looks:
            if look.entry == asked.entry.number and look.is_told == is_told:
                return look
        if looks and _holdout(looks[-1], decided).is_spent:
            raise LimitError(
                f"The budget of looks at the held-out rows is spent, by {len(looks)} looks.",
                "More would make every reported interval too narrow.",
                "Fresh test rows renew it: a person adds labelled rows that nobody has tried on, "
                "then says so with 'leadline mcp renew'.",
            )
        holdout = _holdout_for(asked, looks, scorings, decided)
        then, said = holdout.look(
            asked.score,
            foretold=asked.foretold,
            foretold_stderr=asked.foretold_stderr,
            is_told=is_told,
        )
        return HoldoutLook(
            by=by,
            entry=asked.entry.number,
            snapshot=asked.snapshot,
            answer=said.kind.value,
            is_told=is_told,
            score=said.score,
            low=said.low,
            high=said.high,
            stderr=then.stderr,
            n_looks=then.n_looks,
            n_told=then.n_told,
            nats=then.nats - decided,  # counted anew at each look
        )

    return _in_units(record.agents.looks.add(answer), asked, decided)


def holdout_state(workspace: Workspace) -> HoldoutState:
    """What agents have learnt of the hold-out, and what the newest test score is worth after it."""
    from leadline.stats.adaptive_holdout import MOST_NATS

    require(workspace, Action.VIEW)
    looks = _since_fresh(workspace.record.agents.looks.all())
    n_decisions = n_later_decisions(workspace.record)
    decided = nats_of_decisions(n_decisions)
    known = HoldoutState(0, 0, 0.0, MOST_NATS)
    if looks:
        last = looks[-1]
        known = HoldoutState(
            *(last.n_looks, last.n_told, last.nats + decided, MOST_NATS), n_decisions=n_decisions
        )
    entry = workspace.record.latest("tuning")
    if entry is None or not looks or not entry.verdict_as(Tuning).test_stderr:
        return known
    tuning = entry.verdict_as(Tuning)
    assert tuning.test_stderr is not None
    # what people read is one more that must hold beside those told
    last_holdout = _holdout(looks[-1], decided)
    reach = replace(last_holdout, n_told=known.n_told + 1).reach(tuning.test_stderr)
    low, high = tuning.test_score - reach, tuning.test_score + reach
    return replace(known, entry=entry.number, score=tuning.test_score, low=low, high=high)


def renew_holdout(workspace: Workspace, why: str, by: str) -> None:
    """Say that the test rows are fresh: the looks begin anew.

    Parameters
    ----------
    workspace : Workspace
        The project.
    why : str
        Where the rows come from.
    by : str
        The person who answers for it.

    Raises
    ------
    NotAllowedError
        If the person's role may not.
    SettingsError
        If no reason is given, or the data are those that were looked at.
    """
    workspace, person = acting(workspace, Action.AGENTS, by, "the fresh rows")
    if not why.strip():
        raise SettingsError(
            "No reason is given.",
            "The record keeps where fresh test rows come from.",
            "Say --why 'rows of June, imported today'.",
        )
    entry = workspace.record.latest("data")
    snapshot = entry.verdict_as(Data).snapshot if entry else ""

    def fresh(every: tuple[HoldoutLook, ...]) -> HoldoutLook:
        looks = _since_fresh(every)
        if not looks or any(look.snapshot == snapshot for look in every):
            raise SettingsError(
                "The test rows were looked at already." if looks else "Nobody has looked yet.",
                "Only other rows are fresh." if looks else "There is nothing to renew.",
                "Add labelled rows under [data] files, and run 'leadline run data'."
                if looks
                else "",
            )
        return HoldoutLook(
            by=f"{person}: {why.strip()}", entry=None, snapshot=snapshot, answer=FRESH
        )

    workspace.record.agents.looks.add(fresh)


@dataclass(frozen=True)
class _Asked:
    """A tuned candidate: its scores with more being better, and what its errors are known by."""

    entry: Entry
    candidate: str
    scoring: str
    sign: float
    snapshot: str
    score: float
    stderr: float
    foretold: float
    foretold_stderr: float
    typical_stderr: float

    def begun(self) -> AdaptiveHoldout:
        from leadline.stats.adaptive_holdout import AdaptiveHoldout

        return AdaptiveHoldout.begun(self.typical_stderr, self.stderr)


def _asked(record: Record) -> _Asked:
    entry = record.latest("tuning")
    if entry is None:
        raise NotReadyError(
            "Nothing was scored on held-out rows yet.",
            "'tuning' scores the chosen candidate on them.",
            "Start 'tuning' first.",
        )
    tuning = entry.verdict_as(Tuning)
    search = record.entry(entry.on["search"]).verdict_as(Search)
    data = record.entry(entry.on["data"]).verdict_as(Data)
    trial = next((one for one in search.trials if one.name == tuning.candidate), None)
    typical = _typical_stderr(search, tuning.n_test)
    if trial is None or trial.mean is None or not tuning.test_stderr or typical is None:
        raise NotReadyError(
            f"How far the scores of {tuning.candidate} may be off is not known.",
            "Several cross-validated scores, and a standard error on the test rows, are needed.",
            "Run 'search' and 'tuning' again.",
        )
    sign = -1.0 if scoring_of(tuning.scoring).is_loss else 1.0
    return _Asked(
        entry=entry,
        candidate=tuning.candidate,
        scoring=tuning.scoring,
        sign=sign,
        snapshot=data.snapshot,
        score=sign * tuning.test_score,
        stderr=tuning.test_stderr,
        foretold=sign * trial.mean,
        foretold_stderr=trial.stderr or 0.0,
        typical_stderr=typical,
    )


def _typical_stderr(search: Search, n_test: int) -> float | None:
    """Standard error of a score on the test rows by what folds of train rows show; None: unknown.

    Of all candidates with as many rows as any the largest: it is to hold for each of them.
    """
    n_most = max((one.n_train for one in search.trials if len(one.scores) > 1), default=0)
    known = [one for one in search.trials if one.n_train == n_most and len(one.scores) > 1]
    found = [_of_fold(one, search.n_rows) / math.sqrt(max(n_test, 1)) for one in known]
    return max(found, default=0.0) or None


def _of_fold(trial: Trial, n_rows: int) -> float:
    """Standard error that a score of a candidate would have on one row."""
    point = trial.points[-1] if trial.points else None
    if point is not None and point.n_train == trial.n_train and point.sampling and point.n_valid:
        each = np.asarray(point.sampling) * np.sqrt(point.n_valid)
        return float(np.mean(each))
    # in entries from before it was estimated: folds also differ by what was learnt
    n_valid = max(n_rows - trial.n_train, 1)
    return float(np.std(trial.scores, ddof=1)) * math.sqrt(n_valid)


def _holdout(look: HoldoutLook, decided: float) -> AdaptiveHoldout:
    """The hold-out after a look, and after what decisions of people told."""
    from leadline.stats.adaptive_holdout import AdaptiveHoldout

    assert look.stderr is not None
    return AdaptiveHoldout(
        stderr=look.stderr, n_looks=look.n_looks, n_told=look.n_told, nats=look.nats + decided
    )


def _holdout_for(
    asked: _Asked, looks: tuple[HoldoutLook, ...], scorings: Mapping[int, str], decided: float
) -> AdaptiveHoldout:
    """The hold-out by now, with the standard error of the metric and the rows that are asked about.

    Whether the budget is spent was looked at before: what it costs to look the error up must not
    show in a refusal.
    """
    begun = replace(asked.begun(), most_nats=math.inf)
    if not looks:
        return replace(begun, nats=begun.nats + decided)
    so_far = replace(_holdout(looks[-1], decided), most_nats=math.inf)
    for look in reversed(looks):
        assert look.entry is not None
        assert look.stderr is not None
        if look.snapshot == asked.snapshot and scorings.get(look.entry) == asked.scoring:
            return replace(so_far, stderr=look.stderr)
    return replace(so_far, stderr=begun.stderr, nats=so_far.nats + begun.nats)


def _since_fresh(looks: tuple[HoldoutLook, ...]) -> tuple[HoldoutLook, ...]:
    fresh = max((n for n, look in enumerate(looks, 1) if look.answer == FRESH), default=0)
    return looks[fresh:]


def _in_units(look: HoldoutLook, asked: _Asked, decided: float) -> HeldOutAnswer:
    """A look in the units of the metric."""
    from leadline.stats.adaptive_holdout import MOST_NATS, Answered

    words = {Answered.BELOW.value: "worse", Answered.ABOVE.value: "better"}
    ends = [None if end is None else asked.sign * end for end in (look.low, look.high)]
    low, high = ends if asked.sign > 0 else ends[::-1]
    is_told = look.answer == Answered.TOLD.value
    return HeldOutAnswer(
        entry=asked.entry.number,
        candidate=asked.candidate,
        scoring=asked.scoring,
        answer=words.get(look.answer, look.answer),
        foretold=asked.sign * asked.foretold,
        score=asked.sign * look.score if is_told and look.score is not None else None,
        low=low,
        high=high,
        n_looks=look.n_looks,
        learnt=min((look.nats + decided) / MOST_NATS, 1.0),
        is_spent=look.nats + decided >= MOST_NATS,
    )
