"""A purse of tokens, as far as a test needs one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from leadline.engines.language_models import BudgetSpent, ModelAnswer, Reservation, Usage


@dataclass
class Purse:
    """Money in tokens of output; a reservation that is never closed stays open."""

    budget: int = 10**9
    kept: dict[str, ModelAnswer] = field(default_factory=dict)
    open: Counter[str] = field(default_factory=Counter)
    spent: int = 0

    def reserve(self, request_key: str, most: Usage) -> Reservation | ModelAnswer:
        if request_key in self.kept:
            return self.kept[request_key]
        self.open.pop(request_key, None)
        if self.spent + self.open.total() + most.output_tokens > self.budget:
            raise BudgetSpent("The budget is spent.")
        self.open[request_key] = most.output_tokens
        return _Held(self, request_key)

    def claim(self, request_key: str, most: Usage) -> Reservation | ModelAnswer:
        if request_key in self.open:
            return _Held(self, request_key)
        return self.reserve(request_key, most)


@dataclass
class _Held:
    purse: Purse
    key: str

    def settle(self, answer: ModelAnswer) -> None:
        self.purse.spent += answer.usage.output_tokens
        del self.purse.open[self.key]
        self.purse.kept[self.key] = answer

    def release(self) -> None:
        del self.purse.open[self.key]
