"""Small charts as inline SVG: a line or bars over time, drawn in the page's own colours (decision 23)."""

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, MARGIN = 200, 44, 4


def line(values: Sequence[float | None]) -> Markup:
    """A line over time, oldest first, with its last value marked; a missing value is a gap."""
    known = [value for value in values if value is not None]
    if not known:
        return Markup("")
    low, high = _scale(known)
    parts = [f'<polyline points="{_points(run, low, high)}"/>' for run in _runs(_placed(values))]
    x, last = [each for each in _placed(values) if each[1] is not None][-1]
    # A line of no length with round ends: a circle would be stretched with the picture.
    parts.append(f'<path class="dot" d="M{x:.1f} {_y(last or 0, low, high):.1f}h0"/>')
    return _svg("line", parts)


def bars(values: Sequence[float | None]) -> Markup:
    """Bars over time from zero up; nothing is a bar without height."""
    if not values:
        return Markup("")
    high = max([value or 0 for value in values] + [1])
    step = WIDTH / max(len(values), 12)
    left = WIDTH - step * len(values)
    parts = [
        f'<rect x="{left + place * step:.1f}" y="{_y(value or 0, 0, high):.1f}" '
        f'width="{max(step - 1, 1):.1f}" height="{HEIGHT - MARGIN - _y(value or 0, 0, high):.1f}"/>'
        for place, value in enumerate(values)
    ]
    return _svg("bars", [*parts, f'<path class="floor" d="M0 {HEIGHT - MARGIN}H{WIDTH}"/>'])


def strip(statuses: Sequence[str]) -> Markup:
    """One tick for each result of a check, oldest first, by its status."""
    step = WIDTH / max(len(statuses), 30)
    left = WIDTH - step * len(statuses)
    return _svg(
        "strip",
        [
            f'<rect class="{"pass" if status == "pass" else "bad"}" x="{left + place * step:.1f}" y="12" '
            f'width="{max(step - 1, 1):.1f}" height="20"/>'
            for place, status in enumerate(statuses)
        ],
    )


def _svg(kind: str, parts: Sequence[str]) -> Markup:
    """Only numbers and our own words go in, so the text is markup. Its figures stand beside it, in words."""
    frame = f'viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true"'
    return Markup(f'<svg class="chart {kind}" {frame}>{"".join(parts)}</svg>')


def _scale(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low - 1, high + 1) if low == high else (low, high)


def _placed(values: Sequence[float | None]) -> list[tuple[float, float | None]]:
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    left = MARGIN if len(values) > 1 else WIDTH - MARGIN
    return [(left + place * step, value) for place, value in enumerate(values)]


def _runs(placed: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """The stretches without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, value in placed:
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, value))
    return [run for run in runs if run]


def _points(run: Sequence[tuple[float, float]], low: float, high: float) -> str:
    return " ".join(f"{x:.1f},{_y(value, low, high):.1f}" for x, value in run)


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT - MARGIN - (value - low) / (high - low) * (HEIGHT - 2 * MARGIN)
