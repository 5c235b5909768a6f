"""Keys of `leadline.toml` that managers own, and their values as a form shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadline.settings import Settings
from leadline.settings.template import WORDS

OWNED: Mapping[str, tuple[str, ...]] = {
    "problem": (
        "target_score", "budget", "currency", "time_box_s", "cost_miss", "cost_false_alarm",
        "owner", "deputy",
    ),
    "prices": (
        "wage_per_hour", "seconds_per_label", "fee_share", "people", "hours_per_day",
        "machine_per_hour", "row", "dollar_rate", "priced_at",
    ),
    "ethics": (
        "answered_by", "harmed", "by_which_error", "data_allowed", "personal_data",
        "data_leave_to", "data_leave_why",
    ),
}  # fmt: skip
"""Section to keys."""
OWNED_OF_MACHINE = (
    "budget", "input", "cached_input", "output", "batch_share", "priced_on",
)  # fmt: skip
"""Keys of each section [machines.NAME]."""

_TITLES = {
    "target_score": "Target",
    "budget": "Budget",
    "currency": "Currency",
    "time_box_s": "Time box of the search",
    "cost_miss": "Cost of a miss",
    "cost_false_alarm": "Cost of a false alarm",
    "owner": "Owner",
    "deputy": "Deputy",
    "wage_per_hour": "Wage an hour",
    "seconds_per_label": "Seconds for a label",
    "fee_share": "Fee of the platform",
    "people": "People who label",
    "hours_per_day": "Hours a day",
    "machine_per_hour": "Machine, an hour",
    "row": "One more row without a label",
    "dollar_rate": "Price of a US dollar",
    "priced_at": "Date of the prices",
    "answered_by": "Answered by",
    "harmed": "Who can be harmed",
    "by_which_error": "By which error",
    "data_allowed": "Which data may be used",
    "personal_data": "Personal data",
    "data_leave_to": "Hosts rows may be sent to",
    "data_leave_why": "Which data, on what ground",
    "input": "Tokens sent, USD a million",
    "cached_input": "Tokens kept, USD a million",
    "output": "Tokens answered, USD a million",
    "batch_share": "Share in a batch",
    "priced_on": "Date of the prices",
}
_NUMBERS_OR_NONE = ("input", "cached_input", "output")


@dataclass(frozen=True)
class OwnedKey:
    """One key, as a form shows it.

    Attributes
    ----------
    section, key : str
        Where it stands.
    title, hint : str
        What it is, in a word and in a sentence.
    value : str
        What it is now, as a person types it.
    is_number, is_list : bool
        Whether it is one; the items of a list are typed with commas.
    """

    section: str
    key: str
    title: str
    hint: str
    value: str
    is_number: bool = False
    is_list: bool = False

    @property
    def name(self) -> str:
        """Name of its field in the form."""
        return f"{self.section}.{self.key}"


def owned_keys(settings: Settings) -> tuple[OwnedKey, ...]:
    """Every key that managers own, with its value."""
    stated = [
        _owned(section, key, getattr(getattr(settings, section), key), WORDS[section][key])
        for section, keys in OWNED.items()
        for key in keys
    ]
    machines = [
        _owned(f"machines.{name}", key, getattr(machine, key), WORDS["machines"][key])
        for name, machine in settings.machines.items()
        for key in OWNED_OF_MACHINE
    ]
    return (*stated, *machines)


def _owned(section: str, key: str, value: Any, hint: str) -> OwnedKey:
    title = _TITLES[key]
    if isinstance(value, tuple):
        return OwnedKey(section, key, title, hint, ", ".join(value), is_list=True)
    if isinstance(value, float) or key in _NUMBERS_OR_NONE:
        shown = "" if value is None else f"{value:.12g}"
        return OwnedKey(section, key, title, hint, shown, is_number=True)
    return OwnedKey(section, key, title, hint, "" if value is None else str(value))
