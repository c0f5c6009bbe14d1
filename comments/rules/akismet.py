"""Akismet (https://akismet.com/developers/), for sites that have a key: asked from the task queue, never by a form.

It is told the text, the name and the page, but neither an e-mail address nor a network address.
"""

from http import HTTPStatus
from http.client import HTTPException
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django_tasks import task

from articles.addresses import absolute
from articles.links.connection import Deadline, connected
from articles.links.errors import LinkError
from articles.links.hosts import target_of
from comments.models import Answer, Comment, Finding, Rule
from comments.models.queryset import Verdict

SECONDS = 5


def ask_later(reply: Comment) -> None:
    """Leave the question to the task queue, if there is a key."""
    if settings.AKISMET_KEY:
        ask.enqueue(reply.pk)


@task()
def ask(pk: int) -> None:
    """Ask about a reply and keep the answer; when Akismet can't be reached, the reply waits as any other does."""
    rule = Rule.objects.in_force().filter(name="akismet").first()
    reply = Comment.objects.pending().select_related("article__section").filter(pk=pk).first()
    if rule is None or reply is None or reply.findings.filter(rule=rule.name).exists() or not _is_spam(reply):
        return
    with transaction.atomic():
        reason = "Akismet takes it for spam."
        position = reply.findings.count() + 1
        Finding.objects.create(comment=reply, position=position, rule=rule.name, answer=rule.answer, reason=reason)
        if rule.answer == Answer.SPAM:
            verdict = Verdict(Comment.Status.SPAM, rule=rule.name, reason=reason)
            Comment.objects.pending().filter(pk=pk).decide(verdict)


def _is_spam(reply: Comment) -> bool:
    question = {
        "api_key": settings.AKISMET_KEY,
        "blog": absolute("/"),
        "user_ip": "0.0.0.0",  # noqa: S104 - it asks for one, and gets none
        "comment_type": "comment",
        "comment_author": reply.name,
        "comment_author_url": reply.website,
        "comment_content": reply.body,
        "permalink": absolute(reply.article.get_absolute_url()),
    }
    try:
        target = target_of(settings.AKISMET_URL)
        headers = {"Host": target.authority, "Content-Type": "application/x-www-form-urlencoded"}
        with connected(target, Deadline(SECONDS)) as connection:
            connection.request("POST", target.path, urlencode(question), headers)
            answer = connection.getresponse()
            return answer.status == HTTPStatus.OK and answer.read().strip() == b"true"
    except (LinkError, HTTPException, OSError):
        return False
