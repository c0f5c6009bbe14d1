"""The main figures as a picture: an SVG that reads well on light and on dark pages."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

WIDTH, LABELS, VALUES = 760, 250, 70
ROW, BAR, HEAD, GAP = 20, 12, 30, 18
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 13px; }
  .label { text-anchor: end; }
  .bar { fill: #4c7a34; }
  .target { stroke: #b3541e; stroke-width: 1.5; stroke-dasharray: 3 2; }
  .note { fill: #b3541e; font-size: 11px; text-anchor: end; }
  @media (prefers-color-scheme: dark) {
    text { fill: #d8dee4; }
    .bar { fill: #8fbf6f; }
    .target { stroke: #f0a070; }
    .note { fill: #f0a070; }
  }
"""


@dataclass(frozen=True)
class Chart:
    """Bars below a title: their names and values, what they should reach or stay below, and how they are written."""

    title: str
    bars: list[tuple[str, float]]
    shape: str = "{:.2f}"
    target: float | None = None
    is_log: bool = False  # each step to the right is so many times as much

    def length(self, value: float) -> float:
        """Return how long a bar is, from 0 to 1."""
        most = max([*(shown for _, shown in self.bars), self.target or 0])
        return math.log10(max(value, 1)) / math.log10(most) if self.is_log else value / most

    @property
    def height(self) -> int:
        """How high it is."""
        return HEAD + ROW * len(self.bars) + GAP


def svg(charts: Iterable[Chart]) -> str:
    """Return the charts, one below the other."""
    drawn: list[str] = []
    top = 0
    for chart in charts:
        drawn += _chart(chart, top)
        top += chart.height
    size = f'viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    return "\n".join([head, "<title>The main figures</title>", f"<style>{STYLE}</style>", *drawn, "</svg>", ""])


def _chart(chart: Chart, top: int) -> Iterator[str]:
    room = WIDTH - LABELS - VALUES
    yield f'<text class="title" x="0" y="{top + 16}">{escape(chart.title)}</text>'
    for row, (name, value) in enumerate(chart.bars):
        y = top + HEAD + ROW * row
        length = max(1.0, room * chart.length(value))
        yield f'<text class="label" x="{LABELS - 8}" y="{y + 10}">{escape(name)}</text>'
        yield f'<rect class="bar" x="{LABELS}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2"/>'
        yield f'<text x="{LABELS + length + 6:.1f}" y="{y + 10}">{escape(chart.shape.format(value))}</text>'
    if chart.target is not None:
        x = LABELS + room * chart.length(chart.target)
        end = top + HEAD + ROW * len(chart.bars)
        yield f'<line class="target" x1="{x:.1f}" x2="{x:.1f}" y1="{top + HEAD - 6}" y2="{end - 4}"/>'
        yield f'<text class="note" x="{x:.1f}" y="{end + 7}">target {chart.target:g}</text>'
