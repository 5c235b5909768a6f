"""Upkeep: the work on releases, and what each model of a team costs, saves and takes in a year."""

from leadline.services.upkeep.model_line import HoursOfUpkeep, ModelLine
from leadline.services.upkeep.portfolio import Portfolio, portfolio, portfolio_of
from leadline.services.upkeep.work_items import WorkItem
from leadline.services.upkeep.work_plan import PlannedItem, StagePlan, WorkPlan, work_plan
from leadline.services.upkeep.work_words import work_section
from leadline.services.upkeep.yearly_money import YearlyMoney

__all__ = [
    "HoursOfUpkeep",
    "ModelLine",
    "PlannedItem",
    "Portfolio",
    "StagePlan",
    "WorkItem",
    "WorkPlan",
    "YearlyMoney",
    "portfolio",
    "portfolio_of",
    "work_plan",
    "work_section",
]
