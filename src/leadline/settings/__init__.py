"""Settings: the content of `leadline.toml`, validated when it is read.

A key that is absent takes its default; absent keys of [problem] are listed as assumed.
"""

from leadline.settings.access_sections import AccessSettings, OidcSettings
from leadline.settings.label_sections import LabelSettings
from leadline.settings.notify import NotifySettings
from leadline.settings.price_sections import Machine, Prices
from leadline.settings.sections import (
    DataSettings,
    FindSettings,
    ProblemSettings,
    Settings,
    SlicesSettings,
)
from leadline.settings.service_sections import ServeSettings, WatchSettings
from leadline.settings.team_sections import StoreSettings, WorkSettings
from leadline.settings.template import template
from leadline.settings.toml_parsing import load_settings, parse_settings

__all__ = [
    "AccessSettings",
    "DataSettings",
    "FindSettings",
    "LabelSettings",
    "Machine",
    "NotifySettings",
    "OidcSettings",
    "Prices",
    "ProblemSettings",
    "ServeSettings",
    "Settings",
    "SlicesSettings",
    "StoreSettings",
    "WatchSettings",
    "WorkSettings",
    "load_settings",
    "parse_settings",
    "template",
]
