"""Page templates and their filters."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.templating import Jinja2Templates

from leadline.phases import number_format
from leadline.phases.number_format import cost_words
from leadline.phases.scoring import scoring_of
from leadline.phases.wording import capital, day, is_picture, moment, plural, share_words
from leadline.report.beside_verdicts.comment_section import safe_html, safe_line
from leadline.report.chart_tables import table_of
from leadline.report.slice_tables import slice_tables
from leadline.report.stream_slice_tables import stream_slice_tables
from leadline.services.accounting.ledger_words import people_words
from leadline.services.queries.project_state import title_of
from leadline.services.upkeep import portfolio_words, work_words
from leadline.web.page_context import AccountName

_FOLDER = Path(__file__).parent / "templates"
_FILTERS = {
    "capital": capital,
    "day": day,
    "cost_words": cost_words,
    "due_words": portfolio_words.due_words,
    "duration": number_format.duration,
    "figure": number_format.figure,
    "hours_of": work_words.hours_of,
    "hours_words": portfolio_words.hours_words,
    "metric_words": lambda scoring: capital(scoring_of(scoring).words),
    "moment": moment,
    "money": number_format.money,
    "money_words": portfolio_words.money_words,
    "numbers": table_of,
    "people_words": people_words,
    "per_thousand": number_format.per_thousand,
    "per_thousand_range": number_format.per_thousand_range,
    "percent": number_format.percent,
    "percent_range": number_format.percent_range,
    "plural": plural,
    "range_words": portfolio_words.range_words,
    "safe_html": safe_html,
    "safe_line": safe_line,
    "rate": number_format.rate,
    "rate_range": number_format.rate_range,
    "share_words": share_words,
    "signed": number_format.signed,
    "slice_tables": slice_tables,
    "stage_sentences": work_words.stage_sentences,
    "state_words": work_words.state_words,
    "three_points": work_words.three_points,
    "stream_slice_tables": stream_slice_tables,
    "title_of": title_of,
    "total_words": portfolio_words.total_words,
    "work_basis": work_words.basis,
    "work_time": number_format.work_time,
    "work_held": work_words.held_sentence,
}


@cache
def make_templates() -> Jinja2Templates:
    """The templates, loaded once: every value is escaped, and an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)
    environment.tests["picture"] = is_picture
    environment.tests["account_name"] = lambda name: isinstance(name, AccountName)
    return Jinja2Templates(env=environment)
