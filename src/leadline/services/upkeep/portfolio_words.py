"""Words for the portfolio: amounts with their range, due dates, totals, shares of hours."""

from __future__ import annotations

from leadline.phases.number_format import money, percent
from leadline.phases.wording import plural
from leadline.services.upkeep.due_dates import Due
from leadline.services.upkeep.portfolio import TeamHours, Totals
from leadline.services.upkeep.yearly_money import YearlyMoney


def money_words(amount: YearlyMoney) -> str:
    """Return an amount a year.

    Examples
    --------
    >>> money_words(YearlyMoney(1234.0, 900.0, 1500.0, "EUR", "4 blocks"))
    '1,234 EUR'
    >>> money_words(YearlyMoney(None, None, None, "", "Nobody has watched it yet."))
    'not known'
    """
    return "not known" if amount.estimate is None else money(amount.estimate, amount.currency)


def range_words(amount: YearlyMoney) -> str:
    """Return the range of an amount, and what it rests on.

    Examples
    --------
    >>> range_words(YearlyMoney(1234.0, 900.0, 1500.0, "EUR", "4 labelled blocks"))
    '900 to 1,500; 4 labelled blocks'
    """
    if amount.low is None or amount.high is None:
        return amount.rests_on
    return f"{amount.low:,.0f} to {amount.high:,.0f}; {amount.rests_on}"


def due_words(due: Due | None) -> str:
    """Return what is due, and when; a dash where nothing is."""
    if due is None:
        return "–"
    return f"{due.what} {due.day.isoformat()}{', late' if due.is_late else ''}"


def total_words(total: Totals) -> str:
    """Return the sums of one currency; a sum of no model is not known, and no 0.

    Examples
    --------
    >>> total_words(Totals("EUR", 12_000.0, 3, 2_500.0, 1))
    'Errors cost 12,000 EUR a year (3 models); retraining saves 2,500 EUR (1 model).'
    >>> total_words(Totals("EUR", 12_000.0, 3, 0.0, 0))
    'Errors cost 12,000 EUR a year (3 models); what retraining saves is not known.'
    """
    errors, saves = "What errors cost is not known", "what retraining saves is not known"
    if total.n_errors:
        money_lost = money(total.errors, total.currency)
        errors = f"Errors cost {money_lost} a year ({plural(total.n_errors, 'model')})"
    if total.n_saves:
        money_saved = money(total.saves, total.currency)
        saves = f"retraining saves {money_saved} ({plural(total.n_saves, 'model')})"
    return f"{errors}; {saves}."


def hours_words(hours: TeamHours) -> tuple[str, ...]:
    """Return where the hours of the team went, and where they will go."""
    sentences = []
    if hours.share_new is None:
        sentences.append("Nobody has reported hours in the last year: 'leadline work done'.")
    else:
        whole = plural(round(hours.new + hours.upkeep, 1), "hour")
        parts = f"{percent(hours.share_new)} went into new models and "
        parts += f"{percent(1 - hours.share_new)} into upkeep"
        if hours.share_new in (0, 1):
            parts = f"all went into {'new models' if hours.share_new else 'upkeep'}"
        sentences.append(f"Of {whole} reported in the last year, {parts}.")
    ahead = f"Ahead: {plural(round(hours.upkeep_a_year), 'hour')} of upkeep a year"
    unknown = f" (not known of {plural(hours.n_unknown, 'model')})" if hours.n_unknown else ""
    new = plural(round(hours.new_ahead), "hour")
    sentences.append(f"{ahead}{unknown}, and {new} of estimated work on new models.")
    return tuple(sentences)
