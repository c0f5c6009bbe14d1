"""Why a page couldn't be read: one family of errors, each with a sentence for the newsroom."""


class LinkError(Exception):
    """A page couldn't be read; its text says why."""


class AddressRefused(LinkError):  # noqa: N818 - a refusal of ours, no error of anybody
    """We don't ask such an address: a private network, another port, a scheme that isn't the web's."""


class HostBusy(LinkError):  # noqa: N818 - it is its turn later
    """Another process is asking the host, or it was asked a moment ago."""


class RobotsForbid(LinkError):  # noqa: N818 - the site's wish, no error
    """The site's robots.txt asks us not to read the page."""


class HostUnreachable(LinkError):  # noqa: N818 - named as the newsroom says it
    """No answer: the name isn't known, the connection is refused, TLS fails, or robots.txt can't be had."""


class TimedOut(HostUnreachable):
    """The time was over before the answer was complete."""


class BadAnswer(HostUnreachable):
    """What came is no HTTP, or can't be unpacked, or leads in a circle."""
