"""Labelling batches of any content, for formats that must lose nothing of it."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from hypothesis import strategies as st

from leadline.engines.annotation_format import Answer, ImportResult, LabellingBatch, Question
from leadline.reading.images.image_files import png_of_numbers

# a lone surrogate is no text: no file in UTF-8 can hold it
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
PNG = png_of_numbers([[0, 255], [51, 0]])
_DTYPES = {
    "text": pl.String(),
    "category": pl.String(),
    "number": pl.Float64(),
    "image": pl.Binary(),
    "date": pl.Datetime("us"),
}
_CELLS = {
    "text": TEXTS,
    "category": TEXTS,
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "image": st.just(PNG),
    "date": st.datetimes(),
}


@st.composite
def batches(draw: st.DrawFn) -> LabellingBatch:
    """Items of any columns, and answers of anybody about them."""
    names = draw(st.lists(WORDS, min_size=1, max_size=4, unique=True).filter(_no_key))
    columns = {name: draw(st.sampled_from(sorted(_CELLS))) for name in names}
    classes = tuple(draw(st.lists(WORDS, min_size=2, max_size=4, unique=True)))
    keys = [f"{number:016x}" for number in range(draw(st.integers(1, 4)))]
    cells = {
        name: pl.Series(
            [draw(st.none() | _CELLS[kind]) for _ in keys], dtype=_DTYPES[kind], strict=False
        )
        for name, kind in columns.items()
    }
    question = Question(
        text=draw(TEXTS), label="y", classes=classes, columns=columns, guidelines=draw(TEXTS)
    )
    said = draw(st.lists(answers(keys, classes), max_size=6))
    items = pl.DataFrame({"item": keys, **cells})
    return LabellingBatch(question=question, key="item", items=items, answers=tuple(said))


def answers(keys: list[str], classes: tuple[str, ...]) -> st.SearchStrategy[Answer]:
    """What anybody could say of one of these items."""
    return st.builds(
        Answer,
        item=st.sampled_from(keys),
        judge=WORDS,
        value=st.none() | st.sampled_from(classes),
        seconds=st.floats(0, 1e6),
        at=st.datetimes(min_value=datetime(1990, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        guidelines=TEXTS,
        reason=TEXTS,
        comment=TEXTS,
    )


def small_batch() -> LabellingBatch:
    """Two items with a number and an image, one of them without either, and one vote."""
    items = pl.DataFrame({"item": ["a", "b"], "n": [1.5, None], "picture": [PNG, None]})
    columns = {"n": "number", "picture": "image"}
    question = Question(text="Is it?", label="y", classes=("no", "yes"), columns=columns, reward=5)
    said = Answer(item="a", judge="Ada", value="yes", seconds=2.0)
    return LabellingBatch(question=question, key="item", items=items, answers=(said,))


def said_in(import_result: ImportResult) -> list[Answer]:
    """The answers that came in, once it is seen that none is at fault."""
    assert not import_result.faults
    return [imported.answer for imported in import_result.annotations]


def by_item(answers: tuple[Answer, ...], batch: LabellingBatch) -> list[Answer]:
    """Answers in the order of the items, as a format has them that keeps them with these."""
    order = {key: number for number, key in enumerate(batch.items["item"].to_list())}
    return sorted(answers, key=lambda answer: order[answer.item])


def _no_key(names: list[str]) -> bool:
    return "item" not in names
