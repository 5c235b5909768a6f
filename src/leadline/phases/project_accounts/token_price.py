"""Price of a language model's answers: tokens by kind, at the prices that a person stated."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

MICROS = 1_000_000
"""Micro-dollars in a US dollar."""


@dataclass(frozen=True, kw_only=True)
class TokenPrices:
    """What a million tokens cost, in US dollars; so a token costs as many micro-dollars.

    Attributes
    ----------
    input, cached_input, output : float >= 0
        Of tokens sent, of those of them that the server had kept, and of tokens answered.
    batch_share : float in (0, 1], default=1.0
        What a request in a batch file costs, as a share of one that is answered at once.
    """

    input: float
    cached_input: float
    output: float
    batch_share: float = 1.0

    def price(
        self,
        input_tokens: int,
        cached_tokens: int,
        output_tokens: int,
        *,
        is_batch: bool = False,
    ) -> int:
        """Price of one request, rounded up.

        Parameters
        ----------
        input_tokens : int >= 0
            Tokens sent, the cached ones among them.
        cached_tokens : int in [0, input_tokens]
            Those of them that the server had kept from before.
        output_tokens : int >= 0
            Tokens answered.
        is_batch : bool, default=False
            Whether it was sent in a batch file.

        Returns
        -------
        int
            Micro-dollars; never less than what it costs.

        Raises
        ------
        ValueError
            If a count is negative, or more tokens were cached than sent.

        Examples
        --------
        >>> prices = TokenPrices(input=0.4, cached_input=0.1, output=1.6, batch_share=0.5)
        >>> prices.price(1_000, 600, 50), prices.price(1_000, 600, 50, is_batch=True)
        (300, 150)
        """
        if min(cached_tokens, output_tokens) < 0 or cached_tokens > input_tokens:
            counts = f"{input_tokens} sent, {cached_tokens} cached, {output_tokens} answered"
            raise ValueError(f"tokens must be at least 0, and no more cached than sent; {counts}")
        money = (
            (input_tokens - cached_tokens) * _exact(self.input)
            + cached_tokens * _exact(self.cached_input)
            + output_tokens * _exact(self.output)
        )
        share = _exact(self.batch_share) if is_batch else 1
        return int((money * share).to_integral_value(ROUND_CEILING))


def _exact(price: float) -> Decimal:
    """The decimal number as it was written: 0.1 as a double would be rounded up once too often."""
    return Decimal(repr(price))


def to_micros(dollars: float) -> int:
    """Whole micro-dollars in an amount, never more than it is.

    Examples
    --------
    >>> to_micros(0.29), to_micros(1e-7)
    (290000, 0)
    """
    return int(_exact(dollars) * MICROS)


def usd(micros: int) -> str:
    """An amount in words: cents, and what is below ten of them to the micro-dollar.

    Examples
    --------
    >>> usd(0), usd(37), usd(1_234_567_890), usd(-120_000)
    ('0 USD', '0.000037 USD', '1,234.57 USD', '-0.12 USD')
    """
    if 0 < abs(micros) < MICROS // 10:
        return f"{micros / MICROS:.6f}".rstrip("0") + " USD"
    return f"{micros / MICROS:,.2f} USD" if micros else "0 USD"
