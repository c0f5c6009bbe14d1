"""The health of links: what is told apart, how politely it is found out, and when a failure is believed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles.links import asking, checking
from articles.links.checking import check, check_due_links, check_work
from articles.links.robots import may_read
from articles.models import HostTurn, LinkCheck, Source
from tests.articles.links.web import WORDS, Web, answer, page, redirect
from tests.factories import make_article

pytestmark = pytest.mark.django_db

OTHER_WORDS = " ".join(reversed(WORDS.split()))


def cite(url: str, **fields: Any) -> LinkCheck:
    source = Source(article=make_article(), title="The pier", url=url, **fields)
    source.save()
    return LinkCheck.objects.get(work=source.work)


def look(link: LinkCheck) -> str:
    check(link)
    link.refresh_from_db()
    return link.status


def test_a_page_that_is_there_is_ok(web: Web) -> None:
    web.pages["/pier"] = page()
    link = cite(web.url("/pier"))
    assert look(link) == "ok"
    assert (link.status_code, link.final_url, link.failed_days) == (200, web.url("/pier"), 0)
    assert link.checked_at == link.seen_at
    assert link.next_check_at - timezone.now() > timedelta(days=6)


def test_robots_are_asked_first_then_the_head_then_the_page(web: Web) -> None:
    web.pages["/pier"] = page()
    look(cite(web.url("/pier")))
    assert web.asked[:3] == ["GET /robots.txt", "HEAD /pier", "GET /pier"]


@pytest.mark.parametrize("refusal", [405, 501, 404, 403, 500])
def test_a_server_that_refuses_a_head_is_asked_for_the_page(web: Web, refusal: int) -> None:
    web.pages |= {"/pier": page(), "HEAD /pier": answer(refusal)}
    assert look(cite(web.url("/pier"))) == "ok"


def test_of_a_file_only_the_head_is_asked_for(web: Web) -> None:
    web.pages["/pier.pdf"] = answer(200, b"%PDF", content_type="application/pdf")
    assert look(cite(web.url("/pier.pdf"))) == "ok"
    assert "GET /pier.pdf" not in web.asked


def test_what_has_not_changed_is_not_sent_again(web: Web) -> None:
    web.pages["/pier"] = page(etag='"one"')
    link = cite(web.url("/pier"))
    look(link)
    web.asked.clear()
    web.pages["HEAD /pier"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    assert look(link) == "ok"
    assert web.asked == ["HEAD /pier"]
    assert 'If-None-Match: "one"' in web.heads[-1]


@pytest.mark.parametrize(("status", "found"), [(301, "moved"), (308, "moved"), (302, "ok"), (307, "ok")])
def test_only_a_permanent_redirect_means_that_a_page_has_moved(web: Web, status: int, found: str) -> None:
    web.pages |= {"/pier": redirect("/harbour/pier", status), "/harbour/pier": page()}
    link = cite(web.url("/pier"))
    assert look(link) == found
    assert link.final_url == web.url("/harbour/pier")


@pytest.mark.parametrize("to", ["/pier/", "/pier?utm_source=feed"])
def test_a_slash_or_tracking_is_no_other_page(web: Web, to: str) -> None:
    web.pages |= {"/pier": redirect(to, 301), to: page()}
    assert look(cite(web.url("/pier"))) == "ok"


@pytest.mark.parametrize("home", ["/", "/index.html", "/en/", "/home", "/?from=pier"])
def test_a_redirect_to_the_home_page_is_told(web: Web, home: str) -> None:
    web.pages |= {"/news/pier": redirect(home, 301), home: page("Welcome to our town. " * 30)}
    assert look(cite(web.url("/news/pier"))) == "home"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("404 - Page not found", "Sorry, but nothing is here. Try the search."),
        ("Our town", "The page you are looking for does not exist."),
        ("Seite nicht gefunden", "Bitte suchen Sie weiter."),
    ],
)
def test_a_page_that_says_it_is_not_there_is_a_soft_404(web: Web, title: str, text: str) -> None:
    web.pages["/pier"] = page(text, title=title)
    assert look(cite(web.url("/pier"))) == "soft_404"


def test_a_page_that_any_address_has_is_a_soft_404(web: Web) -> None:
    web.otherwise = page("Here are the ten stories that our readers liked best in this week of the year, have a look.")
    web.pages["/robots.txt"] = answer(404)
    assert look(cite(web.url("/pier"))) == "soft_404"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Body of missing sailor not found", WORDS * 8),
        ("Room 404 of the harbour hotel opens", WORDS),
        ("The pier", "The board said that the plans are not available to us."),
    ],
)
def test_an_article_about_what_was_not_found_is_no_soft_404(web: Web, title: str, text: str) -> None:
    web.pages["/pier"] = page(text, title=title)
    assert look(cite(web.url("/pier"))) == "ok"


def test_a_front_page_that_every_address_shows_is_ok(web: Web) -> None:
    web.otherwise = page()
    web.pages["/robots.txt"] = answer(404)
    assert look(cite(web.url("/"))) == "ok"


def test_small_changes_are_no_change(web: Web) -> None:
    web.pages["/pier"] = page(f"Updated 3 March 2026, 14:02. {WORDS} Advertisement: buy boots today.")
    link = cite(web.url("/pier"))
    look(link)
    web.pages["/pier"] = page(f"Updated 9 April 2026, 08:40. {WORDS} Advertisement: sail to the islands.")
    assert look(link) == "ok"


def test_other_text_is_a_change_until_it_is_accepted(web: Web) -> None:
    web.pages["/pier"] = page()
    link = cite(web.url("/pier"))
    look(link)
    web.pages["/pier"] = page(OTHER_WORDS, title="The pier closes")
    assert look(link) == "changed"
    assert look(link) == "changed"
    link.accept()
    link.refresh_from_db()
    assert look(link) == "ok"


def test_a_page_that_is_accepted_while_it_is_looked_at_stays_accepted(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.pages["/pier"] = page()
    link = cite(web.url("/pier"))
    look(link)
    web.pages["/pier"] = page(OTHER_WORDS, title="The pier closes")

    def slowly(*asked: Any, **how: Any) -> Any:
        LinkCheck.objects.get(pk=link.pk).accept()
        return asking.ask(*asked, **how)

    assert link.take()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(checking, "ask", slowly)
        assert look(link) == "unchecked"
    assert look(link) == "ok"


@pytest.mark.parametrize(
    ("reply", "believed"),
    [(answer(404), "gone"), (answer(410), "gone"), (answer(503), "unreachable"), (b"", "unreachable")],
)
def test_a_failure_is_believed_on_the_third_day(web: Web, time_machine: Any, reply: bytes, believed: str) -> None:
    web.pages |= {"/pier": page(), "/robots.txt": answer(404)}
    link = cite(web.url("/pier"))
    look(link)
    web.pages["/pier"] = reply
    start, found = timezone.now(), []
    for hours in (0, 1, 25, 26, 49, 50):
        time_machine.move_to(start.replace(hour=1) + timedelta(hours=hours), tick=False)
        HostTurn.objects.all().delete()
        found.append(look(link))
    assert found == ["doubtful"] * 4 + [believed] * 2
    assert link.next_check_at - timezone.now() == timedelta(days=1)
    web.pages["/pier"] = page()
    assert look(link) == "ok"
    assert link.failed_days == 0


def test_a_dead_host_is_unreachable_on_the_third_day(settings: Any, time_machine: Any) -> None:
    settings.LINK_CHECK_ALLOWED_HOSTS = ["127.0.0.1:9"]
    link = cite("http://127.0.0.1:9/")
    found = []
    for day in range(3):
        time_machine.move_to(f"2026-03-{day + 1:02}T12:00Z", tick=False)
        HostTurn.objects.all().delete()
        found.append(look(link))
    assert found == ["doubtful", "doubtful", "unreachable"]


@pytest.mark.parametrize("status", [401, 403, 429, 999])
def test_a_server_that_refuses_us_is_no_failure_of_the_link(web: Web, status: int) -> None:
    web.pages["/pier"] = answer(status)
    link = cite(web.url("/pier"))
    assert look(link) == "blocked"
    assert link.failed_days == 0


def test_what_robots_forbid_is_not_asked_for(web: Web) -> None:
    web.pages |= {"/robots.txt": answer(200, b"User-agent: *\nDisallow: /pier"), "/pier": page()}
    link = cite(web.url("/pier"))
    assert look(link) == "forbidden"
    assert (web.asked, link.failed_days) == (["GET /robots.txt"], 0)


def test_robots_that_fail_mean_not_now(web: Web) -> None:
    web.pages |= {"/robots.txt": answer(503), "/pier": page()}
    assert look(cite(web.url("/pier"))) == "doubtful"
    assert web.asked == ["GET /robots.txt"]


def test_robots_are_asked_once_for_many_pages_and_of_redirects_too(web: Web) -> None:
    web.pages |= {f"/{number}": redirect("/private") for number in range(3)}
    web.pages["/robots.txt"] = answer(200, b"User-agent: KiwiGuardLinkCheck\nDisallow: /private")
    assert [look(cite(web.url(f"/{number}"))) for number in range(3)] == ["forbidden"] * 3
    assert web.asked.count("GET /robots.txt") == 1
    assert not any("private" in asked for asked in web.asked)


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/b/c", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?c", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: kiwiguardlinkcheck/2.0\nDisallow: /b", "/a", True),
        ("User-agent: other\nUser-agent: KiwiGuardLinkCheck\nDisallow: /a", "/a", False),
        ("User-agent: other\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /m%C4%81ori", "/m%C4%81ori", False),
        ("User-agent: *\nDisallow: /māori # a note", "/m%C4%81ori/x", False),
        ("\ufeffUSER-AGENT : *\r\nDISALLOW : /a", "/a", False),
        ("Disallow: /", "/a", True),
        ("User-agent: *\nDisallow: /" + "*a" * 2000 + "$", "/" + "a" * 1000, True),
    ],
)
def test_robots_are_read_as_the_standard_says(robots: str, path: str, allowed: bool) -> None:
    assert may_read(robots, path) == allowed


def test_a_host_is_asked_by_one_at_a_time_with_a_pause(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HostTurn, "PAUSE", timedelta(seconds=1))
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        HostTurn.objects.update(free_at=timezone.now() - timedelta(seconds=1))

    monkeypatch.setattr(asking, "sleep", wait)
    web.pages["/pier"] = page()
    look(cite(web.url("/pier")))
    assert web.most_at_once == 1
    assert len(waits) == len(web.asked) - 1


def test_a_host_that_another_process_asks_is_left_for_later(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "CHECK_SECONDS", 0.05)
    HostTurn.objects.take("127.0.0.1")
    link = cite(web.url("/pier"))
    assert look(link) == "unchecked"
    assert web.asked == []
    assert link.next_check_at > timezone.now()


def test_a_redirect_inside_is_not_followed(web: Web) -> None:
    web.pages["/pier"] = redirect("http://169.254.169.254/latest/meta-data/")
    link = cite(web.url("/pier"))
    assert look(link) == "forbidden"
    assert link.final_url == ""


def test_the_address_is_asked_for_as_it_was_cited(web: Web) -> None:
    web.pages["/pier/amp"] = page()
    assert look(cite(web.url("/pier/amp"))) == "ok"
    assert "GET /pier" not in web.asked


def test_the_chore_looks_at_what_is_due_and_cited(web: Web) -> None:
    web.pages |= {"/one": page(), "/two": page()}
    one, two = cite(web.url("/one")), cite(web.url("/two"))
    Source.objects.filter(work=two.work).delete()
    assert check_due_links() == 1
    assert check_due_links() == 0
    one.refresh_from_db()
    assert one.status == "ok"


def test_the_chore_begins_nothing_after_its_time(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "RUN_SECONDS", -1)
    cite(web.url("/one"))
    assert check_due_links() == 0
    assert web.asked == []


def test_two_processes_do_not_look_at_the_same_address(web: Web) -> None:
    link = cite(web.url("/one"))
    same = LinkCheck.objects.get(pk=link.pk)
    assert (link.take(), same.take()) == (True, False)


def test_an_editor_can_have_an_address_looked_at(web: Web) -> None:
    web.pages["/one"] = page()
    link = cite(web.url("/one"))
    check_work.call(link.work_id)
    link.refresh_from_db()
    assert link.status == "ok"


def test_the_command_checks_and_sums_up(web: Web, capsys: pytest.CaptureFixture[str]) -> None:
    web.pages |= {"/one": page(), "/two": answer(403)}
    cite(web.url("/one"))
    cite(web.url("/two"))
    call_command("check_links")
    out, err = capsys.readouterr()
    assert out.splitlines() == ["2 checked", "     1 Online", "     1 Refuses our checks"]
    assert len(err.splitlines()) == 2
    call_command("check_links")
    assert capsys.readouterr().out == "0 checked\n"
    call_command("check_links", "--all", limit=1)
    assert capsys.readouterr().out.startswith("1 checked\n")
    with pytest.raises(CommandError, match="at least 0"):
        call_command("check_links", limit=-1)
