"""Decision levels of purchases: the probabilities that count as shown, likely and hopeless."""

from __future__ import annotations

SURE = 0.9
"""Probability from which a target counts as met."""
LIKELY = 0.5
"""Probability from which something is likelier than not."""
UNLIKELY = 0.2
"""Chance of the target by all that can be afforded, below which no more is bought."""
MAX_GROWTH = 64.0
"""Multiple of the rows there are up to which a forecast is read where no budget ends it."""
