"""A settings file is read, or refused with the line and what would be right."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from leadline.errors import SettingsError
from leadline.settings import Prices, Settings, load_settings, template
from leadline.settings.sections import SECTIONS, WordSettings

SMALL = """\
[project]
name = "late"

[problem]
question = "Which flights come late?"
label = "late"
target_score = 0.9

[data]
files = ["flights.csv"]
"""


def loaded(folder: Path, text: str) -> Settings:
    path = folder / "leadline.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded(folder, text)
    assert caught.value.needed
    assert caught.value.next
    return str(caught.value)


def test_defaults_and_what_is_assumed(tmp_path: Path) -> None:
    settings = loaded(tmp_path, SMALL)
    assert settings.name == "late"
    assert settings.problem.target_score == 0.9
    assert settings.data.files == ("flights.csv",)
    assert settings.find.families == (
        "majority",
        "bayes",
        "linear",
        "neighbours",
        "forest",
        "boosting",
    )
    assert settings.watch.block == "week"
    assert not settings.ethics.is_complete
    assert settings.problem.assumed == (
        "unit", "positive", "scoring", "cost_miss", "cost_false_alarm", "currency", "budget",
        "time_box_s", "owner",
    )  # fmt: skip


def test_what_is_said_is_not_assumed_unless_listed(tmp_path: Path) -> None:
    said = 'target_score = 0.9\nunit = "flight"\nbudget = 100\nassumed = ["budget", "unit"]'
    settings = loaded(tmp_path, SMALL.replace("target_score = 0.9", said))
    assert settings.problem.budget == 100.0
    assert {"budget", "unit"} < set(settings.problem.assumed)
    text = SMALL.replace("target_score = 0.9", 'target_score = 0.9\ntask = "regression"')
    assert "positive" not in loaded(tmp_path, text).problem.assumed


def test_friendly_readings(tmp_path: Path) -> None:
    text = SMALL.replace("target_score = 0.9", "target_score = 0.9\npositive = 1")
    text = text.replace('files = ["flights.csv"]', 'files = "flights.csv"')
    settings = loaded(tmp_path, "\ufeff" + text + "\n[prices]\npriced_at = 2025-01-31\n")
    assert settings.problem.positive == "1"
    assert settings.data.files == ("flights.csv",)
    assert settings.prices.priced_at == "2025-01-31"


def test_slices_and_groups_may_be_one_word_and_pairs_are_bounded(tmp_path: Path) -> None:
    said = '[slices]\ncolumns = "ward"\nmost_pairs = 0\n[ethics]\ngroups = "sex"\n'
    settings = loaded(tmp_path, SMALL + said)
    assert settings.slices.columns == ("ward",)
    assert settings.slices.most_pairs == 0
    assert settings.ethics.groups == ("sex",)
    assert "most_pairs is -1" in refusal(tmp_path, SMALL + "[slices]\nmost_pairs = -1\n")


def test_project_is_called_by_its_folder_if_by_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "churn"
    folder.mkdir()
    assert loaded(folder, SMALL.replace('[project]\nname = "late"\n', "")).name == "churn"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("label =", "lable =", "line 6: [problem] lable is not known"),
        ("[data]", "[dada]", "line 9: [dada] is not known"),
        ("[project]", "project = 1\n[project]", "TOML"),
        ("[project]", "seed = 1\n[project]", "line 1: 'seed' before any section is not known"),
        ('[project]\nname = "late"', "project = 1", "line 1: 'project' is a value"),
        ("0.9", '"high"', "line 7: [problem] target_score is 'high'. It must be a valid number"),
        ("0.9", "nan", "line 7: [problem] target_score is nan"),
        ("0.9", "0.9\ncost_miss = -1", "line 8: [problem] cost_miss is -1. It must be greater"),
        ("0.9", '0.9\ntask = "ranking"', "line 8: [problem] task is 'ranking'"),
        ('label = "late"\n', "", "says nothing of [problem] label"),
        ('label = "late"', 'label = ""', "line 6: [problem] label is ''"),
        ('["flights.csv"]', "[]", "line 10: [data] files is"),
        ('["flights.csv"]', "[1, [2]]", "line 10: [data] files is"),
        ('["flights.csv"]', '["a.csv"]\nsplit = "time"', 'line 11: [data] split is "time"'),
        ('["flights.csv"]', '["a.csv"]\nexclude = ["late"]', "[data] exclude names the label"),
        ('["flights.csv"]', '["a.csv"]\ntime = "late"', "[data] time is the label"),
        ('["flights.csv"]', '["a.csv"]\ntest_share = 1.0', "line 11: [data] test_share is 1.0"),
        ("target_score = 0.9", "target_score = ", "is not TOML"),
        ("0.9", "0.9\ncurrency = ''", "line 8: [problem] currency is ''. It must be the three"),
        ("[data]", "[prices]\npriced_at = '2099-13-01'\n[data]", "[prices] priced_at is '2099-13"),
        ("0.9", "0.9\nwords = 3", "line 8: [problem] words is 3"),
        ("0.9", "0.9\n[problem.words]\nmis = 'x'", "line 9: [problem.words] mis is not known"),
        ("0.9", "0.9\n[problem.words]\nhit = [1]", "line 9: [problem] words.hit is [1]"),
        ("0.9", f"0.9\n[problem.words]\nhit = '{'x' * 81}'", "at most 80 characters"),
        ("0.9", "0.9\nmiss = 'a'\n[problem.words]\nmiss = 'b'", "line 8: miss stands under"),
    ],
)
def test_refusals(tmp_path: Path, old: str, new: str, found: str) -> None:
    assert found in refusal(tmp_path, SMALL.replace(old, new))


def test_names_of_errors_are_read_where_files_had_them_before(tmp_path: Path) -> None:
    said = "0.9\nmiss = ' a missed connection '\n[problem.words]\nclasses = { yes = 'late' }"
    words = loaded(tmp_path, SMALL.replace("0.9", said)).problem.words
    assert words == WordSettings(miss="a missed connection", classes={"yes": "late"})


def test_words_that_are_said_come_back_from_the_template(tmp_path: Path) -> None:
    words: dict[str, Any] = {"units": "geese", "miss": 'a "wild" goose', "classes": {"yes": "late"}}
    problem = {"question": "q", "target_score": 0.8, "words": words}
    text = template(name="late", files=["a.csv"], label="late", problem=problem)
    assert loaded(tmp_path, text).problem.words == WordSettings(**words)


def test_suggestions(tmp_path: Path) -> None:
    assert "Did you mean 'label'?" in refusal(tmp_path, SMALL.replace("label =", "lable ="))
    assert "Did you mean [data]?" in refusal(tmp_path, SMALL.replace("[data]", "[dada]"))


def test_missing_section_is_named(tmp_path: Path) -> None:
    assert "[problem] question" in refusal(tmp_path, '[data]\nfiles = ["a.csv"]\n')


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="leadline init"):
        load_settings(tmp_path / "leadline.toml")
    (tmp_path / "leadline.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings(tmp_path / "leadline.toml")


def test_a_vote_costs_wages_and_the_fee_on_top(tmp_path: Path) -> None:
    prices = Prices(wage_per_hour=36.0, seconds_per_label=10.0, fee_share=0.2)
    assert prices.vote_cost == pytest.approx(0.12)
    text = template(name="late", files=["a.csv"], label="late", more={"labels": {"votes": 2}})
    settings = loaded(tmp_path, text)
    # and one vote in twenty is on a repeat, which makes no label
    assert settings.label_cost == pytest.approx(2 * settings.prices.vote_cost / 0.95)


def test_template_is_read_back_with_the_same_defaults(tmp_path: Path) -> None:
    text = template(name="late", files=["a.csv"], label="late")
    settings = loaded(tmp_path, text)
    assert {"question", "target_score", "unit", "budget"} < set(settings.problem.assumed)
    assert settings.data.files == ("a.csv",)


def test_template_shows_every_key(tmp_path: Path) -> None:
    lines = template(name="late", files=["a.csv"], label="late").splitlines()
    keys = [line.removeprefix("# ").partition(" = ")[0] for line in lines]
    # a table of its own for each column
    keys += ["costs"] * any(line.startswith("# [problem.costs.") for line in lines)
    keys += ["columns"] * any(line.startswith("# [data.columns.") for line in lines)
    keys += ["words"] * ("[problem.words]" in lines)
    assert {item.name for item in fields(WordSettings)} <= set(keys)
    keys += ["oidc"] * any(line.startswith("# [access.oidc]") for line in lines)
    for section, cls in SECTIONS.items():
        missing = {item.name for item in fields(cls)} - set(keys)
        assert not missing, section


def test_template_uncommented_is_what_is_assumed_anyway(tmp_path: Path) -> None:
    text = template(name="late", files=["a.csv"], label="late")
    known = {item.name for cls in SECTIONS.values() for item in fields(cls)}
    lines = [
        line[2:] if line.startswith("# ") and line[2:].partition(" = ")[0] in known else line
        for line in text.splitlines()
    ]
    said, assumed = loaded(tmp_path, "\n".join(lines)), loaded(tmp_path, text)
    assert said.problem.assumed == ("question", "target_score")
    for section in ("data", "ethics", "prices", "find", "serve"):
        assert getattr(said, section) == getattr(assumed, section)
    # one price for any wrong answer stands in place of others only where somebody has said it
    assert "# error_cost = 1.0  # an example; " in text, "which is not what is taken"
    assert replace(said.watch, error_cost=None) == assumed.watch


def test_template_keeps_what_somebody_said(tmp_path: Path) -> None:
    awkward = 'a "quoted" \\ name\nof\x7f two lines, ü'
    text = template(
        name=awkward,
        files=["a b.csv"],
        label=awkward,
        problem={"question": "Who?", "target_score": 0.95, "positive": "1", "budget": 100},
        data={"time": "day", "exclude": ["x", "y"], "split": "time"},
    )
    settings = loaded(tmp_path, text)
    assert (settings.name, settings.problem.label) == (awkward, awkward)
    assert settings.problem.target_score == 0.95
    assert settings.data.exclude == ("x", "y")
    assert not {"question", "target_score", "positive", "budget"} & set(settings.problem.assumed)


def test_template_refuses_a_key_that_it_would_lose() -> None:
    with pytest.raises(SettingsError, match=r"^\[problem\] targt is not.*mean 'target_score'"):
        template(name="late", files=["a.csv"], label="late", problem={"targt": 0.9})
    with pytest.raises(SettingsError, match=r"problem.words\] mis is not known.*'miss'"):
        template(name="late", files=["a.csv"], label="late", problem={"words": {"mis": "x"}})
    with pytest.raises(SettingsError, match=r"\[ethics\] harm is not known"):
        template(name="late", files=["a.csv"], label="late", more={"ethics": {"harm": "x"}})


def test_notify_names_ways_and_refuses_half_a_mail(tmp_path: Path) -> None:
    assert loaded(tmp_path, SMALL).notify.channels == ()
    text = f"""{SMALL}
[notify]
webhook = "https://example.org/hook"
command = "notify-send"
events = "alarm"
"""
    notify = loaded(tmp_path, text).notify
    assert notify.channels == ("webhook", "command")
    assert (notify.command, notify.events) == (("notify-send",), ("alarm",))
    said = refusal(tmp_path, f'{text}smtp_host = "mail"\nsender = "a@example.org"\n')
    assert "smtp_host is set, and to is not" in said
    assert "line" in said


def test_an_address_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    said = refusal(tmp_path, f'{SMALL}\n[notify]\nwebhook = "ftp://x"\n')
    assert 'It must be an address such as "https://example.org/hook", or "".' in said
    assert "pattern" not in said


@pytest.mark.parametrize(
    "line", ['webhook = "ftp://x"', 'events = ["fire"]', "smtp_port = 0", 'smtp_security = "ssl"']
)
def test_what_cannot_be_told_is_refused(tmp_path: Path, line: str) -> None:
    assert f"[notify] {line.partition(' ')[0]}" in refusal(tmp_path, f"{SMALL}\n[notify]\n{line}\n")
