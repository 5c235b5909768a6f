"""Sections [machines.NAME]: read, or refused in words that hide secrets."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.test_settings import SMALL, loaded, refusal

from leadline.errors import SettingsError
from leadline.phases.project_accounts.token_price import TokenPrices
from leadline.settings import template
from leadline.settings.machine_sections import Machine

GPT = """
[machines.gpt]
url = "https://api.example.org/v1/"
model = "small-1"
key = "EXAMPLE_KEY"
input = 0.4
output = 1.6
batch_share = 0.5
priced_on = 2026-11-01
budget = 3
"""


def test_a_machine_is_read(tmp_path: Path) -> None:
    settings = loaded(tmp_path, SMALL + GPT)
    machine = settings.machines["gpt"]
    assert (machine.url, machine.model, machine.budget) == (
        "https://api.example.org/v1",
        "small-1",
        3.0,
    )
    assert machine.priced_on == date(2026, 11, 1)
    assert (machine.host, machine.is_outside) == ("api.example.org", True)
    # what the server keeps costs as much as the rest while nobody says otherwise
    assert machine.prices("gpt") == TokenPrices(
        input=0.4, cached_input=0.4, output=1.6, batch_share=0.5
    )
    assert loaded(tmp_path, SMALL).machines == {}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("[machines.gpt]", "[machines.'g p t']", "its name is 'g p t'. It must be made of letters"),
        ("[machines.gpt]", "[machines]", "line 13: [machines] url is a value"),
        ("url =", "urn =", "line 13: [machines.gpt] urn is not known"),
        ("https://api", "api", "line 13: [machines.gpt] url is"),
        ("input = 0.4", "input = -1", "line 16: [machines.gpt] input is -1. It must be greater"),
        ("input = 0.4", "input = nan", "[machines.gpt] input is nan"),
        ("batch_share = 0.5", "batch_share = 0", "[machines.gpt] batch_share is 0"),
        ("priced_on = 2026-11-01", 'priced_on = "once"', "[machines.gpt] priced_on is 'once'"),
        ("budget = 3", "budget = 1e13", "[machines.gpt] budget is 10000000000000.0"),
        ("budget = 3", "max_in_flight = 0", "[machines.gpt] max_in_flight is 0"),
        ('model = "small-1"', "", "says nothing of [machines.gpt] model"),
    ],
)
def test_refusals(tmp_path: Path, old: str, new: str, found: str) -> None:
    assert found in refusal(tmp_path, SMALL + GPT.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "needed"),
    [
        ('"EXAMPLE_KEY"', '"sk-abc123secret"', "name of an environment variable"),
        ("https://", "https://ada:abc123secret@", "without a name, password or query"),
        ("/v1/", "/v1?key=abc123secret", "without a name, password or query"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_shown(
    tmp_path: Path, old: str, new: str, needed: str
) -> None:
    said = refusal(tmp_path, SMALL + GPT.replace(old, new))
    assert needed in said
    assert "abc123secret" not in said


def test_prices_are_stated_dated_and_young() -> None:
    machine = Machine(url="https://a.example.org", model="m", output=1.0)
    with pytest.raises(SettingsError, match=r"\[machines.gpt\] states no price \(input\)"):
        machine.prices("gpt")
    dated = Machine(
        url="https://a.example.org", model="m", input=1.0, output=1.0, priced_on=date(2026, 1, 1)
    )
    assert dated.price_warning(date(2026, 6, 30)) == ""
    assert "181 days old" in dated.price_warning(date(2026, 7, 1))
    assert "still to come" in dated.price_warning(date(2025, 12, 31))
    own = Machine(url="http://localhost:80", model="m", input=0.0, output=0.0)
    assert own.price_warning(date(2026, 7, 1)) == ""


def test_dollars_are_added_to_another_currency_at_a_rate_only(tmp_path: Path) -> None:
    euros = SMALL.replace("target_score", 'currency = "EUR"\ntarget_score') + GPT
    assert "[machines.gpt] is priced in US dollars" in refusal(tmp_path, euros)
    with_rate = f"{euros}\n[prices]\ndollar_rate = 0.9\n"
    assert loaded(tmp_path, with_rate).per_dollar == 0.9
    assert loaded(tmp_path, SMALL + GPT).per_dollar == 1.0
    free = euros.replace("0.4", "0").replace("1.6", "0")
    assert loaded(tmp_path, free).machines["gpt"].is_free


def test_the_template_shows_a_machine_and_keeps_those_said(tmp_path: Path) -> None:
    text = template(name="late", files=["a.csv"], label="late")
    shown = text[text.index("# [machines.small]") :].replace("# ", "", 1).replace("\n# ", "\n")
    (machine,) = loaded(tmp_path, SMALL + shown).machines.values()
    assert not machine.is_outside
    said = {"gpt": {"url": "https://a.example.org", "model": "m", "priced_on": "2026-11-01"}}
    text = template(name="late", files=["a.csv"], label="late", more={"machines": said})
    assert loaded(tmp_path, text).machines["gpt"] == Machine(
        url="https://a.example.org", model="m", priced_on=date(2026, 11, 1)
    )
