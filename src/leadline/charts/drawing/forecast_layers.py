"""Chart layers of a learning-curve forecast, for verdicts and notebooks."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.forecast_bands import (
    HEIGHT,
    ForecastBands,
    Frame,
    RegionSpan,
    Size,
    frame_of,
    region_spans,
    two_stderrs,
)
from leadline.charts.drawing.label_placement import CHAR_PX, line_label_tiers, longest_that_fits
from leadline.charts.drawing.palette import BLUE, GREY, INK, REGION_COLORS, SOFT, VERMILION
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import Record, labels, layered, rule_at, table
from leadline.phases.forecast.region import RegionKind
from leadline.phases.wording import three_digits

_RIBBON = 24
_LINE = 17
_TIER = 2 * _LINE + 8
_LABEL_GAP = 18
_BELOW = 66  # pixels between a narrow plot and the words below its axis
_BANDS = ((0.05, 0.95, "90%", 0.16), (0.1, 0.9, "80%", 0.2), (0.25, 0.75, "50%", 0.28))
_NARROWEST = 10.0  # pixels: a narrower region is due to chance in the draws

_REGION_NAMES = {
    RegionKind.SMALL: ("hardly better than guessing", "like guessing", "guessing"),
    RegionKind.POWER: ("more data pay", "data pay"),
    RegionKind.FLOOR: ("near the floor: more data hardly pay", "near the floor", "floor"),
}
_FLAT_NAMES = ("more data hardly pay", "hardly pay")  # of a curve that tells no floor


def forecast_layers(bands: ForecastBands, sheet: Sheet = WIDE) -> alt.LayerChart:
    """Draw points with error bars, median, bands, target, regions, and the sizes that matter."""
    frame = frame_of(bands, sheet)
    return layered(
        *_shades(bands, frame),
        *_rules(bands, frame),
        *_bands(bands, frame),
        *_measured(bands, frame),
        *_levels(bands, frame),
        *_ribbon(bands, frame),
        *_size_names(bands, frame),
        *_far_end(bands, frame),
        width=sheet.width,
        height=HEIGHT,
    )


def _parts(bands: ForecastBands, frame: Frame) -> list[RegionSpan]:
    """Regions over the whole width of the forecast; one too narrow to be seen joins the next."""
    start, parts = frame.left, []
    for part in region_spans(bands.grid, bands.regions):
        if frame.x_pixel(part.end) - frame.x_pixel(start) > _NARROWEST:
            parts.append(part._replace(start=start))
            start = part.end
        elif parts and part.end == bands.grid[-1]:
            parts[-1] = parts[-1]._replace(end=part.end)
    return parts


def _shades(bands: ForecastBands, frame: Frame) -> list[alt.Chart]:
    """The regions, lightly behind everything."""
    return [_box(part, frame, 0, HEIGHT, 0.4) for part in _parts(bands, frame)]


def _ribbon(bands: ForecastBands, frame: Frame) -> list[alt.Chart]:
    """The names of the regions, on a ribbon above the plot."""
    layers = []
    for part in _parts(bands, frame):
        layers += [_box(part, frame, -_RIBBON, 0, 1.0)]
        left, right = frame.x_pixel(part.start), frame.x_pixel(part.end)
        is_floor = part.kind is RegionKind.FLOOR
        names = _FLAT_NAMES if is_floor and bands.floor is None else _REGION_NAMES[part.kind]
        name = longest_that_fits(names, right - left)
        if name:
            one = alt.Chart(table([{"label": name}])).mark_text(fontSize=13, color=INK)
            where = {"x": alt.value((left + right) / 2), "y": alt.value(-_RIBBON / 2)}
            layers.append(one.encode(**where, text="label:N"))
    return layers


def _box(part: RegionSpan, frame: Frame, top: float, bottom: float, opacity: float) -> alt.Chart:
    one = alt.Chart(table([{"n": part.start, "end": part.end}]))
    box = one.mark_rect(color=REGION_COLORS[part.kind.value], opacity=opacity)
    drawn: alt.Chart = box.encode(frame.x, x2="end:Q", y=alt.value(top), y2=alt.value(bottom))
    return drawn


def _bands(bands: ForecastBands, frame: Frame) -> list[alt.Chart]:
    to_score, lines = bands.metric.score, bands.lines
    layers = []
    for low, high, _, opacity in _BANDS:
        rows = [
            {"n": n, "score": to_score(a), "other": to_score(b)}
            for n, a, b in zip(bands.grid, lines[low], lines[high], strict=True)
        ]
        area = alt.Chart(table(rows)).mark_area(color=BLUE, opacity=opacity, clip=True)
        layers.append(area.encode(frame.x, frame.y(bands.words), y2="other:Q"))
    median: list[Record] = [
        {"n": n, "score": to_score(e)} for n, e in zip(bands.grid, lines[0.5], strict=True)
    ]
    line = alt.Chart(table(median)).mark_line(color=BLUE, strokeWidth=2.5, clip=True)
    return [*layers, line.encode(frame.x, frame.y(bands.words))]


def _measured(bands: ForecastBands, frame: Frame) -> list[alt.Chart]:
    to_score = bands.metric.score
    rows = [
        {"n": n, "score": to_score(e), "low": to_score(e - s), "high": to_score(e + s)}
        for n, e, s in zip(bands.train_sizes, bands.errors, two_stderrs(bands), strict=True)
    ]
    bars = alt.Chart(table(rows)).mark_rule(color=INK, strokeWidth=1.5, clip=True)
    points = alt.Chart(table(rows)).mark_point(filled=True, size=70, color=INK, opacity=1)
    return [bars.encode(frame.x, y="low:Q", y2="high:Q"), points.encode(frame.x, y="score:Q")]


def _levels(bands: ForecastBands, frame: Frame) -> list[alt.Chart]:
    """The target and chance by name, and where the target is met."""
    layers: list[alt.Chart] = []
    is_loss, target = bands.metric.is_loss, bands.target_score
    if bands.chance_error is not None:
        chance = bands.metric.score(bands.chance_error)
        if frame.bottom <= chance <= frame.top:
            layers.append(rule_at(y=chance, color=SOFT))
            # a curve begins near chance: at its right end there is room
            name = f"guessing {three_digits(chance)}"
            layers += _level_name(frame, chance, name, SOFT, above=is_loss, at_left=False)
    if target is not None:
        layers.append(rule_at(y=target, color=VERMILION))
        name = f"target {target:g}"
        layers += _level_name(frame, target, name, VERMILION, above=not is_loss, at_left=True)
        layers += _met(bands, frame, target)
    return layers


def _met(bands: ForecastBands, frame: Frame, target: float) -> list[alt.Chart]:
    """Marks where rows meet the target."""
    marks: list[Record] = [
        {"n": size.n_rows, "score": target, "shape": size.shape}
        for size in bands.sizes
        if size.shape and frame.shows(size.n_rows)
    ]
    if not marks:
        return []
    mark = alt.Chart(table(marks)).mark_point(filled=True, size=160, color=VERMILION, opacity=1)
    return [mark.encode(frame.x, y="score:Q", shape=alt.Shape("shape:N", scale=None))]


def _level_name(
    frame: Frame, score: float, text: str, color: str, *, above: bool, at_left: bool
) -> list[alt.Chart]:
    """The name of a level, on the side of its line that the curve does not come from."""
    if frame.y_pixel(score) < _LABEL_GAP + 5:
        above = False
    return labels(
        alt.Chart(table([{"score": score, "label": text}])),
        alt.Y("score:Q"),
        x=8 if at_left else frame.sheet.width - 8,
        align="left" if at_left else "right",
        baseline="bottom" if above else "top",
        dy=-5 if above else 5,
        color=color,
        fontWeight="bold",
    )


def _tiers(bands: ForecastBands, frame: Frame) -> list[tuple[Size, float]]:
    """The sizes shown, each with the height of its name; on a narrow sheet none beside another."""
    shown = [size for size in bands.sizes if frame.shows(size.n_rows)]
    if frame.sheet.is_narrow:
        shown.sort(key=lambda size: size.n_rows)
        tiers = list(range(len(shown)))
    else:
        texts = [max(_named(size), size.note, key=len) for size in shown]
        tiers = line_label_tiers([frame.x_pixel(size.n_rows) for size in shown], texts)
    ground = -8.0 - (_RIBBON if bands.regions else 0)
    return [(size, ground - _TIER * tier) for size, tier in zip(shown, tiers, strict=True)]


def _named(size: Size) -> str:
    return f"{size.name}: {size.n_rows:,.0f} rows"


def _rules(bands: ForecastBands, frame: Frame) -> list[alt.Chart]:
    """Upright lines at the sizes that matter."""
    layers = []
    for size, height in _tiers(bands, frame):
        one = alt.Chart(table([{"n": size.n_rows}]))
        rule = one.mark_rule(color=size.color, strokeDash=[2, 3], strokeWidth=1.5)
        layers.append(rule.encode(frame.x, y=alt.value(height + 3), y2=alt.value(HEIGHT)))
    return layers


def _size_names(bands: ForecastBands, frame: Frame) -> list[alt.Chart]:
    """What the upright lines are and cost, above the plot."""
    layers = []
    for size, height in _tiers(bands, frame):
        texts = [text for text in (size.note, _named(size)) if text]
        end = frame.x_pixel(size.n_rows) + 4
        if frame.sheet.is_narrow:  # to the right of its line rather than beyond the left edge
            end = max(end, *(len(text) * CHAR_PX for text in texts), 0.0)
        for line, text in enumerate(texts):
            layers += labels(
                alt.Chart(table([{"label": text}])),
                x=round(end, 1),
                y=height - line * _LINE,
                align="right",
                color=size.color,
                baseline="bottom",
                fontSize=13,
                fontWeight="bold" if text != size.note else "normal",
            )
    return layers


def _far_end(bands: ForecastBands, frame: Frame) -> list[alt.Chart]:
    """What the forecast says at its right end, beside it, and where any data end."""
    to_score = bands.metric.score
    ends = {q: to_score(line[-1]) for q, line in bands.lines.items()}
    lines = [
        (f"at {bands.grid[-1]:,.0f} rows", SOFT, 0.0),
        (f"most likely {three_digits(ends[0.5])}", BLUE, 0.0),
    ]
    opacity = 0.0
    ranges = []
    for low, high, name, own in _BANDS:
        opacity = opacity + own * (1 - opacity)
        ranges.append((f"{name}: {_span(ends[low], ends[high])}", INK, opacity))
    lines += reversed(ranges)
    bracket: list[alt.Chart] = []
    if bands.floor is not None:
        low, high = map(to_score, bands.floor)
        lines += [("best that data can do", SOFT, 0.0), (f"90%: {_span(low, high)}", GREY, 1.0)]
        bracket = [_bracket(frame, low, high)]
    left, start = frame.sheet.width + 18, frame.y_pixel(ends[0.5]) - _LABEL_GAP * 1.5
    start = min(max(start, 8), HEIGHT - _LABEL_GAP * len(lines))
    if frame.sheet.is_narrow:
        left, start = 0, HEIGHT + _BELOW
    return bracket + [
        drawn
        for line, (text, color, shade) in enumerate(lines)
        for drawn in _line(left, round(start + line * _LABEL_GAP, 1), text, color, shade)
    ]


def _span(one: float, other: float) -> str:
    low, high = sorted((one, other))
    return f"{three_digits(low)} to {three_digits(high)}"


def _bracket(frame: Frame, one: float, other: float) -> alt.Chart:
    """An upright bar at the right edge, for the best that data can do."""
    pixels = sorted(map(frame.y_pixel, (one, other)))
    low, high = (min(max(pixel, 0.0), float(HEIGHT)) for pixel in pixels)
    bar = alt.Chart(table([{}])).mark_rect(color=GREY, opacity=1)
    edge = frame.sheet.width
    drawn: alt.Chart = bar.encode(
        x=alt.value(edge + 2), x2=alt.value(edge + 8), y=alt.value(low), y2=alt.value(high)
    )
    return drawn


def _line(left: float, height: float, text: str, color: str, shade: float) -> list[alt.Chart]:
    """A line of text outside the plot, with a square in the shade it explains."""
    layers = []
    y, one = alt.value(height), alt.Chart(table([{"text": text}]))
    if shade:
        square = one.mark_square(size=130, color=GREY if color == GREY else BLUE, opacity=shade)
        layers.append(square.encode(x=alt.value(left + 8), y=y))
    words = one.mark_text(
        align="left",
        color=INK if shade else color,
        fontWeight="bold" if color == BLUE else "normal",
        fontSize=13,
    )
    layers.append(words.encode(x=alt.value(left + (20 if shade else 0)), y=y, text="text:N"))
    return layers
