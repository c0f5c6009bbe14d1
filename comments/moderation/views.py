"""The queue of replies that wait for a moderator, and the decisions on them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from articles.staff import staff_user
from comments.models import Comment, CommentQuerySet
from comments.views import SeeOther

REPLIES_PER_PAGE = 50
VERBS = {
    "approve": (CommentQuerySet.approve, "approved"),
    "reject": (CommentQuerySet.reject, "rejected"),
    "spam": (CommentQuerySet.mark_spam, "filed as spam"),
}
_may_moderate = permission_required("comments.moderate_comment", raise_exception=True)


@require_safe
@login_required
@_may_moderate
def queue(request: HttpRequest, number: int = 1) -> HttpResponse:
    """Show the replies that wait, the oldest first."""
    waiting = Comment.objects.pending()
    start = (number - 1) * REPLIES_PER_PAGE
    rows = list(waiting.with_context().defer(*Comment.PERSONAL).oldest_first()[start : start + REPLIES_PER_PAGE + 1])
    if number > 1 and not rows:
        raise Http404("There is no such page.")
    context = {
        "replies": rows[:REPLIES_PER_PAGE],
        "waiting": waiting.count(),
        "older": _path(number - 1) if number > 1 else "",
        "newer": _path(number + 1) if len(rows) > REPLIES_PER_PAGE else "",
    }
    return render(request, "moderation/queue.html", context)


@require_POST
@login_required
@_may_moderate
def decide(request: HttpRequest) -> HttpResponse:
    """Carry out the verb of the button that was pressed, on its reply or on those that are ticked."""
    verb, chosen = _chosen(request)
    decide_on, done = VERBS[verb]
    if not chosen:
        messages.warning(request, "No reply was ticked.")
        return SeeOther(_path(1))
    count = decide_on(Comment.objects.pending().filter(pk__in=chosen), by=staff_user(request))
    messages.success(request, f"{count} {'reply' if count == 1 else 'replies'} {done}.")
    if count < len(chosen):
        messages.warning(request, f"{len(chosen) - count} had been decided before, and stay as they are.")
    return SeeOther(_path(1))


def _chosen(request: HttpRequest) -> tuple[str, set[int]]:
    for verb in VERBS:
        if verb in request.POST:
            value = request.POST[verb]
            keys = request.POST.getlist("reply") if value == "selected" else [value]
            if not all(key.isdecimal() for key in keys):
                raise BadRequest("A reply is named by its number.")
            return verb, {int(key) for key in keys}
    raise BadRequest("There was no verb among approve, reject and spam.")


def _path(number: int) -> str:
    return reverse("moderation:queue") if number == 1 else reverse("moderation:queue-page", args=[number])
