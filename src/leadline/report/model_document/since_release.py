"""Sections on the time since a release: its place, capacity, ageing, monitor, blocks, logs."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.phases.capacity import Capacity
from leadline.phases.decay import Decay
from leadline.phases.monitor import FEWEST_REFERENCE, Monitor
from leadline.phases.number_format import money
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.verdict import Answer
from leadline.phases.wording import day, moment, plural, share_words
from leadline.record import Entry, Promotion
from leadline.report import chart_tables
from leadline.report.capacity_table import capacity_table
from leadline.report.model_document.release_summary import expected_to_hold, flat_words
from leadline.report.model_document.section import LineageReader, Section, Unknown, not_run
from leadline.report.row_sections import decisions
from leadline.report.text_table import Table, number, share, tabled

_MOST_DELAYS = 12
_MOST_TRAININGS = 20
_NONE_YET = "Nothing is released yet."


def place(reader: LineageReader) -> Section:
    """When it was released, what followed it, and when this was written."""
    title = "Its place among the releases"
    release, root = reader.release(), reader.lineage.root
    if release is None or root is None:
        return Section(title, sentences=(_NONE_YET,))
    after = [each for each in reader.lineage.releases if each.number > root.number]
    replaced = [each for each in after if each.verdict_as(Release).replaces == release.release_id]
    sentences = [f"Released on {moment(root.at)}, put on the record by {root.by}."]
    if replaced:
        new = reader.show(replaced[0])
        sentences.append(
            f"Release {new.verdict_as(Release).release_id} was made to replace it on "
            f"{moment(new.at)}."
        )
    elif not after:
        sentences.append("No release has been made since.")
    if _is_waiting(reader, root):
        sentences.append("It did worse than the one in service, and waits for a person's decision.")
    moves = reader.lineage.moves
    tables = (_service_table(moves, root.number),) if moves else ()
    if moves:
        sentences.append(_service_words(reader, moves[-1], root))
    return Section(title, facts=_people_now(reader), sentences=tuple(sentences), tables=tables)


def _service_words(reader: LineageReader, newest: Promotion, root: Entry) -> str:
    """Whether it answers now, and what does in its place."""
    if newest.entry == root.number:
        return f"It is in service, since {moment(newest.at)}."
    other = next(each for each in reader.lineage.releases if each.number == newest.entry)
    name = reader.show(other).verdict_as(Release).release_id
    return f"It is not in service: release {name} is, since {moment(newest.at)}."


def _service_table(moves: Sequence[Promotion], release: int) -> Table:
    """When it was in service; the next move ended it."""
    ends = [*(moment(move.at) for move in moves[1:]), "now"]
    rows = [
        (moment(move.at), end, move.person, move.why)
        for move, end in zip(moves, ends, strict=True)
        if move.entry == release
    ]
    return tabled("When it was in service", ("From", "Until", "By", "Why"), rows)


def _is_waiting(reader: LineageReader, root: Entry) -> bool:
    """Whether nobody has put a release into service that did worse than the one before it."""
    decided = [entry.verdict.answer for entry in reader.lineage.decisions_since]
    return root.verdict.answer is not Answer.GO and Answer.GO not in decided


def _people_now(reader: LineageReader) -> tuple[tuple[str, str], ...]:
    """Owner and deputy where the problem names others by now."""
    before = reader.get("problem", Problem)
    stated = [each for each in reader.lineage.entries if isinstance(each.verdict, Problem)]
    if before is None or not stated:
        return ()
    entry, now = stated[-1], stated[-1].verdict_as(Problem)
    people = (("Owner", before.owner, now.owner), ("Deputy", before.deputy, now.deputy))
    changed = [(who, after) for who, earlier, after in people if after != earlier]
    if changed:
        reader.show(entry)
    return tuple(
        (f"{who} since {day(entry.at)}", after or "nobody is named") for who, after in changed
    )


def capacity(reader: LineageReader) -> Section:
    """How many instances it needs, and what they cost."""
    title = "Capacity and running costs"
    found = reader.later(Capacity)
    if found is None:
        return Section(title, unknowns=(not_run("capacity", "How many instances it needs"),))
    entry, said = found
    sentence = f"Measured on {day(entry.at)}. {said.summary}"
    return Section(title, sentences=(sentence,), tables=(capacity_table(said),))


def ageing(reader: LineageReader) -> Section:
    """How fast it ages, and when to retrain."""
    title = "Ageing: E(t, d), T* and the forecast of added error"
    found = reader.later(Decay)
    if found is None:
        return Section(title, unknowns=(not_run("decay", "How fast it ages"),))
    entry, decay = found
    measured = f"Measured on {day(entry.at)}. {decay.summary}"
    table = chart_tables.decay(decay)
    if table is None:
        how = "Name a time column under [data] time and run 'leadline run decay'."
        unknown = Unknown("How fast it ages.", how, f"{entry.by} on {day(entry.at)}")
        return Section(title, sentences=(measured,), unknowns=(unknown,))
    cheapest = (
        f"Retraining at least cost (T*): {_interval(decay)}. One retraining was taken to cost "
        f"{money(decay.cost_retrain, decay.currency)}, and errors {decay.price_words}, as "
        "leadline.toml had it."
    )
    colon = ":" if decay.retrain_every is None else ""
    holds = f"Expected to hold{colon} {expected_to_hold(reader, decay)}."
    sentences = [measured, cheapest, holds]
    watched = reader.later(Monitor)
    if watched is not None and watched[1].challenge is not None:
        sentences.append(f"Looked at on {day(watched[0].at)}. {watched[1].challenge.words}")
    return Section(title, sentences=tuple(sentences), tables=(table, _errors_by_age(decay)))


def _interval(decay: Decay) -> str:
    if decay.retrain_every is None:
        return "no interval, retrain when the monitor says so"
    words = f"every {decay.retrain_every} {decay.block}s"
    return f"{words}{flat_words(decay)}"


def _errors_by_age(decay: Decay) -> Table:
    """E(t, d) as measured: a row a training, a column a delay."""
    measured = [t for t, row in enumerate(decay.errors) if any(e is not None for e in row)]
    delays = sorted({d for t in measured for d, e in enumerate(decay.errors[t]) if e is not None})
    trainings, shown = _spread(measured, _MOST_TRAININGS), _spread(delays, _MOST_DELAYS)
    rows = [(decay.blocks[t], *(_error(decay.errors[t], d) for d in shown)) for t in trainings]
    caption = (
        f"E(t, d): error of the model trained up to block t, d {decay.block}s later "
        f"({len(trainings):,} of {len(measured):,} trainings, {len(shown):,} of {len(delays):,} "
        "delays)"
    )
    return tabled(caption, ("Trained up to", *(f"{d + 1}" for d in shown)), rows)


def _error(measured: Sequence[float | None], delay: int) -> str:
    """An error of a model; late models met fewer blocks, so their rows end earlier."""
    error = measured[delay] if delay < len(measured) else None
    return "–" if error is None else f"{error:.4f}"


def _spread(places: list[int], most: int) -> list[int]:
    """At most so many of the places: evenly, the first and the last among them."""
    if len(places) <= most:
        return places
    return [places[round(i * (len(places) - 1) / (most - 1))] for i in range(most)]


def watching(reader: LineageReader) -> Section:
    """What the monitor does, and how often it is wrong."""
    title = "Monitor: settings and false-alarm rate"
    found = reader.later(Monitor)
    if found is None:
        what = "How good it is on new blocks, and how often the monitor alarms for nothing."
        how = "Bring a file of new rows: 'leadline watch FILE'."
        return Section(title, unknowns=(Unknown(what, how),))
    entry, monitor = found
    ageing = reader.later(Decay)
    unit = f" One block is a {ageing[1].block}." if ageing else ""
    usual = f"{monitor.score_words} {number(monitor.reference_mean_score)}"
    if monitor.reference_alert_share is not None:
        usual = f"{share_words(monitor.reference_alert_share, 1)} flagged"
        known = [rate for rate in monitor.rates if rate.reference is not None]
        usual += "".join(f", {rate.name} {number(rate.reference)}" for rate in known)
    reference = (
        f"Reference: {monitor.n_reference_blocks} blocks of the test set, "
        f"{share_words(monitor.reference_error, 1)} wrong, {usual}.{unit}"
    )
    unit = monitor.block or "block"
    looked = f"Last looked on {day(entry.at)}. {monitor.summary}"
    check = monitor.target_check
    target = [check.words] if check is not None and check.words not in looked else []
    sentences = (looked, *target, reference, _alarms_raised(monitor, unit), *_self_test(monitor))
    return Section(title, sentences=sentences, unknowns=_blind_spots(monitor, entry))


def _alarms_raised(monitor: Monitor, unit: str) -> str:
    """Which rows get a label, and what raises an alarm."""
    rows = f"About {monitor.n_labels} rows of a {unit} get a label, drawn "
    if monitor.n_reference_blocks < FEWEST_REFERENCE:
        rows += "at random. No rise of the error raises an alarm: the reference is too short."
    else:
        rows += (
            "by strata of the predicted error. An alarm is raised when the evidence that the error "
            f"has risen{_or_fallen(monitor)} by more than {monitor.accepted_rise:.1%} reaches "
            f"{number(monitor.run_length, ',.0f')}, the number of {unit}s between two false "
            f"alarms{_in_years(monitor)}."
        )
    if monitor.target is not None and monitor.target.is_told:
        rows += (
            f" An alarm is raised, too, when the {monitor.target.words} of the {unit}s of late is "
            "surely worse than the target, or than at release where the release did not meet it."
        )
    return f"{rows} Shifts of single columns are information, never an alarm."


def _or_fallen(monitor: Monitor) -> str:
    watched = [rate.name for rate in monitor.rates if rate.is_watched]
    if any(rate.is_watched for rate in monitor.class_recalls):
        watched.append("the recall of a class")
    return f", or {' or '.join(watched)} fallen," if watched else ""


def _in_years(monitor: Monitor) -> str:
    years = monitor.false_alarm_years
    return "" if years is None else f": at most about one false alarm in {plural(years, 'year')}"


def _self_test(monitor: Monitor) -> tuple[str, ...]:
    test = monitor.self_test
    if test is None:
        return ()
    runs = f"{test.n_runs:,} runs of {test.n_blocks} of the reference's own blocks, shuffled"
    labels = plural(test.n_labels, "label")
    return (
        f"Measured false-alarm rate: {share_words(test.rate, 1)} of {runs}, with {labels} each.",
    )


def _blind_spots(monitor: Monitor, entry: Entry) -> tuple[Unknown, ...]:
    """What too short a reference leaves open."""
    how = "Set aside test rows over a longer time, or choose a shorter [watch] block."
    asked = f"{entry.by} on {day(entry.at)}"
    unknowns = []
    if monitor.n_reference_blocks < FEWEST_REFERENCE:
        what = "Whether the error has risen is not known: the reference is too short."
        unknowns.append(Unknown(what, how, asked))
    if monitor.self_test is None:
        what = "How often the monitor alarms for nothing is not known: the reference is too short."
        unknowns.append(Unknown(what, how, asked))
    return tuple(unknowns)


def by_block(reader: LineageReader) -> Section:
    """How good it has been, block by block of time."""
    title = "Performance by block of time"
    found = reader.later(Monitor)
    if found is None:
        how = "Bring a file of new rows: 'leadline watch FILE'."
        return Section(title, unknowns=(Unknown("How good it is on new blocks.", how),))
    return Section(
        title,
        sentences=("Share wrong with its interval, where labels have come.",),
        tables=(chart_tables.monitor(found[1]),),
    )


def logs(reader: LineageReader) -> Section:
    """Alarms, trainings and decisions, oldest first."""
    sentences, tables = [], []
    alarms = alarm_log(reader)
    if reader.later(Monitor) is None:
        sentences.append("Nobody has watched it yet.")
    elif alarms:
        tables.append(
            tabled("Alarms", ("Block", "Wrong", "First seen", "By", "What people did"), alarms)
        )
    else:
        sentences.append("The monitor has raised no alarm.")
    later = _later_releases(reader)
    if later:
        head = ("Release", "Candidate", "Replaces", "Approved by", "When")
        tables.append(tabled("Retrained and released since", head, later))
    else:
        sentences.append("It has not been retrained.")
    decided = decisions([reader.show(each) for each in reader.lineage.decisions_since])
    if decided.rows:
        tables.append(decided)
    else:
        sentences.append("No decision on it is on the record.")
    title = "Log of alarms, retrainings and choices"
    return Section(title, sentences=tuple(sentences), tables=tuple(tables))


def alarm_log(reader: LineageReader) -> list[tuple[str, str, str, str, str]]:
    """Each alarm once: when and by whom it was first recorded, and what became of it."""
    seen: dict[str, tuple[str, str, str, str, str]] = {}
    for entry, monitor in reader.all_later(Monitor):
        lives = {alarm.block: alarm.story for alarm in monitor.alarms}
        for block in monitor.blocks:
            if not block.is_alarm:
                continue
            reader.show(entry)
            first = seen[block.name][2:4] if block.name in seen else (moment(entry.at), entry.by)
            told = (block.name, share(block.error), *first, lives.get(block.name, "–"))
            seen[block.name] = told
    return list(seen.values())


def _later_releases(reader: LineageReader) -> list[tuple[str, ...]]:
    root = reader.lineage.root
    if root is None or reader.lineage.release is None:
        return []
    rows: list[tuple[str, ...]] = []
    for entry in reader.lineage.releases:
        if entry.number > root.number:
            sealed = reader.show(entry).verdict_as(Release)
            who = (sealed.replaces or "–", sealed.approved_by, moment(entry.at))
            rows.append((sealed.release_id, sealed.candidate, *who))
    return rows
