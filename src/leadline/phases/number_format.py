"""Number formatting: shares, money, durations, times."""

from __future__ import annotations

from math import floor, log10

from leadline.phases.verdict import Bounds
from leadline.phases.wording import plural, share_words, three_digits

_MOST_CENTS = 1e13  # from here on a number of 64 bits hardly has any
_WHOLE = 99.995  # with cents it would be 100.00
_SMALL = 0.095  # written with cents it would lose digits that count

NO_WIDTH = 0.001
"""An interval of shares that is narrower has none: every row has a label."""


def percent(share: float) -> str:
    """Return a share in [0, 1] as whole percent; certainty is never claimed by rounding.

    Examples
    --------
    >>> percent(0.284), percent(0.003), percent(0.9999)
    ('28%', 'under 1%', 'over 99%')
    """
    if share < 0.01:
        return "under 1%"
    return "over 99%" if share > 0.99 else f"{share:.0%}"


def percent_range(bounds: Bounds) -> str:
    """Return an interval of shares as whole percent.

    Examples
    --------
    >>> percent_range(Bounds(estimate=0.6, low=0.52, high=0.67))
    '52% to 67%'
    >>> percent_range(Bounds(estimate=0.9, low=0.62, high=1.0))
    'at least 62%'
    >>> percent_range(Bounds(estimate=0.725, low=0.7249, high=0.7251))
    '72%'
    >>> percent_range(Bounds(estimate=0.98, low=0.95, high=0.996))
    '95% to 99.6%'
    """
    if bounds.high - bounds.low < NO_WIDTH:
        return share_words(bounds.estimate)
    low, high = share_words(bounds.low), share_words(bounds.high)
    if bounds.high == 1 and bounds.low > 0:
        return f"at least {low}"
    if bounds.low == 0 and bounds.high < 1:
        return f"at most {high}"
    return low if low == high else f"{low} to {high}"


def rate(share: float) -> str:
    """Return how often something goes wrong, in percent with one decimal: small rates differ there.

    Examples
    --------
    >>> rate(0.1666), rate(0.004)
    ('16.7%', '0.4%')
    """
    return share_words(share, 1)


def rate_range(bounds: Bounds) -> str:
    """Return an interval of rates.

    Examples
    --------
    >>> rate_range(Bounds(estimate=0.167, low=0.107, high=0.237))
    '10.7% to 23.7%'
    """
    if bounds.high - bounds.low < NO_WIDTH:
        return rate(bounds.estimate)
    return f"{rate(bounds.low)} to {rate(bounds.high)}"


def money(amount: float, currency: str) -> str:
    """Return an amount; cents only where they matter.

    Examples
    --------
    >>> money(1234.5, "USD"), money(3.456, "USD"), money(0.0004, "USD"), money(0, "USD")
    ('1,234 USD', '3.46 USD', 'under 0.01 USD', '0 USD')
    """
    return f"{bare_money(amount)} {currency}"


def bare_money(amount: float) -> str:
    """Return an amount as `money` does, where the currency is said beside it.

    Examples
    --------
    >>> bare_money(1234.5), bare_money(3.456)
    ('1,234', '3.46')
    """
    if amount == 0:
        return "0"
    if 0 < amount < 0.01:
        return "under 0.01"
    return f"{amount:,.0f}" if abs(amount) >= _WHOLE else f"{amount:z,.2f}"


def granted_money(amount: float) -> str:
    """Return a budget as somebody named it, so that budgets which differ by cents stand apart.

    Examples
    --------
    >>> granted_money(0.3), granted_money(38.84), granted_money(1000.5), granted_money(2000.0)
    ('0.3', '38.84', '1,000.50', '2,000')
    """
    if not 1 <= amount < _MOST_CENTS:
        return three_digits(amount)
    return f"{amount:,.2f}".removesuffix(".00")


def cost_words(cost: Bounds, currency: str) -> str:
    """Return what a row costs, with its interval: what is below ten cents keeps three digits.

    Examples
    --------
    >>> cost_words(Bounds(estimate=0.3141, low=0.25, high=0.9), "EUR")
    '0.31 EUR (0.25 to 0.90)'
    >>> cost_words(Bounds(estimate=0.0004, low=0.0, high=0.00121), "EUR")
    '0.0004 EUR (0 to 0.00121)'
    """
    low, estimate, high = map(_small_amount, (cost.low, cost.estimate, cost.high))
    return f"{estimate} {currency} ({low} to {high})"


def _small_amount(amount: float) -> str:
    if 0 < abs(amount) < _SMALL:
        return three_digits(amount)
    return bare_money(amount)


def duration(seconds: float) -> str:
    """Return a length of time in the unit a person would choose.

    Examples
    --------
    >>> duration(0.04), duration(8), duration(170), duration(9000), duration(400_000)
    ('under a second', '8 seconds', '3 minutes', '2.5 hours', '4.6 days')
    """
    if seconds < 1:
        return "under a second"
    for unit, size, limit in (("second", 1, 90), ("minute", 60, 5400), ("hour", 3600, 172_800)):
        if seconds < limit:
            digits = 1 if unit == "hour" else 0
            return plural(round(seconds / size, digits), unit)
    return plural(round(seconds / 86_400, 1), "day")


def per_thousand(share: float) -> str:
    """Return how many of 1,000 a share is.

    Examples
    --------
    >>> per_thousand(0.0452), per_thousand(0.0004), per_thousand(0)
    ('45', 'fewer than 1', '0')
    """
    if 0 < share < 0.0005:
        return "fewer than 1"
    return f"{1000 * share:,.0f}"


def per_thousand_range(low: float, high: float) -> str:
    """Return how many of 1,000 an interval of shares spans.

    Examples
    --------
    >>> per_thousand_range(0.026, 0.032), per_thousand_range(0.0261, 0.0263)
    ('26 to 32', '26')
    """
    first, last = round(1000 * low), round(1000 * high)
    return f"{first:,}" if first == last else f"{first:,} to {last:,}"


def figure(number: float) -> str:
    """Return a number with three digits that count, and thousands set apart.

    Zeros at its end stay, so that numbers below each other compare, and there are no powers of ten;
    `leadline.phases.wording.three_digits` drops such zeros, and writes powers of ten.

    Examples
    --------
    >>> figure(0.81234), figure(12345.6), figure(0.000123), figure(0.0), figure(7)
    ('0.812', '12,346', '0.000123', '0', '7')
    """
    if number == 0:
        return "0"
    if float(number).is_integer() or abs(number) >= 1000:
        return f"{number:,.0f}"
    return f"{number:,.{max(0, 2 - floor(log10(abs(number))))}f}"


def signed(number: float) -> str:
    """Return a difference with its sign.

    Examples
    --------
    >>> signed(12.34), signed(-0.5), signed(0)
    ('+12.3', '-0.500', '0')
    """
    return f"{'+' if number > 0 else ''}{figure(number)}"


def work_time(seconds: float, hours_per_day: float) -> str:
    """Return a person's time; more than a working day in working days too, never in days of 24 h.

    Parameters
    ----------
    seconds : float >= 0
        How long one person works.
    hours_per_day : float > 0
        Of a working day.

    Examples
    --------
    >>> work_time(200 * 3600, 4.0), work_time(5400, 4.0), work_time(0, 4.0)
    ('200 hours, 50 working days', '1.5 hours', 'none')
    """
    if seconds <= 0:
        return "none"
    hours = seconds / 3600
    if hours <= hours_per_day:
        return duration(seconds)
    days = hours / hours_per_day
    rounded = round(days) if days >= 10 else round(days, 1)
    told = plural(round(hours) if hours >= 10 else round(hours, 1), "hour")
    return f"{told}, {plural(rounded, 'working day')}"
