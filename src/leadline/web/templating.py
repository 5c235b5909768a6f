"""Templates and the words they write numbers with."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.templating import Jinja2Templates

from leadline.phases.wording import chance, is_picture, plural
from leadline.report.numbers import table_of
from leadline.services import words
from leadline.services.queries.situation import title_of

_FOLDER = Path(__file__).parent / "templates"
_FILTERS = {
    "chance": chance,
    "duration": words.duration,
    "figure": words.figure,
    "moment": words.moment,
    "money": words.money,
    "numbers": table_of,
    "per_thousand": words.per_thousand,
    "per_thousand_range": words.per_thousand_range,
    "percent": words.percent,
    "percent_range": words.percent_range,
    "plural": plural,
    "signed": words.signed,
    "title_of": title_of,
}


def make_templates() -> Jinja2Templates:
    """Load the templates: everything is escaped, and a misspelt name is an error."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)
    environment.tests["picture"] = is_picture
    return Jinja2Templates(env=environment)
