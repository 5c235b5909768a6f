"""Keys of `leadline.toml` that managers own, and their values as a form shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadline.settings import Settings
from leadline.settings.template import WORDS

OWNED: Mapping[str, tuple[str, ...]] = {
    "problem": (
        "target_score", "budget", "currency", "time_box_s", "cost_miss", "cost_false_alarm",
        "owner", "deputy",
    ),
    "prices": (
        "wage_per_hour", "seconds_per_label", "fee_share", "people", "hours_per_day",
        "machine_per_hour", "priced_at",
    ),
    "ethics": ("answered_by", "harmed", "by_which_error", "data_allowed", "personal_data"),
}  # fmt: skip
"""Section to keys."""

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
    "priced_at": "Date of the prices",
    "answered_by": "Answered by",
    "harmed": "Who can be harmed",
    "by_which_error": "By which error",
    "data_allowed": "Which data may be used",
    "personal_data": "Personal data",
}


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
    is_number : bool
        Whether it is one.
    """

    section: str
    key: str
    title: str
    hint: str
    value: str
    is_number: bool

    @property
    def name(self) -> str:
        """Name of its field in the form."""
        return f"{self.section}.{self.key}"


def owned_keys(settings: Settings) -> tuple[OwnedKey, ...]:
    """Every key that managers own, with its value."""
    return tuple(_owned(settings, section, key) for section, keys in OWNED.items() for key in keys)


def _owned(settings: Settings, section: str, key: str) -> OwnedKey:
    value = getattr(getattr(settings, section), key)
    is_number = isinstance(value, float)
    shown = f"{value:.12g}" if is_number else str(value)
    return OwnedKey(section, key, _TITLES[key], WORDS[section][key], shown, is_number)
