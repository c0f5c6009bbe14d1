"""Several machines are one site: what one was told, all show at once, and any of them may die."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPException
from io import BytesIO
from threading import Event

import pytest
import requests
from PIL import Image as PillowImage

from tests.deploy.running import Answer, form_token, until
from tests.stack.conftest import WORKERS, Machine, Stack

pytestmark = pytest.mark.stack


def see(machine: Machine, path: str) -> Answer:
    return machine.get(path, host="localhost")


def post_reply(machine: Machine, article: str, body: str) -> None:
    """Reply as a reader does."""
    page = see(machine, article).text
    found = re.search(r'name="token" value="([^"]+)"', page)
    place = re.search(r'action="(/replies/article/\d+/)"', page)
    assert found
    assert place
    form = {"name": "Aroha", "email": "aroha@hidden.invalid", "website": "", "body": body, "token": found[1]}
    reader = requests.Session()
    reader.trust_env = False
    answer = reader.post(f"{machine.url}{place[1]}", data=form, timeout=20, allow_redirects=False)
    assert answer.status_code == 303


def test_a_reply_posted_at_one_waits_at_the_other_and_shows_at_both_once_approved(stack: Stack, article: str) -> None:
    body = f"Of reader {time.monotonic_ns()}."
    for machine in (stack.one, stack.other) * WORKERS:
        see(machine, article)
    post_reply(stack.one, article, body)
    assert body not in see(stack.other, article).text
    desk = stack.other.staff()
    queue = desk.get(f"{stack.other.url}/moderation/", timeout=20).text
    assert body in queue
    waiting = re.search(r'name="approve" value="(\d+)"', queue)
    assert waiting
    data = {"approve": waiting[1], "csrfmiddlewaretoken": form_token(queue)}
    decided = desk.post(f"{stack.other.url}/moderation/decide/", data=data, timeout=20, allow_redirects=False)
    assert decided.ok
    for machine in (stack.one, stack.other) * WORKERS * 2:
        assert body in see(machine, article).text


def test_a_machine_that_reads_a_copy_answers_in_every_process(stack: Stack, article: str) -> None:
    with stack.reading_a_copy() as machine:
        for _ in range(4 * WORKERS):
            assert "As it was." in see(machine, article).text


def test_staff_are_signed_in_at_every_machine(stack: Stack) -> None:
    desk = stack.one.staff()
    assert desk.get(f"{stack.other.url}/moderation/", timeout=20, allow_redirects=False).status_code == 200


def test_a_picture_uploaded_at_one_is_sent_by_the_other_and_made_smaller_by_the_worker(stack: Stack) -> None:
    file = BytesIO()
    PillowImage.new("RGB", (900, 500), "teal").save(file, "JPEG")
    editor = stack.one.staff("Editor")
    address = f"{stack.one.url}/admin/articles/image/add/"
    form = {"alternative_text": "Teal", "credit": "Tia", "focal_x": "50", "focal_y": "50"}
    form["csrfmiddlewaretoken"] = form_token(editor.get(address, timeout=20).text)
    upload = {"upload": ("teal.jpg", file.getvalue(), "image/jpeg")}
    saved = editor.post(address, data=form, files=upload, timeout=60, allow_redirects=False)
    assert saved.status_code == 302
    names = "from articles.models import *; print(*(made['name'] for made in Image.objects.first().renditions))"
    until(lambda: len(stack.one.do(names).split()) == 6, seconds=60)
    for name in stack.one.do(names).split():
        sent = see(stack.other, f"/media/{name}")
        assert (sent.status, sent.headers["content-type"].split("/")[0]) == (200, "image")
        assert not list(stack.one.folder.rglob(name.rsplit("/", 1)[-1]))


class Readers:
    """Readers who ask all machines for a page all the time, while a desk counts its states up."""

    def __init__(self, stack: Stack, article: str) -> None:
        self.machines, self.article = (stack.one, stack.other), article
        self.told, self.is_over = 0, Event()
        self.wrong: list[str] = []
        self.broken: list[float] = []
        self.answered = 0

    def read(self, number: int) -> None:
        machine = self.machines[number % 2]
        while not self.is_over.is_set():
            least = self.told
            try:
                answer = see(machine, self.article)
            except (OSError, HTTPException):
                self.broken.append(time.monotonic())
                self.is_over.wait(0.2)  # what dies takes connections until the system has closed all that it had open
                continue
            found = re.search(r"State (\d+)\.", answer.text)
            if answer.status != 200 or not found or int(found[1]) < least:
                self.wrong.append(f"{answer.status}: {found and found[0]}, where {least} was told")
            self.answered += 1


READERS = 8


@contextmanager
def readers(stack: Stack, article: str) -> Iterator[Readers]:
    """Have readers read while the block runs, and a desk change what they read."""
    slug = article.strip("/").split("/")[-1]
    code = (
        "import time\n"
        "from articles.models import *\n"
        f"a = Article.objects.get(slug={slug!r})\n"
        "for number in range(1, 101):\n"
        "    a.standfirst = f'State {number}.'\n"
        "    a.save()\n"
        "    print(number, flush=True)\n"
        "    time.sleep(0.05)\n"
    )
    reading = Readers(stack, article)
    with ThreadPoolExecutor(READERS + 1) as pool, stack.other.doing(code) as desk:
        assert desk.stdout
        reading.told = int(desk.stdout.readline())
        asking = [pool.submit(reading.read, number) for number in range(READERS)]
        try:
            yield reading
            for line in desk.stdout:
                reading.told = int(line)
        finally:
            reading.is_over.set()
            for one in asking:
                one.result()


def test_a_worker_that_is_killed_under_load_costs_the_readers_on_it_one_answer(stack: Stack, article: str) -> None:
    before = stack.one.worker_processes()
    with readers(stack, article) as reading:
        stack.one.kill_a_worker()
        killed_at = time.monotonic()
    assert reading.wrong == []
    assert len(reading.broken) <= READERS // 2
    assert all(at - killed_at < 1 for at in reading.broken)
    assert reading.answered > 500
    assert reading.told == 100
    until(lambda: len(stack.one.worker_processes()) == WORKERS, seconds=20)
    assert set(stack.one.worker_processes()) != set(before)


def test_a_redis_that_is_killed_under_load_costs_nobody_anything(stack: Stack, article: str) -> None:
    with readers(stack, article) as reading:
        stack.redis.kill()
    assert (reading.wrong, reading.broken) == ([], [])
    assert reading.told == 100
    post_reply(stack.one, article, "Without Redis.")
    assert see(stack.other, "/healthz").status == 200
