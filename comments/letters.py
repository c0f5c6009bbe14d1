"""What each notice says. A letter that is no longer true when it would go is not written."""

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from articles.addresses import absolute
from comments.models.mail import Notice, Subscription
from comments.tokens import Purpose, seal

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from comments.models.comment import Comment


LINE = 72  # characters


@dataclass(frozen=True)
class Letter:
    """A mail: its subject, its paragraphs, one link with what to call it, and where to unsubscribe, if that fits."""

    subject: str
    paragraphs: list[str]
    link: str
    link_text: str
    unsubscribe: str = ""

    def as_text(self) -> str:
        """Return the letter as plain text, in lines that every mail program shows."""
        parts = [textwrap.fill(paragraph, LINE) for paragraph in self.paragraphs]
        parts.append(f"{self.link_text}:\n{self.link}")
        if self.unsubscribe:
            parts.append(f"No more of these mails:\n{self.unsubscribe}")
        parts.append(f"-- \n{settings.SITE_NAME}\n{absolute('/')}")
        return "\n\n".join(parts) + "\n"


def compose(notice: Notice) -> Letter | None:
    """Return the letter for a notice; None if there is nothing to say any more."""
    return _WRITERS[Notice.Kind(notice.kind)](notice)


def _confirm(notice: Notice) -> Letter | None:
    reply = _reader(notice)
    wishes = [str(wish) for wish in reply.subscriptions.filter(confirmed_at__isnull=True).order_by("kind")]
    if not wishes:
        return None
    from_page = _page(Purpose.CONFIRM, reply.pk)
    return Letter(
        subject=f"Please confirm: mail about your reply to “{reply.article.title}”",
        paragraphs=[
            f"Somebody, most likely you, replied under “{reply.article.title}” with this address.",
            f"They asked for mail about {' and '.join(wishes)}. Nothing more is sent until you confirm.",
            "If it wasn't you, leave this unanswered: the wish is then deleted.",
        ],
        link=from_page,
        link_text="Confirm on this page",
    )


def _link(notice: Notice) -> Letter:
    reply = _reader(notice)
    return Letter(
        subject="The link to your replies",
        paragraphs=[
            "Somebody, most likely you, asked for the link to the replies that were sent with this address.",
            "It works for a day. On that page you can see, download and erase what the site holds about you.",
        ],
        link=_page(Purpose.ADDRESS, reply.pk),
        link_text="Open the page of your replies",
    )


def _decided(notice: Notice) -> Letter | None:
    reply, decision = _reader(notice), notice.decision
    wish = _wish(reply, Subscription.Kind.DECISION)
    if wish is None or decision is None or reply.latest_verdict != decision or not reply.article.is_published:
        return None
    published = reply.is_visible
    return Letter(
        subject=f"Your reply to “{reply.article.title}” {'is' if published else 'was not'} published",
        paragraphs=[
            "A moderator has decided on your reply. " + ("It is published." if published else "It was not published.")
        ],
        link=absolute(reply.get_absolute_url()) if published else _page(Purpose.OWN_PAGE, reply.pk),
        link_text="See it under the article" if published else "See your reply and the decision",
        unsubscribe=_page(Purpose.UNSUBSCRIBE, [wish.comment_id, wish.kind]),
    )


def _answered(notice: Notice) -> Letter | None:
    reply, answer = _reader(notice), notice.about
    wish = _wish(reply, Subscription.Kind.ANSWERS)
    if wish is None or answer is None or not answer.is_visible or not reply.article.is_published:
        return None
    return Letter(
        subject=f"An answer to your reply to “{reply.article.title}”",
        paragraphs=["An answer to your reply was published."],
        link=absolute(answer.get_absolute_url()),
        link_text="Read it under the article",
        unsubscribe=_page(Purpose.UNSUBSCRIBE, [wish.comment_id, wish.kind]),
    )


def _corrected(notice: Notice) -> Letter | None:
    reply = _reader(notice)
    wish = _wish(reply, Subscription.Kind.DECISION)
    if wish is None or reply.correction is None or reply.correction.is_draft or not reply.article.is_published:
        return None
    return Letter(
        subject=f"“{reply.article.title}” was corrected, thanks to you",
        paragraphs=["You pointed something out under this article. The correction is published, and credits you."],
        link=absolute(f"{reply.article.get_absolute_url()}#correction-{reply.correction.pk}"),
        link_text="Read the correction",
        unsubscribe=_page(Purpose.UNSUBSCRIBE, [wish.comment_id, wish.kind]),
    )


def _waiting(notice: Notice) -> Letter | None:
    moderator, reply = _moderator(notice), notice.about
    if reply is None or reply.status != "pending" or not moderator.has_perm("comments.moderate_comment"):
        return None
    return Letter(
        subject=f"A reply waits under “{reply.article.title}”",
        paragraphs=["A new reply waits for a moderator."],
        link=f"{absolute(reverse('moderation:queue'))}#reply-{reply.pk}",
        link_text="Open the queue",
        unsubscribe=_page(Purpose.MODERATOR_MAIL, moderator.pk),
    )


def _digest(notice: Notice) -> Letter | None:
    moderator = _moderator(notice)
    if not moderator.has_perm("comments.moderate_comment"):
        return None
    return Letter(
        subject="Replies wait for a moderator",
        paragraphs=["There are replies in the queue that nobody has decided on."],
        link=absolute(reverse("moderation:queue")),
        link_text="Open the queue",
        unsubscribe=_page(Purpose.MODERATOR_MAIL, moderator.pk),
    )


_WRITERS = {
    Notice.Kind.CONFIRM: _confirm,
    Notice.Kind.LINK: _link,
    Notice.Kind.DECIDED: _decided,
    Notice.Kind.ANSWERED: _answered,
    Notice.Kind.CORRECTED: _corrected,
    Notice.Kind.WAITING: _waiting,
    Notice.Kind.DIGEST: _digest,
}


def _reader(notice: Notice) -> "Comment":
    assert notice.reader is not None  # noqa: S101 - a constraint of the table: these kinds go to a reader
    return notice.reader


def _moderator(notice: Notice) -> "User":
    assert notice.moderator is not None  # noqa: S101 - a constraint of the table: these kinds go to a moderator
    return notice.moderator


def _wish(reply: "Comment", kind: Subscription.Kind) -> Subscription | None:
    return reply.subscriptions.filter(kind=kind, confirmed_at__isnull=False).first()


def _page(purpose: Purpose, value: Any) -> str:
    return absolute(reverse(f"comments:{purpose}", args=[seal(purpose, value)]))
