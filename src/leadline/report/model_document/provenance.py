"""Sections on the origin of the model: purpose, costs, data, candidates, curve."""

from __future__ import annotations

from leadline.phases.curve import Curve
from leadline.phases.data import Data, Role
from leadline.phases.feasibility import Feasibility
from leadline.phases.forecast import Forecast
from leadline.phases.labelling import Labelling
from leadline.phases.problem import Problem
from leadline.phases.review import Review
from leadline.phases.scoring import Task, scoring_of
from leadline.phases.search import Search
from leadline.report import chart_tables
from leadline.report.model_document.section import LatestVerdicts, Section, Unknown, not_run
from leadline.report.text_table import money, tabled


def purpose(latest: LatestVerdicts) -> Section:
    """Who owns it, and which decision it serves."""
    title = "Owner and purpose"
    problem = latest.get("problem", Problem)
    if problem is None:
        return Section(title, unknowns=(not_run("problem", "What the model is for"),))
    unknowns = []
    if not problem.owner:
        how = "Set [problem] owner in leadline.toml and run 'leadline run problem'."
        unknowns.append(Unknown("Who owns the model is not known.", how))
    sentences = (
        f"Owner: {problem.owner or 'not named'}.",
        f"The decision it serves: {problem.question}",
        problem.summary,
    )
    return Section(title, sentences, (chart_tables.problem(problem),), unknowns=tuple(unknowns))


def ethics(latest: LatestVerdicts) -> Section:
    """Who can be harmed, as a named person answered."""
    title = "Who can be harmed"
    problem = latest.get("problem", Problem)
    if problem is None or not problem.ethics.is_complete:
        how = "Answer [ethics] in leadline.toml and run 'leadline run problem'."
        return Section(title, unknowns=(Unknown("The ethics checklist is not answered.", how),))
    said = problem.ethics
    rows = [
        ("Who can be harmed", said.harmed),
        ("By which error", said.by_which_error),
        ("Which data may be used", said.data_allowed),
        ("Personal data", said.personal_data),
    ]
    table = tabled("The ethics checklist", ("Question", "Answer"), rows)
    return Section(title, (f"Answered by {said.answered_by}.",), (table,))


def _plain_errors(problem: Problem, review: Review | None) -> Section:
    """What an error is where misses and false alarms are not told apart."""
    title = "What errors cost, and who said so"
    if problem.task is Task.MULTICLASS:
        sentences = ["An error is another class than the true one; all errors weigh the same."]
        unknowns = []
    else:
        sentences = ["An error is a number that is off by more than the tolerance."]
        how = "Set tolerance under [problem] in leadline.toml."
        unknowns = [] if problem.tolerance else [Unknown("Nobody has stated a tolerance.", how)]
        if problem.tolerance:
            sentences.append(f"The tolerance is {problem.tolerance:,.3g}.")
    if review is None:
        what = "Nobody has agreed to the plain prediction yet."
        unknowns.append(Unknown(what, "Look at 'leadline run tuning', then 'leadline review'."))
    else:
        sentences.append(review.summary)
    return Section(title, tuple(sentences), unknowns=tuple(unknowns))


def costs(latest: LatestVerdicts) -> Section:
    """What errors cost, and who said so."""
    title = "What errors cost, and who said so"
    problem, review = latest.get("problem", Problem), latest.get("review", Review)
    if problem is None:
        return Section(title, unknowns=(not_run("problem", "What errors cost"),))
    if problem.task is not Task.BINARY:
        return _plain_errors(problem, review)
    said = f", as stated in the problem{f' by {problem.owner}' if problem.owner else ''}."
    sentences = [
        f"What errors cost{said}",
        f"{problem.miss}: {money(problem.cost_miss, problem.currency)}.",
        f"{problem.false_alarm}: {money(problem.cost_false_alarm, problem.currency)}.",
    ]
    unknowns = []
    guessed = [name for name in problem.assumed if name.startswith("cost_")]
    if guessed:
        how = f"Set {', '.join(guessed)} under [problem] in leadline.toml."
        unknowns.append(Unknown(f"Nobody has confirmed {', '.join(guessed)}.", how))
    if review is not None:
        sentences.append(
            f"When choosing the operating point, {review.person} weighed a miss with "
            f"{money(review.cost_miss, review.currency)} and a false alarm with "
            f"{money(review.cost_false_alarm, review.currency)}."
        )
    else:
        unknowns.append(
            Unknown(
                "Nobody has weighed the errors on the real stream yet.", "Run 'leadline review'."
            )
        )
    return Section(title, tuple(sentences), unknowns=tuple(unknowns))


def data(latest: LatestVerdicts) -> Section:
    """Which rows it learnt from, what was left out, how they were split."""
    title = "Data, exclusions and split"
    audit = latest.get("data", Data)
    if audit is None:
        return Section(title, unknowns=(not_run("data", "What the model learnt from"),))
    split = audit.split
    rows = [
        ("Files", ", ".join(audit.files)),
        ("Digest of the snapshot", audit.snapshot),
        ("Digest of the files and how they were read", audit.source_digest),
        ("Labelled rows", f"{audit.n_rows:,}"),
        ("Of those, labelled by votes here", f"{audit.n_voted:,}"),
        ("Rows without a label, left out", f"{audit.n_unlabelled:,}"),
        ("Rows that repeat an earlier one", f"{audit.n_duplicates:,}"),
        ("Of those, with another label", f"{audit.n_conflicts:,}"),
        ("Split", f"{split.kind.value} {split.column}".strip()),
        ("Train and test rows", f"{split.n_train:,} and {split.n_test:,}"),
        ("Seed of the split", f"{split.seed}"),
        ("Digest of the test mask", split.mask or "not stored"),
    ]
    if split.test_from:
        rows.append(("Test rows are from", "{} to {}".format(*audit.test_span)))
    out = [(c.name, c.why or "no reason given") for c in audit.columns if c.role is Role.EXCLUDED]
    tables = [tabled("The snapshot", ("What", "Value"), rows)]
    if out:
        tables.append(tabled("Columns left out", ("Column", "Why"), out))
    return Section(title, (audit.summary,), tuple(tables))


def labels(latest: LatestVerdicts) -> Section:
    """How far the labels may be trusted."""
    title = "Labels"
    labelling, feasibility = (
        latest.get("labelling", Labelling),
        latest.get("feasibility", Feasibility),
    )
    if labelling is None:
        return Section(title, unknowns=(not_run("labelling", "Where the labels come from"),))
    unknowns = []
    if labelling.alpha is None:
        how = "Let two people label the same 50 rows with 'leadline label'."
        unknowns.append(Unknown("Whether people agree on the labels is not known.", how))
    sentences = [labelling.summary]
    if feasibility is not None:
        sentences.append(feasibility.summary)
    return Section(
        title, tuple(sentences), (chart_tables.labelling(labelling),), unknowns=tuple(unknowns)
    )


def candidates(latest: LatestVerdicts) -> Section:
    """Everything tried, and why this one."""
    title = "Every candidate tried, and why this one"
    search = latest.get("search", Search)
    if search is None:
        return Section(title, unknowns=(not_run("search", "Which candidates were tried"),))
    sentences = [search.summary]
    if search.chosen and search.ranked:
        best = search.ranked[0].name
        words = scoring_of(search.scoring).words
        reason = f"it has the best {words}"
        if best != search.chosen:
            reason = f"it is simpler than {best} and surely loses next to nothing of its {words}"
        sentences.append(f"{search.chosen} was chosen because {reason}.")
        sentences += search.reasons
    return Section(title, tuple(sentences), (chart_tables.search(search),))


def more_data(latest: LatestVerdicts) -> Section:
    """How it learns, and what more data would bring."""
    title = "What more data would bring"
    curve, forecast = latest.get("curve", Curve), latest.get("forecast", Forecast)
    sentences, tables, unknowns = [], [], []
    if curve is None:
        unknowns.append(not_run("curve", "How the error falls with more rows"))
    else:
        sentences.append(curve.summary)
        tables.append(chart_tables.curve(curve))
    if forecast is None:
        unknowns.append(not_run("forecast", "What the target takes"))
    else:
        sentences.append(forecast.summary)
        tables.append(chart_tables.forecast(forecast))
    return Section(title, tuple(sentences), tuple(tables), unknowns=tuple(unknowns))
