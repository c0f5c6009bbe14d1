"""Mail by SMTP, in which a mail that was said whole is waited for until the server has taken or refused it.

It may have taken it all the same, so who gives up sends it twice. Everything else is waited for as briefly as
`EMAIL_TIMEOUT` says: a server that hangs holds up all other mail.
"""

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

# RFC 5321, section 4.5.3.2, has ten minutes; two such steps and all others are over before somebody else may send it.
SECONDS_TO_TAKE_A_MAIL = 240.0


class Connection(smtplib.SMTP):
    """A connection to a mail server."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Say a mail, and return what the server answers once it has it."""
        if self.sock:
            self.sock.settimeout(SECONDS_TO_TAKE_A_MAIL)
        try:
            return super().data(msg)
        finally:
            if self.sock:
                self.sock.settimeout(self.timeout)


class ConnectionOverTls(Connection, smtplib.SMTP_SSL):
    """The same, encrypted from its start."""


class PatientBackend(EmailBackend):
    """Sends mail over such connections."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Return what a connection is made of."""
        return ConnectionOverTls if self.use_ssl else Connection
