"""Sections on people: owner, deputy, the decision served, who can be harmed, costs of errors."""

from __future__ import annotations

from leadline.phases.number_format import money
from leadline.phases.problem import Problem
from leadline.phases.review import Review
from leadline.phases.scoring import Task
from leadline.phases.wording import capital, day, plural, three_digits
from leadline.report import chart_tables
from leadline.report.model_document.section import LineageReader, Section, Unknown, not_run
from leadline.report.row_sections import decisions

_SET = "Set [problem] {} in leadline.toml, then 'leadline run problem'{}."
_LATER, _AGAIN = "; part 2 will tell it", " and release again"


def ownership(reader: LineageReader) -> Section:
    """Who owns it, who stands in, and which decision it serves."""
    title = "Owner, deputy and the decision it serves"
    problem = reader.get("problem", Problem)
    if problem is None:
        return Section(title, unknowns=(not_run("problem", "What the model is for"),))
    unknowns = [
        reader.unknown(what, _SET.format(key, then), row="problem")
        for key, what, then in (
            ("owner", "Who owns the model.", _LATER),
            ("deputy", "Who answers when the owner cannot.", _LATER),
            ("question", "Which decision it serves.", _AGAIN),
        )
        if not getattr(problem, key)
    ]
    sentences = [
        f"{words}: {said if said.endswith(('.', '?', '!')) else said + '.'}"
        for words, said in (
            ("Owner", problem.owner),
            ("Deputy", problem.deputy),
            ("The decision it serves", problem.question),
        )
        if said
    ]
    sentences.append(problem.summary)
    return Section(
        title,
        sentences=tuple(sentences),
        tables=(chart_tables.problem(problem),),
        unknowns=tuple(unknowns),
    )


def ethics(reader: LineageReader) -> Section:
    """Who can be harmed, as a named person answered."""
    title = "Who can be harmed"
    problem = reader.get("problem", Problem)
    how = "Answer [ethics] in leadline.toml and run 'leadline run problem'."
    if problem is None:
        return Section(title, unknowns=(Unknown("Who can be harmed, and by which error.", how),))
    said = problem.ethics
    if not said.is_complete:
        unknown = reader.unknown("The ethics checklist is not answered.", how, row="problem")
        return Section(title, unknowns=(unknown,))
    facts = (
        ("Who can be harmed", said.harmed),
        ("By which error", said.by_which_error),
        ("Which data may be used", said.data_allowed),
        ("Personal data", said.personal_data),
        ("Groups to be told apart", ", ".join(said.groups) or "None are named."),
        *_leaving(problem),
        ("Answered by", said.answered_by),
    )
    return Section(title, facts=facts)


def _leaving(problem: Problem) -> tuple[tuple[str, str], ...]:
    """Where rows may be sent to, where a machine outside is declared."""
    leaving = problem.leaving
    if leaving is None:
        return ()
    allowed = ", ".join(host for host in leaving.hosts if host not in leaving.open)
    return (("Rows may be sent to", f"{allowed}: {leaving.why}" if allowed else "Nobody outside."),)


def costs(reader: LineageReader) -> Section:
    """What errors cost, and who said so."""
    title = "What errors cost, and who said so"
    problem = reader.get("problem", Problem)
    if problem is None:
        return Section(title, unknowns=(not_run("problem", "What errors cost"),))
    if problem.task is not Task.BINARY:
        return _plain_errors(reader, problem, title)
    entry, review = reader.entry("problem"), reader.get("review", Review)
    assert entry is not None
    guessed = [name for name in problem.assumed if name.startswith("cost_")]
    facts = (
        (capital(problem.words.miss), money(problem.cost_miss, problem.currency)),
        (capital(problem.words.false_alarm), money(problem.cost_false_alarm, problem.currency)),
        ("Said by", f"{entry.by}, who stated the problem on {day(entry.at)}"),
    )
    if guessed:
        said = "Nobody: the values were taken as they stood"
        if len(guessed) == 1:
            said = f"{entry.by}; {guessed[0]} by nobody, it was taken as it stood"
        facts = (*facts[:2], ("Said by", said))
    sentences = []
    unknowns = []
    if guessed:
        how = f"Set {', '.join(guessed)} under [problem] in leadline.toml."
        what = f"Nobody has confirmed {', '.join(guessed)}."
        unknowns.append(reader.unknown(what, how, row="problem"))
    if review is None:
        what = "Nobody has weighed the errors on the real stream yet."
        unknowns.append(Unknown(what, "Run 'leadline review'."))
    else:
        sentences.append(
            f"When choosing the operating point, {review.person} weighed {problem.words.miss} with "
            f"{money(review.cost_miss, review.currency)} and {problem.words.false_alarm} with "
            f"{money(review.cost_false_alarm, review.currency)}."
        )
        sentences += [
            f"{each.person} said before the choice: {problem.words.miss} is as bad as "
            f"{each.ratio:g} times {problem.words.false_alarm}."
            for each in review.answered
        ]
    return Section(title, facts=facts, sentences=tuple(sentences), unknowns=tuple(unknowns))


def _plain_errors(reader: LineageReader, problem: Problem, title: str) -> Section:
    """What an error is where misses and false alarms are not told apart."""
    review, unknowns = reader.get("review", Review), []
    if problem.task is Task.MULTICLASS:
        sentences = _class_errors(reader, problem)
    else:
        sentences = ["An error is a number that is off by more than the tolerance."]
        if problem.tolerance:
            sentences.append(f"The tolerance is {three_digits(problem.tolerance)}.")
        else:
            how = "Set tolerance under [problem] in leadline.toml."
            unknowns.append(reader.unknown("Nobody has stated a tolerance.", how, row="problem"))
    if review is None:
        what = "Nobody has agreed to the plain prediction yet."
        unknowns.append(Unknown(what, "Look at 'leadline run tuning', then 'leadline review'."))
    else:
        sentences.append(review.summary)
    return Section(title, sentences=tuple(sentences), unknowns=tuple(unknowns))


def _class_errors(reader: LineageReader, problem: Problem) -> list[str]:
    """What an error of classes is, and what each that somebody priced costs."""
    error = "An error is another class than the true one"
    entry = reader.entry("problem")
    if not problem.costs or entry is None:
        return [f"{error}; all errors weigh the same."]
    priced = plural(len(problem.costs), "confusion")
    rest = money(1.0, problem.currency)
    said = (
        f"{error}. {entry.by}, who stated the problem, put a price on {priced}; any other costs "
        f"{rest}."
    )
    return [
        said,
        *(
            f"{each.truth!r} said to be {each.said!r} costs {money(each.cost, problem.currency)}."
            for each in problem.costs
        ),
    ]


def choices(reader: LineageReader) -> Section:
    """What people decided on the way to the release."""
    title = "Choices on the way"
    told = [reader.show(entry) for entry in reader.lineage.decisions]
    if not told:
        said = "No decision of a person on a stage stands behind it."
        return Section(title, sentences=(said,))
    return Section(title, tables=(decisions(told),))
