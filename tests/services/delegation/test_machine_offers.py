"""What a plan says where a machine may label, may not, or nobody knows yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests import messages_client
from tests.delegations import judge_as_declared
from tests.examples import example_verdicts
from tests.services import flights

from leadline.errors import EngineError, NotReadyError
from leadline.labelling import cost_estimates
from leadline.labelling.cost_estimates import labelling_costs
from leadline.phases.data import Data, MachineShare, NumberGap, SplitKind, machine_worth
from leadline.phases.forecast import Forecast
from leadline.phases.labelling import Labelling
from leadline.phases.verdict import Bounds
from leadline.record import Permission
from leadline.record.machines import MachineRequests
from leadline.services.delegation.distilling import distillation_of
from leadline.services.delegation.machine_offers import (
    BlindCheck,
    MachineStanding,
    machine_standings,
)
from leadline.services.delegation.machine_task import open_keys
from leadline.services.delegation.money_estimate import estimate_money
from leadline.services.plan_tables import outcome_table
from leadline.services.queries import BudgetPlan, budget_plan
from leadline.services.queries.plan import _weighed
from leadline.snapshot import from_parquet, to_parquet
from leadline.workspace import Workspace

ROWS = ("problem", "data", "feasibility", "search", "labelling", "curve", "forecast")
MACHINE = """
[machines.small]
url = "http://127.0.0.1:9/v1"
model = "smol"
input = 0.4
output = 1.6
budget = 50.0
"""
BUDGET = 200.0


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A forecast on the record, 12,500 rows without a label, and a machine nobody has judged."""
    verdicts = example_verdicts()
    data = verdicts["data"]
    assert isinstance(data, Data)
    # the example's rows have no time to be split by
    split = replace(data.split, kind=SplitKind.RANDOM, column="", identity=tuple(data.features))
    verdicts["data"] = replace(data, split=split)
    monkeypatch.setattr(flights, "example_verdicts", lambda: dict(verdicts))
    monkeypatch.setattr(flights, "N_UNLABELLED", 12_500)
    # not a copy of what was made once a process, which is of other verdicts
    flights.fill_workspace(tmp_path, ROWS).close()
    settings = tmp_path / "leadline.toml"
    settings.write_text(settings.read_text() + MACHINE)
    with Workspace.open(tmp_path) as opened:
        yield opened


def planned(workspace: Workspace) -> BudgetPlan:
    return budget_plan(workspace, [BUDGET])


def standing(workspace: Workspace, forecast: Forecast | None = None) -> MachineStanding:
    forecast = forecast or workspace.record.latest_of(Forecast)
    assert forecast is not None
    costs = labelling_costs(workspace, forecast)
    (found,) = machine_standings(workspace, forecast, costs)
    return found


def test_who_may_label_shares_the_work_and_people_alone_stand_beside(workspace: Workspace) -> None:
    judge_as_declared(workspace)
    plan = planned(workspace)
    (machine,), (outcome,), (alone,) = plan.machines, plan.outcomes, plan.without_machine
    assert machine.offer is not None
    assert "once a person says so" in machine.why
    assert (outcome.machine, alone.machine) == ("small", "")
    assert outcome.machine_labels.q50 > 0
    assert alone.machine_labels.q95 == 0
    assert outcome.chance is not None
    assert outcome.chance.low <= outcome.p_met <= outcome.chance.high
    # what labels are worth is hardly known here: no dearer and no less likely than chance makes it
    spent, spent_alone = (
        sum((its.q05, its.q25, its.q50, its.q75, its.q95)) for its in (outcome.money, alone.money)
    )
    assert spent < 1.1 * spent_alone
    assert outcome.p_met > alone.p_met - 0.06
    assert outcome.money.q95 <= BUDGET
    assert "labels of 'small'" in plan.beside[0]
    assert "People alone" in plan.beside[0]
    (its,) = plan.distillations
    assert its.family not in ("prompted", "ensemble")
    assert its.n_labelled == 4_800
    words = its.words("USD")
    twice = replace(plan, outcomes=(outcome, replace(outcome, machine="large")))
    table = outcome_table(replace(twice, without_machine=(alone, alone)))
    assert "Labels of small or large" in table.head, "each budget may have another machine"
    assert "the chance of the target is" in words or "Labels of 'small' do not" in words
    assert "An answer of 'small' costs" in words


def test_an_offer_is_of_rows_that_are_learnt_from_and_counts_what_is_learnt_already(
    workspace: Workspace,
) -> None:
    judge_as_declared(workspace)
    offer = standing(workspace).offer
    assert offer is not None
    data = workspace.record.latest_of(Data)
    assert data is not None
    assert 0 < offer.n_open < 0.9 * len(open_keys(workspace, data))  # a fifth is on the test side
    entry = workspace.record.latest("forecast")
    assert entry is not None
    share = MachineShare(machine="small", model="smol", n_rows=4_800)
    assert offer.label_s == 0, "nobody has seen how fast it is"
    forecast = replace(entry.verdict_as(Forecast), machine_shares=(share,))
    again = standing(workspace, forecast).offer
    assert again is not None
    # as many rows of machines as of people are part of the curve: one more goes half as far
    assert again.factor.estimate == pytest.approx(offer.factor.estimate / 2)


def test_a_label_is_worth_what_the_forecast_says_and_takes_what_answers_took(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = judge_as_declared(workspace).verdict.handover
    forecast = workspace.record.latest_of(Forecast)
    assert given is not None
    assert forecast is not None
    share = MachineShare(machine="small", model="smol", n_rows=1000, counts=given.counts)
    errors = forecast.errors[-1], forecast.target_error
    worth = machine_worth([share], forecast.scoring, *errors, forecast.family)
    assert worth is not None
    monkeypatch.setattr(MachineRequests, "answer_seconds", lambda *_: (6.0, 10.0))
    found = standing(with_machine(workspace, max_in_flight=8))
    assert found.offer is not None
    assert found.offer.label_s == pytest.approx(4.0), "two were asked for at once at most"
    told = f"{worth.estimate:,.0f} ({worth.low:,.0f} to {worth.high:,.0f})"
    assert f"1,000 of its labels are worth {told} judged by people" in found.why
    assert "take some 67 minutes." in found.why
    assert found.offer.factor.estimate == pytest.approx(worth.estimate / 1000 * given.share)


def test_rows_of_which_a_machine_is_not_sure_are_paid_for_and_bring_nothing(
    workspace: Workspace,
) -> None:
    entry = judge_as_declared(workspace)
    verdicts = workspace.record.delegation.verdicts
    sure = standing(workspace).offer
    given = entry.verdict.handover
    assert given is not None
    half = replace(entry.verdict, handover=replace(given, share=given.share / 2))
    verdicts.append(half, "Ada Ops")
    unsure = standing(workspace).offer
    assert sure is not None
    assert unsure is not None
    assert (unsure.n_open, unsure.label_cost) == (sure.n_open, sure.label_cost)
    assert unsure.factor.high == pytest.approx(sure.factor.high / 2)


def test_rows_that_another_machine_taught_are_not_offered_again(workspace: Workspace) -> None:
    judge_as_declared(workspace)
    before = standing(workspace).offer
    data = workspace.record.latest_of(Data)
    assert before is not None
    assert data is not None
    rows = from_parquet(workspace.artifacts.get(data.unlabelled)).head(1000)
    digest = workspace.artifacts.put(to_parquet(rows), "machine rows")
    flights.append(workspace, "data", replace(data, machine_rows=digest))
    after = standing(workspace).offer
    assert after is not None
    assert before.n_open - 1000 <= after.n_open < before.n_open


def test_for_a_prompted_candidate_no_label_is_bought_but_a_cheap_model_may_learn(
    workspace: Workspace,
) -> None:
    judge_as_declared(workspace)
    forecast = workspace.record.latest_of(Forecast)
    assert forecast is not None
    flights.append(workspace, "forecast", replace(forecast, family="prompted"))
    plan = planned(workspace)
    assert "learns from no label of a machine" in plan.machines[0].why
    assert (plan.outcomes[0].machine, plan.without_machine, plan.beside) == ("", (), ())
    assert len(plan.distillations) == 1


def test_a_further_test_row_costs_as_many_labels_as_it_takes(workspace: Workspace) -> None:
    judge_as_declared(workspace)
    forecast, data = workspace.record.latest_of(Forecast), workspace.record.latest_of(Data)
    offer = standing(workspace).offer
    assert forecast is not None
    assert data is not None
    assert offer is not None
    priced = replace(workspace.settings.prices, row=0.4)
    workspace = replace(workspace, settings=replace(workspace.settings, prices=priced))
    costs = labelling_costs(workspace, forecast)
    assert costs.row_cost == pytest.approx(0.5), "a fifth of them falls on the test side"
    split = replace(data.split, kind=SplitKind.RANDOM, n_test=150)
    flights.append(workspace, "data", replace(data, split=split))
    its = distillation_of(workspace, offer, forecast, costs)
    assert its is not None
    assert its.n_more == 50
    assert labelling_costs(workspace, forecast).row_cost == pytest.approx(0.4 / 0.8)
    assert its.check_cost == pytest.approx(250 * costs.label_cost), "one of five is a test row"


def test_what_a_machine_was_paid_since_the_forecast_is_spent_beside_the_labels(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    forecast, labelling = (
        workspace.record.latest_of(Forecast),
        workspace.record.latest_of(Labelling),
    )
    assert forecast is not None
    assert labelling is not None
    monkeypatch.setattr(cost_estimates, "spent_on_machines", lambda _: 7.0)
    assert labelling_costs(workspace, forecast).spent == pytest.approx(labelling.cost + 7.0)


def test_who_teaches_nothing_is_in_no_plan(workspace: Workspace) -> None:
    judge_as_declared(workspace)
    found = standing(with_machine(workspace, train=False))
    assert (found.offer, "No model learns from its labels" in found.why) == (None, True)


def test_who_may_not_label_is_in_no_plan(workspace: Workspace) -> None:
    judge_as_declared(workspace, accuracy=0.5)
    plan = planned(workspace)
    assert plan.machines[0].offer is None
    assert "may not label here" in plan.machines[0].why
    assert (plan.without_machine, plan.beside, plan.distillations) == ((), (), ())
    assert (plan.outcomes[0].machine, plan.outcomes[0].machine_labels.q95) == ("", 0)


def test_who_was_told_stop_is_in_no_plan(workspace: Workspace) -> None:
    entry = judge_as_declared(workspace)
    verdicts = workspace.record.delegation.verdicts
    verdicts.decide("small", entry.number, Permission.STOP, "rows stay here", "Ada Ops")
    found = standing(workspace)
    assert (found.offer, "rows stay here" in found.why) == (None, True)


def test_nobody_knows_before_people_have_judged_and_the_price_of_that_is_said(
    workspace: Workspace,
) -> None:
    found = standing(workspace)
    assert found.offer is None
    assert found.check is not None
    assert (found.check.n_least, found.check.n_rows) == (50, 100)
    assert found.check.cost == pytest.approx(200 * workspace.settings.prices.vote_cost)
    assert found.check.least_cost == pytest.approx(found.check.cost / 2)
    assert "two people must judge 50 to 100 rows first" in found.why


def test_asking_is_weighed_against_what_people_alone_buy_next(workspace: Workspace) -> None:
    found = standing(workspace)
    assert found.check is not None
    assert found.check.extra == 0.5, "one person is asked about every row here in any case"
    assert found.why.endswith("for 8.33 USD at most.")
    (alone,) = planned(workspace).outcomes
    (first, *_) = alone.rounds

    def told(next_cost: float) -> str:
        rounds = (replace(first, cost=next_cost),) if next_cost else ()
        return _weighed(found, replace(alone, rounds=rounds), "USD").why

    enough, some, dear, none = (told(10 * found.check.cost * part) for part in (1.0, 0.7, 0.3, 0))
    assert enough.endswith(
        "Of that 4.17 USD are spent in any case, on labels of what people alone buy next with 200 "
        "USD, for 83.33 USD."
    )
    assert some.endswith("The rest of 70 rows is a twentieth of it.")
    assert dear.endswith("The rest is more than a twentieth of it, even of 50 rows.")
    assert none.endswith("at most. With 200 USD people alone would buy nothing today.")
    quarter = replace(found, check=replace(found.check, extra=0.25))
    assert "Of that 6.25 USD are spent in any case" in _weighed(quarter, alone, "USD").why
    free = replace(found, check=replace(found.check, cost=0.0))
    assert _weighed(free, alone, "USD") is free


@pytest.mark.parametrize(
    ("extra", "next_cost", "rest", "n_rows"),
    [
        (0.5, 200.0, 5.0, 100),  # half of ten, of two hundred
        (0.5, 60.0, 5.0, 60),
        (0.0, 10.0, 0.0, 100),
        (0.0, 8.0, 2.0, 84),  # of ten, eight would be bought: 8.4 are a twentieth more
        (0.5, 1.0, 9.0, 1),
        (0.0, 0.0, 10.0, 0),
    ],
)
def test_no_more_of_asking_is_paid_in_any_case_than_people_buy_next(
    extra: float, next_cost: float, rest: float, n_rows: int
) -> None:
    """The rest is max(cost * extra, cost - next); it may be a twentieth of the next."""
    check = BlindCheck(n_least=50, n_rows=100, least_cost=5.0, cost=10.0, extra=extra)
    assert check.rest(10.0, next_cost) == pytest.approx(rest)
    most = 0.05 * next_cost
    assert check.rows_within(most, next_cost) == n_rows
    assert check.rest(0.1 * n_rows, next_cost) <= most + 1e-9
    if n_rows < 100:
        assert check.rest(0.1 * (n_rows + 1), next_cost) > most


def test_money_of_two_currencies_is_in_no_plan(workspace: Workspace) -> None:
    problem = replace(workspace.settings.problem, currency="EUR")
    changed = replace(workspace, settings=replace(workspace.settings, problem=problem))
    with pytest.raises(NotReadyError, match=r"in USD, and .* is EUR"):
        budget_plan(changed, [BUDGET])


def with_machine(workspace: Workspace, **changes: Any) -> Workspace:
    machine = replace(workspace.settings.machines["small"], **changes)
    settings = replace(workspace.settings, machines={"small": machine})
    return replace(workspace, settings=settings)


def test_a_label_is_worth_less_to_boosted_trees(workspace: Workspace) -> None:
    judge_as_declared(workspace)
    forecast = workspace.record.latest_of(Forecast)
    assert forecast is not None
    trees, linear = (
        standing(workspace, replace(forecast, family=family)).offer
        for family in ("boosting", "linear")
    )
    assert trees is not None
    assert linear is not None
    assert trees.factor.estimate < 0.8 * linear.factor.estimate
    assert linear.factor.low > 0


def test_a_number_is_worth_what_the_verdict_says_of_its_noise(workspace: Workspace) -> None:
    entry = judge_as_declared(workspace)
    verdicts = workspace.record.delegation.verdicts
    bias = Bounds(estimate=0.0, low=-0.3, high=0.3)
    gap = NumberGap(n_rows=80, bias=bias, variance=3.0, freedom=79, people_variance=4.0)
    of_numbers = replace(entry.verdict, handover=None, n_answered=100, gap=gap)
    verdicts.append(of_numbers, "Ada Ops")
    forecast = workspace.record.latest_of(Forecast)
    assert forecast is not None
    errors = (*forecast.errors[:-1], 0.25)
    forecast = replace(forecast, scoring="r2", errors=errors, target_score=0.7, family="linear")
    offer = standing(workspace, forecast).offer
    assert offer is not None
    # a quarter of 4 is left to people's noise, three are the machine's; of 100 it answers 80
    assert offer.factor.estimate == pytest.approx(0.8 * 1 / (1 + 3), rel=0.05)
    boosted = standing(workspace, replace(forecast, family="boosting")).offer
    assert boosted is not None
    assert boosted.factor.estimate == 0, "single wrong numbers are learnt by heart"
    verdicts.append(replace(of_numbers, gap=None), "Ada Ops")
    found = standing(workspace, forecast)
    assert (found.offer, "Judge it again" in found.why) == (None, True)


def test_what_a_label_costs_and_is_worth_must_be_known(workspace: Workspace) -> None:
    given = judge_as_declared(workspace).verdict.handover
    offer = standing(workspace).offer
    assert given is not None
    assert offer is not None
    assert offer.label_cost > 0
    assert 0 <= offer.factor.low < offer.factor.estimate < offer.factor.high <= 1
    n_learnt = offer.n_open / given.share
    assert 6_500 < n_learnt < 7_400, "a fifth are on the test side, and teach nothing"
    priceless = standing(with_machine(workspace, input=None))
    assert (priceless.offer, "states no price" in priceless.why) == (None, True)
    problem = replace(workspace.settings.problem, currency="EUR")
    euros = replace(workspace, settings=replace(workspace.settings, problem=problem))
    found = standing(euros)
    assert (found.offer, "dollar_rate" in found.why) == (None, True)
    untaught = standing(with_machine(workspace, train=False))
    assert (untaught.offer, "No model learns" in untaught.why) == (None, True)
    broke = standing(with_machine(workspace, budget=0.0))
    assert broke.offer is not None
    assert broke.offer.n_most == 0
    assert "budget under [machines.small]" in broke.why


def test_no_price_of_a_batch_file_that_cannot_be_written(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages_client.install(tmp_path, monkeypatch)
    changed = with_machine(workspace, client="messages")
    assert estimate_money(changed, "small", 100).estimate.micros.estimate > 0
    with pytest.raises(EngineError, match="Batch files are written in the form of OpenAI"):
        estimate_money(changed, "small", 100, is_batch=True)
