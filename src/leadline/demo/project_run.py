"""Run of a demo project: six stages in order, with simulated judgments and decisions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from leadline.demo import flights, words
from leadline.demo.scenario import Scenario
from leadline.errors import LeadlineError, SettingsError
from leadline.phases.lifecycle import Stage
from leadline.phases.release import Release
from leadline.phases.search import Search
from leadline.phases.verdict import Answer
from leadline.record import Entry
from leadline.services.commands import choose_point, decide, judge
from leadline.services.queries import operating_points_page, review_page
from leadline.settings import template
from leadline.worker import observe, refresh
from leadline.worker.heartbeat import Progress
from leadline.workspace import SETTINGS_FILE, Workspace

EXAMPLES: dict[str, Callable[[Path], Scenario]] = {
    "flights": flights.write_files,
    "words": words.write_files,
}
BY = "Leadline demo"
_MOST_GRANTS = 3
_LONGER = 2.0

_WHY_ON = "The demo goes on to show all six stages; a team would stop here and think."
_WHY_BELOW = "The demo goes on to show a model in service; a team would ask whether this one helps."
_WHY_POINT = "The cheapest at the costs stated, by judgments that say what really happened."
_SECTIONS = ("ethics", "prices", "labels", "serve", "watch")


def run_demo(
    write_files: Callable[[Path], Scenario],
    folder: Path,
    *,
    started: Callable[[str], None],
    progress: Progress,
    said: Callable[[str], None] = lambda _: None,
) -> Iterator[Entry]:
    """Go through the life cycle and yield each verdict as it comes.

    Parameters
    ----------
    write_files : callable
        Writes the files of data into the folder and returns the scenario; one of `EXAMPLES`.
    folder : Path
        A new one; the workspace stays there.
    started, progress : callable
        Told the row that begins, and the job while it runs.
    said : callable, optional
        Told what differs from the scenario: a slow machine is granted more time.

    Raises
    ------
    SettingsError
        If the folder holds something already.
    LeadlineError
        If the package that carries the data is not installed.
    """
    scenario = _prepare(write_files, folder)
    doing = partial(refresh, by=BY, started=started, progress=progress)
    with Workspace.open(folder) as workspace:
        for stage in (Stage.DEFINE, Stage.FIND):
            yield from _through(workspace, stage, partial(doing, workspace))
    yield from _search_longer(folder, doing, said)
    with Workspace.open(folder) as workspace:
        run = partial(doing, workspace)
        yield from _through(workspace, Stage.TRAIN, run)
        yield from run(["tuning"])
        _judge(workspace, scenario)
        yield _choose(workspace)
        yield from _through(workspace, Stage.SHIP, run)
        yield from run(["decay"])
        for name in scenario.later:
            started("monitor")
            observe(workspace, folder / name)
        yield from run(["monitor"])


def _prepare(write_files: Callable[[Path], Scenario], folder: Path) -> Scenario:
    if folder.exists() and any(folder.iterdir()):
        raise SettingsError(
            f"{folder} holds something already.",
            "The demo needs a folder of its own.",
            "Remove it, or choose another: leadline demo -C FOLDER.",
        )
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        scenario = write_files(folder)
    except LeadlineError:
        if is_new:
            folder.rmdir()
        raise
    text = template(
        name=scenario.name,
        files=scenario.files,
        label=scenario.label,
        problem=scenario.problem,
        data={**scenario.data, "stream": list(scenario.stream)},
        more={section: getattr(scenario, section) for section in _SECTIONS},
    )
    (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")
    return scenario


def _through(
    workspace: Workspace, stage: Stage, run: Callable[[list[str]], Iterator[Entry]]
) -> Iterator[Entry]:
    """A stage to its end; a "no" on the way is overruled, by name and with a reason."""
    is_blocked = True
    while is_blocked:
        is_blocked = False
        for entry in run([stage.value]):
            yield entry
            if entry.verdict.answer is Answer.NO:
                is_blocked = True
                yield decide(workspace, stage.value, "go", _WHY_ON, BY)
            elif isinstance(entry.verdict, Release) and entry.verdict.shortfall:
                yield decide(workspace, stage.value, "go", _WHY_BELOW, BY, below_target=True)


def _search_longer(
    folder: Path,
    doing: Callable[[Workspace, list[str]], Iterator[Entry]],
    said: Callable[[str], None],
) -> Iterator[Entry]:
    """Grant more time while the search was too short to choose by, as on a slow machine."""
    for _ in range(_MOST_GRANTS):
        with Workspace.open(folder) as workspace:
            entry = workspace.record.latest("search")
            granted_s = workspace.settings.problem.time_box_s
        if entry is None or not isinstance(entry.verdict, Search):
            return
        search = entry.verdict
        if search.chosen and not search.is_starved:
            return
        longer_s = max(_LONGER * granted_s, round(search.wanted_s or 0.0))
        said(
            f"This machine is too slow for a search of {granted_s:g} s; it is granted "
            f"{longer_s:g} s and goes on from there."
        )
        path = folder / SETTINGS_FILE
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r"(?m)^time_box_s = \S+", f"time_box_s = {longer_s:g}", text), encoding="utf-8"
        )
        with Workspace.open(folder) as workspace:
            yield from doing(workspace, ["problem"])
            before = [workspace.record.latest(row) for row in ("data", "feasibility")]
            if any(entry and entry.verdict.answer is Answer.NO for entry in before):
                # a decision stands on the problem as it was
                yield decide(workspace, Stage.DEFINE.value, "go", _WHY_ON, BY)
            yield from _through(workspace, Stage.FIND, partial(doing, workspace))


def _judge(workspace: Workspace, scenario: Scenario) -> None:
    """Judge every row drawn by its true label, those that follow from the first ones too."""
    positive = scenario.problem["positive"]
    while (page := review_page(workspace, BY)).row is not None:
        judge(workspace, page.tuning, page.row, scenario.truth[page.row] == positive, BY, 0.0)


def _choose(workspace: Workspace) -> Entry:
    page = operating_points_page(workspace)
    return choose_point(workspace, page.best, page.cost_miss, page.cost_false_alarm, _WHY_POINT, BY)
