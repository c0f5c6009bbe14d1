"""One story or three."""

from datetime import date

import pytest

from articles import independence
from articles.independence import OWN, Report, group, is_same

SAME = """
New Zealand PM wants Defense Shakeup, focus on traditional allies-
New Zealand PM wants defence shakeup, focus on ‘traditional’ allies-

New Zealand PM Wants Defence Shakeup, Focus On ‘Traditional’ Allies-
New Zealand PM wants Defense Shakeup, focus on traditional allies-

Pacific leaders agree on cable fund after two days of talks
Pacific leaders agree on cable fund after two-day talks

UPDATE 2-Ferry operator to scrap night sailings from July
Ferry operator to scrap night sailings from July | Reuters

Exclusive: Harbour board hid survey of sea wall
Harbor board hid survey of sea wall - BBC News

Storm cuts power to 40,000 homes in Northland
Storm cuts power to 40,000 Northland homes

Fonterra lifts milk price forecast on Asian demand
Fonterra raises milk price forecast on Asian demand

Māori wards survive council vote in Whanganui
Maori wards survive council vote in Whanganui – RNZ

Ministers to meet in Suva over fishing quotas
Ministers will meet in Suva over fishing quotas

Central bank holds rates steady, signals cuts next year
Central bank holds rates steady and signals cuts next year

Rescuers find all 12 hikers alive after avalanche
All 12 hikers found alive by rescuers after avalanche

Airline apologises for cancelled Christmas flights
Airline apologizes for canceled Christmas flights

Court orders retrial in tunnel collapse case
Court orders retrial in the tunnel-collapse case

Tonga's prime minister resigns ahead of no-confidence vote
Tonga prime minister resigns ahead of no-confidence vote

Volcano erupts near Tanna, villagers moved to safety
Volcano erupts near Tanna; villagers moved to safety
"""
OTHER = """
Storm cuts power to 40,000 homes in Northland
Storm cuts power to 12,000 homes in Northland

Annual report of the harbour board 2023
Annual report of the harbour board 2024

Live updates
Live updates

Morning briefing
Morning briefing

Auckland mayor wins second term
Wellington mayor wins second term

Central bank raises rates by a quarter point
Central bank cuts rates by a quarter point

Minister says she will resign over ferry deal
Minister says she will not resign over ferry deal

Shares rise as oil prices fall in Asia
Shares fall as oil prices rise in Asia

Police name man killed in Dunedin crash
Police name woman killed in Hamilton crash

Australia to send patrol boat to Fiji
Australia to send patrol boat to Samoa

New Zealand PM wants defence shakeup
New Zealand PM wants tax shakeup

Council votes to sell port shares
Council delays vote on port land

Opinion: why the port should not be sold
The price of the port

Earthquake of magnitude 6.1 strikes off Kermadec Islands
Earthquake of magnitude 5.4 strikes off Kermadec Islands

Black Caps beat England by three wickets at Lord's
White Ferns beat England by nine wickets at Hove

Weather forecast for Monday in the North Island
Weather forecast for Friday in the North Island
"""


def pairs(text: str) -> list[list[str]]:
    return [pair.splitlines() for pair in text.strip().split("\n\n")]


@pytest.mark.parametrize(("one", "other"), pairs(SAME))
def test_the_same_report_in_two_papers_is_one(one: str, other: str) -> None:
    assert is_same(Report("a", one), Report("b", other))


@pytest.mark.parametrize(("one", "other"), pairs(OTHER))
def test_two_reports_are_two_however_alike_they_sound(one: str, other: str) -> None:
    assert not is_same(Report("a", one), Report("b", other))


def test_an_agency_that_both_credit_needs_less_likeness() -> None:
    one, other = "Pacific bloc agrees on cable fund", "Pacific bloc sets up fund for undersea cable"
    assert not is_same(Report("a", one), Report("b", other))
    assert is_same(Report("a", one, authors="Reuters"), Report("b", other, outlet="Reuters via The Star"))


def test_reports_of_different_weeks_are_two() -> None:
    title = "Ministers meet in Suva over fishing quotas"
    reports = [Report(key, title, published_on=date(2026, 5, day)) for key, day in (("a", 1), ("b", 3), ("c", 9))]
    assert group(reports) == {"a": 1, "b": 1, "c": 2}


def test_an_editors_decision_stays() -> None:
    title = "Ministers meet in Suva over fishing quotas"
    assert group([Report("a", title), Report("b", title)]) == {"a": 1, "b": 1}
    assert group([Report("a", title), Report("b", title, decision=OWN)]) == {"a": 1, "b": 2}
    assert group([Report("a", title), Report("b", "Quite another story", decision="a")]) == {"a": 1, "b": 1}
    assert group([Report("a", title), Report("b", "Quite another story", decision="gone")]) == {"a": 1, "b": 2}


def test_each_headline_is_read_once_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def words(report: Report) -> list[str]:
        read.append(report.key)
        return report.title.split()

    monkeypatch.setattr(independence, "_words", words)
    reports = [Report(str(number), f"Ministers meet in Suva over quota {number}") for number in range(20)]
    group(reports)
    assert sorted(read) == sorted(report.key for report in reports)
