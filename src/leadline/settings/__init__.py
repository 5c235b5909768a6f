"""What `leadline.toml` says, checked at the door.

A key that is absent takes its default; absent keys of [problem] are listed as assumed.
"""

from leadline.settings.sections import (
    DataSettings,
    FindSettings,
    LabelSettings,
    Machine,
    Prices,
    ProblemSettings,
    ServeSettings,
    Settings,
    WatchSettings,
)
from leadline.settings.template import template
from leadline.settings.toml_file import load_settings

__all__ = [
    "DataSettings",
    "FindSettings",
    "LabelSettings",
    "Machine",
    "Prices",
    "ProblemSettings",
    "ServeSettings",
    "Settings",
    "WatchSettings",
    "load_settings",
    "template",
]
