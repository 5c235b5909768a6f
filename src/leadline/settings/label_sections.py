"""Section of `leadline.toml` on labels: who is asked, how they are checked, how rows are bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

_LENIENT = ConfigDict(coerce_numbers_to_str=True, allow_inf_nan=False)

Above0 = Annotated[float, Field(gt=0)]
HiddenShare = Annotated[float, Field(ge=0, le=0.4)]
# share of rows on which the first people disagree, before anybody has voted
_DISAGREED = 0.2


@dataclass(frozen=True, kw_only=True)
class LabelSettings:
    """[labels]: how many people are asked for an item, how they are checked, how rows are bought.

    Attributes
    ----------
    votes : int >= 1
        People asked first.
    most_votes : int >= 0
        People asked while those who answered disagree; 0 for `votes`.
    hold_s : float > 0
        Seconds an item is kept for a person.
    repeat_share, gold_share : float in [0, 0.4]
        Share of what a person is shown that they have answered before; whose label is known.
    gold : str
        Path of a CSV or Parquet file with the identity columns and the true label; empty: none.
    guidelines : str
        Path of a text or Markdown file; empty: none.
    rule : {"majority", "dawid-skene"}
        How votes become labels: each alike, or weighed by how good its annotator is.
    next : {"random", "uncertainty", "diversity"}
        Which train rows are labelled next; test rows are always drawn by chance.
    rounds : int >= 1
        Rounds in which rows may be bought; after each the forecast is made anew.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _LENIENT

    votes: Annotated[int, Field(ge=1)] = 1
    most_votes: Annotated[int, Field(ge=0)] = 0
    hold_s: Above0 = 600.0
    repeat_share: HiddenShare = 0.05
    gold: str = ""
    gold_share: HiddenShare = 0.1
    guidelines: str = ""
    rule: Literal["majority", "dawid-skene"] = "majority"
    next: Literal["random", "uncertainty", "diversity"] = "random"
    rounds: Annotated[int, Field(ge=1)] = 3

    @property
    def expected_votes(self) -> float:
        """Votes a row is expected to take, as long as nobody has seen how far people agree.

        Those on hidden items among them; one person alone disagrees with nobody.
        """
        further = max(self.most_votes - self.votes, 0) if self.votes > 1 else 0
        return (self.votes + _DISAGREED * further) / (1 - self.hidden_share)

    @property
    def hidden_share(self) -> float:
        """Share of what people are shown that is gold or a repeat."""
        return self.repeat_share + (self.gold_share if self.gold else 0.0)
