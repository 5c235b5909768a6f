"""``leadline review``: judge rows of the real stream, then choose an operating point."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import FiniteRange, by_option, echo_json, verb
from leadline.errors import SettingsError
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.phases.performance.default_decision import DefaultDecision
    from leadline.phases.performance.stream_decision import StreamDecision
    from leadline.services.queries.operating_points import OperatingPointsPage
    from leadline.services.queries.review import ReviewPage
    from leadline.workspace import Workspace

_COST = FiniteRange(min=0, min_open=True)
_ANSWERS = {"y": True, "n": False, "?": None}


@verb(
    "review",
    may=(Action.JUDGE, Action.CHOOSE),
    example="leadline review --choose balanced --why 'ten calls a day are fine'",
)
@click.option("--choose", "point", default=None, help="The operating point you choose.")
@click.option("--why", default="", help="The reason for the choice.")
@click.option("--cost-miss", type=_COST, default=None, help="What one miss costs.")
@click.option("--cost-false-alarm", type=_COST, default=None, help="What one false alarm costs.")
@click.option(
    "--silent-below",
    "confidence",
    type=FiniteRange(min=0, max=1),
    default=0.0,
    help="Of several classes: with --choose, give no answer below this score, one of those shown.",
)
@click.option(
    "--judgments",
    type=click.Path(path_type=Path),
    default=None,
    help="CSV with the columns row and is_positive (yes, no or empty), or value; judged elsewhere.",
)
@click.option(
    "--more",
    type=click.IntRange(min=1),
    default=None,
    help="Draw so many further rows for judging, placed by what was said so far.",
)
@by_option
def command(  # noqa: PLR0913, PLR0917 (an option each)
    point: str | None,
    why: str,
    cost_miss: float | None,
    cost_false_alarm: float | None,
    confidence: float,
    judgments: Path | None,
    more: int | None,
    by: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Judge rows of the real stream blind, see the consequences, then choose.

    Without options rows are shown one by one (y yes, n no, ? unsure, u undo, q end). Of several
    classes you type the number of one, or its name; of numbers, the number. Once no row is left
    for you, what each operating point would do is shown. 'leadline export rows' writes the rows to
    judge to a file.

    Half of the rows are drawn at first, the others once these have answers, where they narrow the
    ranges most. If that is not enough, --more draws further ones.
    """
    from leadline.cli.terminal.entry_text import entry_json, print_entry
    from leadline.cli.terminal.text_layout import console
    from leadline.services.commands import choose_point
    from leadline.services.queries import operating_points_page
    from leadline.workspace import Workspace

    if more is not None and (point is not None or judgments is not None):
        raise click.UsageError("--more goes by itself: draw the rows, judge them, then choose.")
    with Workspace.open(folder) as workspace:
        if more is not None:
            _draw_more(workspace, more, by, as_json=as_json)
            return
        if judgments is not None:
            _take_in(workspace, judgments, by)
        elif point is None and not as_json and not _judge(workspace, by):
            click.echo("What each point would do is shown once you have judged all rows.")
            return
        page = operating_points_page(workspace, cost_miss, cost_false_alarm)
        if point is None:
            _show(page, as_json=as_json)
            return
        costs = page.cost_miss, page.cost_false_alarm
        entry = choose_point(workspace, point, *costs, why, by, confidence=confidence)
    if as_json:
        echo_json(entry_json(entry))
    else:
        print_entry(console(), entry)


def _judge(workspace: Workspace, by: str) -> bool:
    """Ask about row after row; return whether none is left.

    Who stops before is told no consequences: they are made of others' answers too.
    """
    from leadline.cli.terminal.text_layout import console, print_pairs
    from leadline.services.commands import judge, undo_judgment
    from leadline.services.queries import review_page

    page = review_page(workspace, by)
    screen = console()
    while page.row is not None:
        click.echo(f"\n{page.question}  ({page.n_judged} judged, {page.n_left} left)".rstrip())
        print_pairs(screen, page.values)
        started = time.monotonic()
        answer = click.prompt(_asked(page), prompt_suffix=" > ").strip()
        if answer.lower() == "q":
            return False
        if answer.lower() == "u":
            undo_judgment(workspace, page.tuning, by)
        else:
            try:
                is_positive, value = _said(page, answer)
                seconds = time.monotonic() - started
                judge(workspace, page.tuning, page.row, is_positive, by, seconds, value=value)
            except SettingsError as error:
                click.echo(f"  {error.found} {error.needed}")
        page = review_page(workspace, by)
    return True


def _asked(page: ReviewPage) -> str:
    if page.classes:
        names = "  ".join(f"{n} {name}" for n, (name, _) in enumerate(page.classes, 1))
        return f"What is {page.label}?  {names}  ? unsure  u undo  q end"
    if page.is_number:
        return f"What is {page.label}?  a number  ? unsure  u undo  q end"
    return f"Is this {page.unit} {page.words.positive}?  y  n  ? unsure  u undo  q end"


def _said(page: ReviewPage, answer: str) -> tuple[bool | None, str | None]:
    """The answer as yes or no, or as a value; both None if unsure."""
    if page.classes or page.is_number:
        names = [name for name, _ in page.classes]
        by_number = answer.isdecimal() and answer not in names and 0 < int(answer) <= len(names)
        named = names[int(answer) - 1] if by_number else answer
        return None, None if answer == "?" else named
    if answer.lower() not in _ANSWERS:
        raise SettingsError(f"{answer!r} is none of y, n, ?, u and q.", "", "")
    return _ANSWERS[answer.lower()], None


def _take_in(workspace: Workspace, path: Path, by: str) -> None:
    from leadline.phases.wording import plural
    from leadline.services.commands.judgment_file import judge_file

    n_judged = judge_file(workspace, path, by)
    click.echo(f"{plural(n_judged, 'judgment')} taken in.", err=True)


def _draw_more(workspace: Workspace, n: int, by: str, *, as_json: bool) -> None:
    from leadline.services.commands import ask_for_more

    n_drawn = ask_for_more(workspace, n, by)
    if as_json:
        echo_json({"drawn": n_drawn})
        return
    fewer = ": the stream has no more" if n_drawn < n else ""
    click.echo(f"{n_drawn:,} more rows drawn for judging{fewer}. Judge them: leadline review")


def _show(page: OperatingPointsPage, *, as_json: bool) -> None:
    from dataclasses import asdict

    from leadline.phases.number_format import cost_words, percent
    from leadline.services.reviewing.point_outcomes import in_words

    if as_json:
        shown = asdict(page)
        # the names that the JSON of this verb has had from its first version
        shown["judges"] = shown.pop("reviewers")
        shown |= {"miss": page.words.miss, "false_alarm": page.words.false_alarm}
        echo_json(shown)
        return
    if page.plain is not None:
        _show_default_decision(page)
        _show_remarks(page)
        name = "POINT" if page.by_cost else page.plain.name
        verb = "Choose" if page.by_cost else "Agree"
        click.echo(f"{verb}: leadline review --choose {name} --why REASON")
        return
    unsure = f", {page.n_unsure} without an answer" if page.n_unsure else ""
    judged = f"{page.n_judged} rows judged{unsure}"
    click.echo(f"\n{judged}. Of 1,000 {page.words.units} each point would:")
    for consequence in page.consequences:
        click.echo(f"  {in_words(consequence, page.words)}")
        if consequence.point.cost is not None:
            click.echo(f"    errors cost {cost_words(consequence.point.cost, page.currency)}")
    if page.best:
        told = f"{page.best} is the most probable to cost least ({percent(page.p_best)})"
        click.echo(f"At {page.ratio:g} false alarms a miss, {told}: {page.clarity}.")
        if page.doubts:
            click.echo(f"The choice would be unclear all the same: {'; '.join(page.doubts)}.")
    if page.comparison is not None:
        click.echo(page.comparison.words)
    if page.reader is not None:
        for finding in page.reader.findings:
            click.echo(finding.what)
    _show_remarks(page)
    click.echo("Choose: leadline review --choose POINT --why REASON")


def _show_remarks(page: OperatingPointsPage) -> None:
    """Rows that the model knows, whom it fails on the stream, what more judgments would narrow."""
    from leadline.phases.performance.default_decision import LEAST_COST

    if page.judge_errors:
        click.echo(page.judge_errors)
    click.echo(page.target)
    for finding in (*page.known_rows, *page.reality):
        click.echo(f"{finding.what} {finding.next}")
    for finding in page.by_cost_reality:
        click.echo(f"{LEAST_COST}: {finding.what} {finding.next}")
    told: dict[str, list[str]] = {}
    for report in page.slices:
        for line in report.worse:
            told.setdefault(line.name, []).append(report.point)
    for name, points in told.items():
        click.echo(f"Fares worse on the stream: {name} ({', '.join(points)})")
    n_left = page.n_wanted - page.n_judged - page.n_unsure
    if page.n_judged and n_left > 0:
        click.echo(
            f"{n_left:,} of {page.n_wanted:,} planned rows have no answer yet: leadline review"
        )
    if page.narrowing:
        click.echo(page.narrowing)
    if page.may_ask and page.n_judged:
        click.echo("Draw more rows: leadline review --more 50")


def _show_default_decision(page: OperatingPointsPage) -> None:
    """What is on offer, on the stream if it was judged, and on the test set."""
    assert page.plain is not None
    if page.by_cost is None:
        click.echo(f"\nOne point is on offer, {page.plain.name}.")
        _show_decision(page.plain, page.on_stream, page)
        return
    click.echo(f"\nTwo points are on offer, {page.plain.name} and {page.by_cost.name}.")
    for plain, real in ((page.plain, page.on_stream), (page.by_cost, page.by_cost_on_stream)):
        click.echo(f"\n{plain.name}:")
        _show_decision(plain, real, page)


def _show_decision(
    plain: DefaultDecision, on_stream: StreamDecision | None, page: OperatingPointsPage
) -> None:
    from leadline.phases.number_format import cost_words, figure, percent_range

    if on_stream is not None:
        _show_on_stream(on_stream, page.n_judged, page.currency)
    else:
        click.echo(f"{page.unjudged}.")
    click.echo("On the test set:")
    click.echo(f"  {plain.words}")
    if plain.cost is not None:
        click.echo(f"  mistakes cost {cost_words(plain.cost, page.currency)} a row")
    if plain.saving is not None:
        saving = cost_words(plain.saving, page.currency)
        click.echo(f"  against the likeliest class it saves {saving} a row")
    for each in plain.classes:
        precision, recall = percent_range(each.precision), percent_range(each.recall)
        words = f"precision {precision}, recall {recall} ({each.n_true:,} test rows)"
        click.echo(f"  {each.name}: {words}")
    numbers = plain.numbers
    if numbers is not None and numbers.low is not None and numbers.high is not None:
        low, high = figure(numbers.low), figure(numbers.high)
        click.echo(f"  90 of 100 truths lie between {low} and {high} of the prediction")


def _show_on_stream(real: StreamDecision, n_judged: int, currency: str) -> None:
    """What judgments say of the stream."""
    from leadline.phases.number_format import cost_words, figure, percent_range
    from leadline.phases.wording import share_words

    click.echo(f"On the real stream, from {n_judged} judgments: {percent_range(real.right)} right")
    if real.cost is not None:
        click.echo(f"  mistakes cost {cost_words(real.cost, currency)} a row")
    for taken in real.confusions:
        if taken.cost is not None:
            words = f"{taken.truth} said to be {taken.said}: about {max(taken.n_rows, 1):,.0f} rows"
            click.echo(f"  {words}, {figure(taken.cost)} {currency} together")
    for each in real.classes:
        precision, recall = percent_range(each.precision), percent_range(each.recall)
        click.echo(f"  {each.name}: precision {precision}, recall {recall}")
    for cut in real.silences[1:]:
        share = percent_range(cut.right)
        words = f"answers {share_words(cut.answered)}, of which {share} are right"
        click.echo(f"  silent below a score of {figure(cut.confidence)}: {words}")
    if real.numbers is not None and real.numbers.error is not None:
        low, high = figure(real.numbers.error.low), figure(real.numbers.error.high)
        click.echo(f"  off by {low} to {high} on average")
