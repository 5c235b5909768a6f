from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.services.test_commands import UNTIL_TUNING, judge_all

from leadline.errors import SettingsError
from leadline.record import Judgment
from leadline.services import commands, queries
from leadline.services.reviewing.judging_order import N_SHARED, rows_to_ask
from leadline.services.reviewing.opinions import give_opinion, opinions
from leadline.workspace import Workspace

ROWS = list(range(100, 160))


def said(rows: list[int], judge: str) -> list[Judgment]:
    return [Judgment(tuning=1, row=r, reviewer=judge, is_positive=True, seconds=1.0) for r in rows]


def test_two_judges_share_the_work_and_a_few_rows() -> None:
    shared = rows_to_ask(ROWS, [], "Ada")[:N_SHARED]
    others = [row for row in ROWS if row not in shared]
    assert sorted(rows_to_ask(ROWS, [], "Ada")) == ROWS, "each row once"
    first = said([*shared, *others[:8]], "Ada")
    asked = rows_to_ask(ROWS, first, "Bo")
    assert set(asked[:N_SHARED]) == set(shared)
    assert set(asked[N_SHARED:]) == set(others[8:])
    assert asked[N_SHARED] != rows_to_ask(ROWS, first, "Ada")[0], (
        "they do not go through it in step"
    )


def test_a_place_tells_nothing_of_why_a_row_was_drawn() -> None:
    """Rows are asked in an order that does not know the order of drawing."""
    rng, n = np.random.default_rng(0), len(ROWS)
    drawn = [rng.choice(100_000, n, replace=False).tolist() for _ in range(200)]
    asked = [rows_to_ask(rows, [], "Ada") for rows in drawn]
    assert rows_to_ask(drawn[0][::-1], [], "Ada") == asked[0]
    pairs = zip(drawn, asked, strict=True)
    places = np.array([[one.index(row) for row in rows] for rows, one in pairs])
    first_third, others = places[:, : n // 3].mean(), places[:, n // 3 :].mean()
    assert first_third == pytest.approx(others, abs=0.08 * n)


def test_judges_at_once_do_not_meet() -> None:
    """Each begins far from the others, and goes the same way round."""
    rows = list(range(200))
    shared = rows_to_ask(rows, [], "Ada")[:N_SHARED]
    begun = said(shared, "Ada") + said(shared, "Bo") + said(shared, "Cy")
    first = {row for judge in ("Ada", "Bo", "Cy") for row in rows_to_ask(rows, begun, judge)[:30]}
    assert len(first) == 90


def test_a_surprising_row_is_asked_of_two_others() -> None:
    shared = rows_to_ask(ROWS, [], "Ada")[:N_SHARED]
    everything = said(ROWS, "Ada") + said(shared, "Bo")
    surprising = [row for row in ROWS if row not in shared][:3]
    assert rows_to_ask(ROWS, everything, "Ada", surprising) == []
    assert (
        sorted(rows_to_ask(ROWS, said(ROWS, "Ada") + said(shared, "Bo"), "Bo", surprising))
        == surprising
    )
    everything += said(surprising[:1], "Bo") + said([*shared, surprising[0]], "Cy")
    assert surprising[0] not in rows_to_ask(ROWS, everything, "Di", surprising)


def test_opinions_are_kept_one_a_person(make: Callable[..., Workspace]) -> None:
    workspace = make(UNTIL_TUNING)
    number = judge_all(workspace)
    give_opinion(workspace, number, 4, "", "Ada")
    give_opinion(workspace, number, 9, "missed connections", "Bo")
    give_opinion(workspace, number, 20, "", "Ada")
    assert [(each.person, each.ratio) for each in opinions(workspace, number)] == [
        ("Bo", 9.0),
        ("Ada", 20.0),
    ]
    page = queries.operating_points_page(workspace)
    assert [each.ratio for each in page.opinions] == [9.0, 20.0]
    chosen = commands.choose_point(workspace, "balanced", 40, 10, "Cheap.", "Ada").verdict
    assert any("9 to 20 false alarms" in finding.what for finding in chosen.findings)
    with pytest.raises(SettingsError, match="above 0"):
        give_opinion(workspace, number, float("nan"), "", "Ada")
