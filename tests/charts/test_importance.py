from __future__ import annotations

from tests.importances import FLIGHTS, column, importance, search_with

from leadline.charts import details_of, svg
from leadline.charts.importance import importance_chart


def drawing(found: object) -> str:
    chart = importance_chart(found)  # type: ignore[arg-type]
    assert chart is not None
    return svg(chart)


def test_bars_say_what_becomes_of_the_score() -> None:
    drawn = drawing(FLIGHTS)
    assert "boosting-3 leans most on hour, distance + air_time and carrier" in drawn
    assert "0.810 to 0.660, rises with it" in drawn
    assert "0.810 to 0.780, highest at &lt;EV&gt;" in drawn
    assert "may be chance" in drawn
    assert "NaN" not in drawn


def test_it_is_a_further_picture_of_a_search() -> None:
    assert list(details_of(search_with(FLIGHTS))) == ["importance"]
    assert details_of(search_with(None)) == {}
    assert importance_chart(importance()) is None


def test_of_many_columns_the_first_are_drawn() -> None:
    many = importance(*(column(f"c{n}", rise=0.2 - n / 200) for n in range(40)))
    drawn = drawing(many)
    assert "25 more columns are in the table." in drawn
    assert ">c14<" in drawn
    assert ">c15<" not in drawn
