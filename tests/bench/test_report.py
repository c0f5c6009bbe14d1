"""Results are kept a part at a time and written together."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench import places
from bench.__main__ import PARTS
from bench.plot import Chart, svg
from bench.report import Part, Table, number, report

TABLE = Table("Requests", "Two in turn.", ["page", "ratio"], [["home", "0.56"], ["an article", "0.5"]])


def test_a_table_is_markdown() -> None:
    assert TABLE.markdown().splitlines()[4:] == [
        "| page       | ratio |",
        "| ---------- | ----- |",
        "| home       | 0.56  |",
        "| an article | 0.5   |",
    ]


def test_a_part_that_is_kept_is_the_same_part(tmp_path: Path) -> None:
    part = Part("reads", "Reads", [TABLE], [Chart("Shares", [("home", 0.56)], target=0.5)], {"Measured": "today"})
    part.save(tmp_path)
    assert Part.load(tmp_path, "reads") == part
    assert Part.load(tmp_path, "growth") is None


def test_the_page_has_every_part_with_its_day(tmp_path: Path) -> None:
    parts = [Part(name, name.title(), [TABLE], measured={"Measured": day}) for name, day in (("a", "1"), ("b", "2"))]
    page = report(parts, plot="images/performance.svg")
    assert "![The main figures as bars](images/performance.svg)" in page
    assert page.index("## A\n\nMeasured: 1.") < page.index("## B\n\nMeasured: 2.")


def test_the_page_of_the_documents_is_what_was_measured() -> None:
    parts = [part for name in PARTS if (part := Part.load(places.RESULTS, name))]
    assert [part.name for part in parts] == list(PARTS)
    assert places.REPORT.read_text() == report(parts, plot="images/performance.svg")
    assert places.PLOT.read_text() == svg([chart for part in parts for chart in part.charts])


@pytest.mark.parametrize(("value", "shown"), [(48_123.4, "48,123"), (12.34, "12.3"), (0.456, "0.46")])
def test_a_figure_has_as_many_digits_as_it_is_worth(value: float, shown: str) -> None:
    assert number(value) == shown


def test_a_bar_is_as_long_as_its_value() -> None:
    picture = ET.fromstring(svg([Chart("A & B", [("one", 1.0), ("half", 0.5)], target=2.0)]))
    widths = [float(bar.attrib["width"]) for bar in picture.iter("{http://www.w3.org/2000/svg}rect")]
    assert widths[0] == 2 * widths[1]
    assert widths[0] < float(picture.attrib["width"]) / 2


def test_steps_to_the_right_are_times_as_many() -> None:
    chart = Chart("Requests", [("all", 10_000.0), ("few", 100.0)], is_log=True)
    assert chart.length(100) == pytest.approx(chart.length(10_000) / 2)
