"""A real SMTP server, and the task queue worked off on request."""

import asyncio
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from kiwiguard.worker import run_tasks


class Inbox:
    """What an SMTP server took, each with whom it was for.

    `refusing` makes it answer 451 to everything, and it says that it took a mail `pause` seconds later.
    """

    def __init__(self) -> None:
        self.letters: list[tuple[str, EmailMessage]] = []
        self.refusing = False
        self.pause = 0.0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refusing:
            return "451 Try again later"
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.letters.append((envelope.rcpt_tos[0], message))
        await asyncio.sleep(self.pause)
        return "250 OK"

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]).strip() for _, message in self.letters]

    def text(self, number: int = -1) -> str:
        body = self.letters[number][1].get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    def fetch(self) -> list[str]:
        """Work off the task queue; return the subjects of what came."""
        known = len(self.letters)
        run_tasks()
        return self.subjects[known:]


@pytest.fixture
def inbox(settings: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    # The worker would close the connection that holds the test's own transaction.
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    inbox = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.MAIL_IS_ON = True
    settings.EMAIL_BACKEND = "kiwiguard.smtp.PatientBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield inbox
    server.stop()
