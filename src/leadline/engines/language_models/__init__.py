"""Language models that judge rows: any OpenAI-compatible server, asked within a budget.

A `Prompt` is data, an `Endpoint` says where the model is, and `answers` asks it for the label of
each row. What comes back is one of the classes, a number, or "unsure" and why.
"""

from leadline.engines.language_models.asking import answers
from leadline.engines.language_models.batch_files import read_batch, write_batch
from leadline.engines.language_models.endpoint import Endpoint
from leadline.engines.language_models.model_answer import ModelAnswer, Usage
from leadline.engines.language_models.prompt import TEMPLATE, Prompt, draw_examples
from leadline.engines.language_models.spending_contract import (
    BatchSpending,
    BudgetSpent,
    Reservation,
    Spending,
    Unmetered,
)

__all__ = [
    "TEMPLATE",
    "BatchSpending",
    "BudgetSpent",
    "Endpoint",
    "ModelAnswer",
    "Prompt",
    "Reservation",
    "Spending",
    "Unmetered",
    "Usage",
    "answers",
    "draw_examples",
    "read_batch",
    "write_batch",
]
