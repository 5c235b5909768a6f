"""What managers own is changed through the loader's door, and nothing else of the file is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leadline.errors import OutdatedAnswerError, SettingsError
from leadline.phases.permissions import UserRole
from leadline.record import ChangeKind
from leadline.services.settings_form import settings_change
from leadline.services.settings_form.owned_keys import owned_keys
from leadline.services.settings_form.settings_change import (
    ProposedChange,
    change_settings,
    propose,
    settings_page,
)
from leadline.services.settings_form.toml_edit import with_values
from leadline.settings import load_settings, parse_settings, template
from leadline.workspace import Workspace

Make = Callable[..., Workspace]


def toml_of(workspace: Workspace) -> Path:
    return workspace.folder / "leadline.toml"


@pytest.fixture
def workspace(make: Make) -> Workspace:
    made = make(())
    text = toml_of(made).read_text()
    commented = text.replace("cost_miss = 40.0", "# agreed on 3 May\ncost_miss = 40.0  # a seat")
    toml_of(made).write_text(commented)
    return made


def test_one_value_changes_and_every_comment_stays(workspace: Workspace) -> None:
    before = toml_of(workspace).read_text()
    page = settings_page(workspace)
    typed = {"problem.cost_miss": "55", "problem.budget": "1200.50"}
    typed["ethics.harmed"] = "people\r\non it"
    change_settings(workspace, typed, page.seen, "Ada")
    after = toml_of(workspace).read_text()
    assert set(before.splitlines()) - set(after.splitlines()) == {"cost_miss = 40.0  # a seat"}
    assert set(after.splitlines()) - set(before.splitlines()) == {
        "cost_miss = 55  # a seat",
        "budget = 1200.5",
        "[ethics]",
        'harmed = "people on it"',
    }
    settings = load_settings(toml_of(workspace))
    assert (settings.problem.cost_miss, settings.problem.budget) == (55, 1200.5)
    assert settings.ethics.harmed == "people on it"
    (note,) = workspace.record.change_notes.newest(ChangeKind.SETTINGS)
    assert (note.by, note.subject) == ("Ada", "leadline.toml")
    assert "+budget = 1200.5" in note.body
    assert "-cost_miss = 40.0  # a seat" in note.body


def test_a_diff_is_shown_and_nothing_is_written(workspace: Workspace) -> None:
    before = toml_of(workspace).read_text()
    page = settings_page(workspace)
    diff = propose(workspace, {"problem.target_score": "0.9"}, page.seen).diff
    assert [line for line in diff[2:] if line[0] in "+-"] == [
        "-target_score = 0.825",
        "+target_score = 0.9",
    ]
    assert propose(workspace, {}, page.seen).diff == ()
    assert toml_of(workspace).read_text() == before
    with pytest.raises(SettingsError, match="Nothing was changed"):
        change_settings(workspace, {"problem.target_score": " 0.825 "}, page.seen, "Ada")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"problem.budget": "-1"}, r"\[problem\] budget is -1\. It must be greater than or equal"),
        ({"problem.budget": "a lot"}, r"\[problem\] budget is 'a lot'\. It must be a valid number"),
        ({"problem.budget": ""}, r"\[problem\] budget is ''"),
        ({"problem.budget": "nan"}, r"budget is nan"),
        ({"prices.hours_per_day": "30"}, r"\[prices\] hours_per_day is 30"),
    ],
)
def test_a_bad_value_is_refused_in_the_loaders_words(
    workspace: Workspace, typed: dict[str, str], said: str
) -> None:
    before = toml_of(workspace).read_text()
    seen = settings_page(workspace).seen
    with pytest.raises(SettingsError, match=said):
        propose(workspace, typed, seen)
    with pytest.raises(SettingsError, match=said):
        change_settings(workspace, typed, seen, "Ada")
    assert toml_of(workspace).read_text() == before
    assert workspace.record.change_notes.newest(ChangeKind.SETTINGS) == ()


def test_a_target_that_the_metric_cannot_reach_is_not_written(make: Make) -> None:
    workspace = make(("problem",))
    before, seen = toml_of(workspace).read_text(), settings_page(workspace).seen
    with pytest.raises(SettingsError, match=r"target_score is 90\..*as a fraction"):
        change_settings(workspace, {"problem.target_score": "90"}, seen, "Ada")
    assert toml_of(workspace).read_text() == before
    change_settings(workspace, {"problem.target_score": "0.9"}, seen, "Ada")


def test_other_keys_cannot_be_changed_by_the_form(workspace: Workspace) -> None:
    seen = settings_page(workspace).seen
    forged = {"data.files": "/etc/passwd", "problem.label": "carrier", "notify.command": "rm"}
    assert propose(workspace, forged, seen).diff == ()


def test_the_second_of_two_who_save_is_told(workspace: Workspace) -> None:
    seen = settings_page(workspace).seen
    change_settings(workspace, {"problem.budget": "5"}, seen, "Ada")
    with pytest.raises(OutdatedAnswerError, match="was changed since"):
        change_settings(workspace, {"problem.budget": "6"}, seen, "Ben")
    assert load_settings(toml_of(workspace)).problem.budget == 5


def test_a_change_between_the_look_and_the_writing_is_not_lost(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, path = settings_page(workspace), toml_of(workspace)
    others = path.read_text() + "# by another, just now\n"

    def overtaken(*asked: Any) -> ProposedChange:
        proposed = propose(*asked)
        path.write_text(others)
        return proposed

    monkeypatch.setattr(settings_change, "propose", overtaken)
    with pytest.raises(OutdatedAnswerError):
        change_settings(workspace, {"problem.budget": "1"}, page.seen, "Ada")
    assert path.read_text() == others
    assert workspace.record.change_notes.newest(ChangeKind.SETTINGS) == ()


def test_the_record_keeps_whose_account_it_was(workspace: Workspace) -> None:
    from leadline.errors import NotAllowedError

    workspace.record.accounts.add("Ada", UserRole.OWNER)
    mona = workspace.record.accounts.add("Mona", UserRole.MANAGER)
    workspace.record.accounts.add("Sam", UserRole.SCIENTIST)
    seen = settings_page(workspace).seen
    with pytest.raises(NotAllowedError, match="That is for: owner or manager"):
        change_settings(workspace, {"problem.budget": "5"}, seen, "Sam")
    change_settings(workspace, {"problem.budget": "5"}, seen, "mona")
    (note,) = workspace.record.change_notes.newest(ChangeKind.SETTINGS)
    assert (note.by, note.user_id) == ("Mona", mona.id)


def test_every_key_of_a_fresh_template_can_be_set_and_keeps_its_comment(tmp_path: Path) -> None:
    text = template(name="late", files=["a.csv"], label="late")
    path = tmp_path / "leadline.toml"
    keys = owned_keys(parse_settings(path, text))
    for key in keys:
        value: float | str | list[str] = 0.5 if key.is_number else "2026-05-04"
        wanted = value if key.key != "currency" else "EUR"
        wanted = ["a.example.org"] if key.is_list else wanted
        changed = with_values(text, {(key.section, key.key): wanted})
        settings = parse_settings(path, changed)
        found = getattr(getattr(settings, key.section), key.key)
        assert (list(found) if key.is_list else found) == wanted
        line = next(line for line in changed.splitlines() if line.startswith(f"{key.key} ="))
        assert line.endswith(key.hint), line
        assert key.key not in settings.problem.assumed
        assert len(changed.splitlines()) == len(text.splitlines())
    assert keys[0].name == "problem.target_score"


def test_windows_line_ends_stay() -> None:
    text = "[problem]\r\nowner = 'Ada'  # who\r\n\r\n[data]\r\nfiles = ['a']\r\n"
    changed = with_values(text, {("problem", "owner"): "Ben", ("problem", "budget"): 5})
    assert changed == (
        "[problem]\r\nbudget = 5\r\nowner = \"Ben\"  # who\r\n\r\n[data]\r\nfiles = ['a']\r\n"
    )


def test_the_prices_of_a_language_model_and_where_rows_may_go_are_changed(make: Make) -> None:
    workspace = make(())
    path = toml_of(workspace)
    path.write_text(
        f"{path.read_text()}\n[machines.gpt]\n"
        'url = "https://a.example.org"\nmodel = "m"\nbudget = 2.0  # agreed\n'
    )
    page = settings_page(workspace)
    (budget,) = [key for key in page.keys if key.name == "machines.gpt.budget"]
    (price,) = [key for key in page.keys if key.name == "machines.gpt.input"]
    assert (budget.value, price.value) == ("2", "")
    typed = {
        "machines.gpt.budget": "5",
        "machines.gpt.input": "0.4",
        "machines.gpt.priced_on": "2026-11-01",
        "ethics.data_leave_to": "a.example.org, b.example.org,",
    }
    change_settings(workspace, typed, page.seen, "Ada")
    settings = load_settings(path)
    machine = settings.machines["gpt"]
    assert (machine.budget, machine.input, str(machine.priced_on)) == (5.0, 0.4, "2026-11-01")
    assert settings.ethics.data_leave_to == ("a.example.org", "b.example.org")
    assert "budget = 5  # agreed" in path.read_text()
