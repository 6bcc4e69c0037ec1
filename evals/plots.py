"""Plots as inline SVG: pure functions from numbers to markup, no library, legible in print and without colour alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

COLOURS = ("#1d4ed8", "#c2410c", "#15803d", "#7e22ce", "#0e7490", "#a16207", "#be123c", "#475569")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "1 3", "12 4", "6 2 1 2")
_WIDTH, _LEFT, _RIGHT = 860, 170, 70
_INK, _GRID = "#0f172a", "#e2e8f0"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A value with its interval; None: nothing to show."""

    value: float
    low: float
    high: float
    n: int


def _svg(width: float, height: float, inside: str, about: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(about)}" '
        f'xmlns="http://www.w3.org/2000/svg" font-size="13">{inside}</svg>'
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = _INK, size: int = 13) -> str:
    style = f'text-anchor="{anchor}" fill="{colour}" font-size="{size}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, *, colour: str = _GRID, width: float = 1, dash: str = "") -> str:
    extra = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"{extra}/>'


def legend(names: Sequence[str]) -> str:
    """Colour and dash of each series."""
    items = []
    for at, name in enumerate(names):
        colour, dash = COLOURS[at % len(COLOURS)], DASHES[at % len(DASHES)]
        mark = _svg(34, 12, _line(0, 6, 34, 6, colour=colour, width=5, dash=dash), name)
        items.append(f'<span class="key">{mark}{escape(name)}</span>')
    return f'<p class="legend">{"".join(items)}</p>'


def bars(rows: Sequence[tuple[str, Sequence[Bar | None]]], about: str) -> str:
    """Groups of horizontal bars from 0 to 1 with whiskers, one bar a series."""
    series = max((len(values) for _, values in rows), default=1)
    thick, gap = 15, 12
    step = series * thick + gap
    height = len(rows) * step + 34
    plot = _WIDTH - _LEFT - _RIGHT
    parts = []
    for tick in range(0, 101, 20):
        x = _LEFT + plot * tick / 100
        parts += [_line(x, 4, x, height - 26), _text(x, height - 8, f"{tick}%", anchor="middle", colour="#475569")]
    for number, (label, values) in enumerate(rows):
        top = 6 + number * step
        parts.append(_text(_LEFT - 8, top + series * thick / 2 + 5, label, anchor="end"))
        for at, bar in enumerate(values):
            if bar is None:
                continue
            y, colour = top + at * thick, COLOURS[at % len(COLOURS)]
            low, high = _LEFT + plot * max(0.0, bar.low), _LEFT + plot * min(1.0, bar.high)
            title = f"<title>{bar.value:.1%}（{bar.low:.1%}–{bar.high:.1%}，{bar.n} 题）</title>"
            parts.append(
                f'<rect x="{_LEFT}" y="{y}" width="{max(plot * bar.value, 0.5):.1f}" height="{thick - 3}" '
                f'fill="{colour}" fill-opacity=".72">{title}</rect>'
            )
            middle = y + (thick - 3) / 2
            parts.append(_line(low, middle, high, middle, colour=_INK, width=1.4))
            parts += [_line(x, middle - 3, x, middle + 3, colour=_INK, width=1.4) for x in (low, high)]
            parts.append(_text(_LEFT + plot + 8, middle + 4, f"{bar.value * 100:.0f}%", size=11, colour=colour))
    return _svg(_WIDTH, height, "".join(parts), about)


def curves(series: Mapping[str, Sequence[tuple[float, float]]], *, x_title: str, y_title: str, about: str) -> str:
    """Lines over x and y from 0 to 1 (y up to the next tenth above the highest)."""
    highest = max((y for points in series.values() for _, y in points), default=1.0)
    top = max(0.1, math.ceil(highest * 10 - 1e-9) / 10)
    height, left, bottom = 340, 70, 46
    plot_w, plot_h = _WIDTH - left - 30, height - bottom - 14
    parts = []
    for tick in range(0, 11, 2):
        x, y = left + plot_w * tick / 10, 14 + plot_h * (1 - tick / 10)
        parts += [_line(x, 14, x, 14 + plot_h), _line(left, y, left + plot_w, y)]
        parts.append(_text(x, height - 26, f"{tick * 10}%", anchor="middle", colour="#475569"))
        parts.append(_text(left - 6, y + 4, f"{top * tick * 10:.0f}%", anchor="end", colour="#475569"))
    for at, points in enumerate(series.values()):
        places = " ".join(f"{left + plot_w * x:.1f},{14 + plot_h * (1 - y / top):.1f}" for x, y in points)
        parts.append(
            f'<polyline points="{places}" fill="none" stroke="{COLOURS[at % len(COLOURS)]}" stroke-width="2.2" '
            f'stroke-dasharray="{DASHES[at % len(DASHES)]}"/>'
        )
    parts.append(_text(left + plot_w / 2, height - 6, x_title, anchor="middle"))
    parts.append(f'<g transform="rotate(-90 16 {14 + plot_h / 2:.0f})">')
    parts.append(_text(16, 14 + plot_h / 2, y_title, anchor="middle") + "</g>")
    return _svg(_WIDTH, height, "".join(parts), about)


def latencies(series: Mapping[str, Sequence[float]], about: str) -> str:
    """Share of the questions answered within a time; seconds in, milliseconds on a logarithmic axis."""
    every = [value for values in series.values() for value in values if value > 0]
    if not every:
        return ""
    low, high = math.floor(math.log10(min(every) * 1000)), math.ceil(math.log10(max(every) * 1000))
    high = max(high, low + 1)
    height, left, bottom = 320, 70, 46
    plot_w, plot_h = _WIDTH - left - 30, height - bottom - 14
    parts = []
    for power in range(low, high + 1):
        x = left + plot_w * (power - low) / (high - low)
        shown = f"{10**power:g}"
        parts += [_line(x, 14, x, 14 + plot_h), _text(x, height - 26, shown, anchor="middle", colour="#475569")]
    for tick in (0, 0.25, 0.5, 0.75, 0.95, 1):
        y = 14 + plot_h * (1 - tick)
        parts += [
            _line(left, y, left + plot_w, y),
            _text(left - 6, y + 4, f"{tick:.0%}", anchor="end", colour="#475569"),
        ]
    for at, values in enumerate(series.values()):
        ordered = sorted(value for value in values if value > 0)
        points = [
            (left + plot_w * (math.log10(value * 1000) - low) / (high - low), 14 + plot_h * (1 - rank / len(ordered)))
            for rank, value in enumerate(ordered, 1)
        ]
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(
            f'<polyline points="{places}" fill="none" stroke="{COLOURS[at % len(COLOURS)]}" stroke-width="2.2" '
            f'stroke-dasharray="{DASHES[at % len(DASHES)]}"/>'
        )
    parts.append(_text(left + plot_w / 2, height - 6, "毫秒（对数刻度）", anchor="middle"))
    return _svg(_WIDTH, height, "".join(parts), about)


def forest(rows: Sequence[tuple[str, float, float, float, str, bool]], about: str) -> str:
    """Differences around zero: (label, mean, low, high, words at the right, is sure), in points of 100."""
    reach = max([0.02, *(abs(value) for _, mean, low, high, _, _ in rows for value in (mean, low, high))]) * 1.05
    left, right, step = 260, 210, 26
    height = len(rows) * step + 40
    plot = _WIDTH - left - right

    def x_of(value: float) -> float:
        return left + plot * (value + reach) / (2 * reach)

    parts = []
    for share in (-1, -0.5, 0, 0.5, 1):
        x = x_of(share * reach / 1.05)
        parts.append(_line(x, 4, x, height - 30, colour=_INK if share == 0 else _GRID))
        parts.append(_text(x, height - 12, f"{share * reach / 1.05 * 100:+.0f}", anchor="middle", colour="#475569"))
    for number, (label, mean, low, high, words, sure) in enumerate(rows):
        y = 16 + number * step
        colour = "#475569" if not sure else "#b91c1c" if mean < 0 else "#15803d"
        parts.append(_text(left - 10, y + 4, label, anchor="end"))
        parts.append(_line(x_of(low), y, x_of(high), y, colour=colour, width=2.4))
        parts.append(f'<circle cx="{x_of(mean):.1f}" cy="{y}" r="4.6" fill="{colour}"/>')
        parts.append(_text(_WIDTH - right + 10, y + 4, words, colour=colour, size=12))
    return _svg(_WIDTH, height, "".join(parts), about)


def matrix(rows: Sequence[str], columns: Sequence[str], counts: Mapping[tuple[str, str], int], corner: str) -> str:
    """A table of counts, tinted by each row's shares; (row, column) -> count."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    lines = []
    for row in rows:
        whole = sum(counts.get((row, column), 0) for column in columns)
        cells = []
        for column in columns:
            count = counts.get((row, column), 0)
            share = count / whole if whole else 0.0
            cells.append(
                f'<td class="num" style="background:rgba(29,78,216,{share * 0.45:.2f})">{count}'
                f"{f'<small>{share:.0%}</small>' if count else ''}</td>"
            )
        lines.append(f"<tr><th>{escape(row)}</th>{''.join(cells)}</tr>")
    return f'<table class="matrix"><tr><th>{escape(corner)}</th>{head}</tr>{"".join(lines)}</table>'
