from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.services.test_commands import DEFINE

from leadline.errors import RecordError, SettingsError
from leadline.services import commands, queries
from leadline.services.commands.comment import LONGEST
from leadline.services.commenting.mentions import mentioned
from leadline.settings import NotifySettings
from leadline.workspace import Workspace

Make = Callable[..., Workspace]


def telling(workspace: Workspace, **notify: object) -> Workspace:
    settings = NotifySettings(command=("true",), **notify)  # type: ignore[arg-type]
    return replace(workspace, settings=replace(workspace.settings, notify=settings))


def test_a_comment_is_shown_where_it_belongs(make: Make) -> None:
    workspace = make(DEFINE)
    commands.add_comment(workspace, "3", "Is the ceiling right?", "Ada")
    commands.add_comment(workspace, "project", "We meet on Monday.", "Bo")
    commands.add_comment(workspace, "Find", "Later.", "Bo")

    def texts(page: object) -> list[str]:
        return [one.text for one in page.comments]  # type: ignore[attr-defined]

    assert texts(queries.entry_page(workspace, 3)) == ["Is the ceiling right?"]
    assert texts(queries.row_page(workspace, "feasibility")) == ["Is the ceiling right?"]
    assert texts(queries.row_page(workspace, "search")) == []
    assert texts(queries.stage_page(workspace, "define")) == ["Is the ceiling right?"]
    assert texts(queries.stage_page(workspace, "find")) == ["Later."]
    everywhere = queries.project_page(workspace).comments
    assert [(one.title, one.path) for one in everywhere] == [
        ("Entry 3", "/entries/3"),
        ("The project", "/"),
        ("Find", "/stages/find"),
    ]


def test_who_is_named_is_told_once_and_oneself_never(make: Make) -> None:
    workspace = telling(make(DEFINE))
    commands.add_comment(workspace, "define", "@ada ops, @Bo, @Bo: look. So do I, @Cy.", "Cy")
    bodies = [json.loads(message.body) for message in workspace.record.outbox.newest()]
    assert sorted(body["facts"]["to"] for body in bodies) == ["Ada Ops", "Bo"]
    assert {body["kind"] for body in bodies} == {"mention"}
    assert all("@ada ops" in body["text"] for body in bodies)
    commands.add_comment(workspace, "define", "@Dee does what I, @Dee, say.", "Dee Ng")
    assert len(workspace.record.outbox.newest()) == 2, "nobody is told of what they say"
    quiet = telling(make(DEFINE), events=("alarm",))
    commands.add_comment(quiet, "define", "@Bo: look.", "Cy")
    assert quiet.record.outbox.newest() == ()


@pytest.mark.parametrize(
    ("about", "text", "by", "told"),
    [
        ("99", "x", "Ada", "There is no entry 99"),
        ("entry", "x", "Ada", "nothing called 'entry'"),
        ("trian", "x", "Ada", "nothing called 'trian'"),
        ("define", " \n ", "Ada", "says nothing"),
        ("define", "x" * (LONGEST + 1), "Ada", "has 4,001 characters"),
        ("define", "x", " ", "Nobody is named"),
        ("define", " ".join(f"@p{n}" for n in range(21)), "Ada", "names 21 people"),
    ],
)
def test_a_comment_that_cannot_be_is_refused(
    make: Make, about: str, text: str, by: str, told: str
) -> None:
    workspace = make(DEFINE)
    with pytest.raises((RecordError, SettingsError), match=told):
        commands.add_comment(workspace, about, text, by)
    assert workspace.record.comments.newest() == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Ada", ("Ada",)),
        ("@Adam", ("Adam",)),
        ("mail ada@Bo.org or see x/@Bo", ()),
        ("(@bo!) @ nobody", ("Bo Ng",)),
        ("@Dee or @Dee", ("Dee",)),
        (f"@{'x' * 81} and @{'y' * 80}", ("y" * 80,)),
    ],
)
def test_a_name_ends_where_its_word_ends(text: str, names: tuple[str, ...]) -> None:
    assert mentioned(text, ["Ada", "Bo Ng", "Dee One", "Dee Two"]) == names
