"""Sections on the origin of the model: data, labels, split, candidates, curve."""

from __future__ import annotations

from leadline.phases.curve import Curve
from leadline.phases.data import Data, Role, SplitKind, learnt_notes
from leadline.phases.feasibility import Feasibility
from leadline.phases.forecast import Forecast
from leadline.phases.labelling import Labelling
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.wording import plural
from leadline.report import chart_tables
from leadline.report.importance import importance_tables
from leadline.report.model_document.section import LineageReader, Section, not_run
from leadline.report.text_table import Table, number, tabled

_HOW = {
    SplitKind.RANDOM: "at random, by the digest of a row's content",
    SplitKind.GROUP: "by group: no {!r} is on both sides",
    SplitKind.TIME: "by time: the latest rows by {!r}",
}


def data(reader: LineageReader) -> Section:
    """Which rows it learnt from, their digests, and what was left out."""
    title = "Data, digests and exclusions"
    audit = reader.get("data", Data)
    if audit is None:
        return Section(title, unknowns=(not_run("data", "What the model learnt from"),))
    rows = [
        ("Files", ", ".join(audit.files)),
        ("Digest of the snapshot (SHA-256)", audit.snapshot),
        ("Digest of the files and how they were read", audit.source_digest),
        ("Labelled rows", f"{audit.n_rows:,}"),
        ("Of those, labelled by votes here", f"{audit.n_voted:,}"),
        ("Rows without a label, left out", f"{audit.n_unlabelled - audit.n_machine_rows:,}"),
        *_of_machines(audit),
        ("Rows without any value, left out", f"{audit.n_empty_rows:,}"),
        ("Rows that repeat an earlier one", f"{audit.n_duplicates:,}"),
        ("Of those, with another label", f"{audit.n_conflicts:,}"),
    ]
    tables = [tabled("The snapshot", ("What", "Value"), rows)]
    if audit.classes:
        counts = [(each.value, f"{each.n_rows:,}") for each in audit.classes]
        tables.append(tabled("Rows of each class", ("Class", "Labelled rows"), counts))
    tables.append(chart_tables.data(audit))
    out = [(c.name, c.why or "no reason given") for c in audit.columns if c.role is Role.EXCLUDED]
    sentences = [audit.summary]
    if out:
        tables.append(tabled("Columns left out", ("Column", "Why"), out))
    else:
        sentences.append("No column was left out.")
    return Section(title, sentences=tuple(sentences), tables=tuple(tables))


def _of_machines(audit: Data) -> list[tuple[str, str]]:
    """Rows that machines labelled, with their digest; none where there are none."""
    if not audit.machine_shares:
        return []
    who = "; ".join(
        f"{share.words}, on verdict {share.delegation}" for share in audit.machine_shares
    )
    return [
        ("Rows that only machines labelled, learnt from and never scored", who),
        ("Digest of these rows (SHA-256)", audit.machine_rows),
    ]


def labels(reader: LineageReader) -> Section:
    """How far the labels may be trusted, and whether there is anything to learn."""
    title = "Labels and signal"
    labelling = reader.get("labelling", Labelling)
    feasibility = reader.get("feasibility", Feasibility)
    sentences, tables, unknowns = [], [], []
    if labelling is None:
        unknowns.append(not_run("labelling", "Where the labels come from"))
    else:
        sentences.append(labelling.summary)
        tables.append(chart_tables.labelling(labelling))
        if labelling.alpha is None:
            how = "Let two people label the same 50 rows with 'leadline label'."
            what = "Whether people agree on the labels."
            unknowns.append(reader.unknown(what, how, row="labelling"))
    if feasibility is None:
        unknowns.append(not_run("feasibility", "Whether there is signal beyond chance"))
    else:
        sentences.append(feasibility.summary)
        tables.append(chart_tables.feasibility(feasibility))
    return Section(
        title, sentences=tuple(sentences), tables=tuple(tables), unknowns=tuple(unknowns)
    )


def split(reader: LineageReader) -> Section:
    """How the test rows were set aside, which seeds were used, and where the lock file lies."""
    title = "Split, seeds and lock file"
    audit, release = reader.get("data", Data), reader.release()
    sentences, tables, unknowns = [], [], []
    if audit is None:
        unknowns.append(not_run("data", "How the test rows were set aside"))
    else:
        tables.append(_split_table(reader, audit))
    if release is None:
        unknowns.append(not_run("release", "Which packages it was made with"))
    else:
        sentences.append(
            "The lock file, name and version of every package it was made with, stands under "
            f"'lock' in manifest.json of the bundle {release.bundle}, which is signed by key "
            f"{release.signer}. The runbook says how to write it out."
        )
    return Section(
        title, sentences=tuple(sentences), tables=tuple(tables), unknowns=tuple(unknowns)
    )


def _split_table(reader: LineageReader, audit: Data) -> Table:
    its = audit.split
    how = _HOW[its.kind].format(its.column)
    if its.train_to:
        how += f" at first; newer ones, up to {its.train_to}, are learnt from"
    rows = [
        ("Test rows were chosen", how),
        ("Train and test rows", f"{its.n_train:,} and {its.n_test:,}"),
        ("Share wished for", f"{its.test_share:.0%}"),
        ("Seed of the split, and of every fit", f"{its.seed}"),
        ("Draws passed over", f"{its.draw:,}"),
        ("A row is told from another by", ", ".join(its.identity) or "its content"),
        ("Digest of the test mask", its.mask or "not stored"),
    ]
    if its.test_from:
        rows.append(("Test rows are from", "{} to {}".format(*audit.test_span)))
    search, forecast = reader.get("search", Search), reader.get("forecast", Forecast)
    if search is not None and search.chosen:
        n_folds = len(search.chosen_trial.scores)
        rows.append(("Repeats each candidate was measured on", f"{n_folds:,}"))
    if forecast is not None:
        rows.append(("Seed of the learning curve", f"{forecast.seed}"))
    return tabled("How the rows were split", ("What", "Value"), rows)


def candidates(reader: LineageReader) -> Section:
    """Everything tried, and why this one."""
    title = "Every candidate tried, and why this one"
    search = reader.get("search", Search)
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
    tables = (chart_tables.search(search), *importance_tables(search))
    return Section(title, sentences=tuple(sentences), tables=tables)


def fitting(reader: LineageReader) -> Section:
    """What the model that was released learnt from."""
    title = "The final fit"
    problem, tuning = reader.get("problem", Problem), reader.get("tuning", Tuning)
    if tuning is None or problem is None:
        return Section(title, unknowns=(not_run("tuning", "What was fitted in the end"),))
    sentence = (
        f"{tuning.candidate} was fitted once more on all {plural(tuning.n_train, problem.unit)} of "
        f"the train side in {number(tuning.fit_s)} s; its digest is {tuning.model}."
    )
    told = [note.what for note in learnt_notes(tuning.machine_shares, tuning.n_train)]
    return Section(title, sentences=(sentence, *told))


def more_data(reader: LineageReader) -> Section:
    """How it learns, and what more data would bring."""
    title = "What more data would bring"
    curve, forecast = reader.get("curve", Curve), reader.get("forecast", Forecast)
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
    return Section(
        title, sentences=tuple(sentences), tables=tuple(tables), unknowns=tuple(unknowns)
    )
