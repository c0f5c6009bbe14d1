"""Where the links in our mails lead: each opens a page that asks, and only its button does anything."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from comments.clients import client_address, client_fingerprints
from comments.forms import LinkForm
from comments.limits import HOUR, Limit, TooMany, spend
from comments.linking import send_link_later
from comments.models import Comment, CommentQuerySet, MailChoice, Subscription
from comments.proving import prove
from comments.responses import SeeOther, too_many
from comments.runs import Place, Run
from comments.tokens import Purpose, own_page_path, unseal
from comments.views.own_page import data_file

LINKS_PER_HOUR = 10  # asked for by one client
REPLIES_PER_PAGE = 100
_LISTED = ("name", "submitted_at", "status", "article__title")


# As on one's own page, the signed link is the proof.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether mail is wanted; on the button, confirm it and take the address as proven."""
    replies = Comment.objects.select_related("article__section")
    reply = get_object_or_404(replies, pk=unseal(Purpose.CONFIRM, token), erased_at__isnull=True)
    if request.method == "POST":
        prove(reply)
        return SeeOther(own_page_path(reply))
    context = {"reply": reply, "article": reply.article, "wishes": reply.subscriptions.order_by("kind")}
    return render(request, "comments/confirm.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether a mail should stop; on the button, or a mail program's one click (RFC 8058), stop it."""
    comment, kind = unseal(Purpose.UNSUBSCRIBE, token)
    wish = Subscription.objects.filter(comment=comment, kind=kind)
    if request.method == "POST":
        wish.delete()
    return render(request, "comments/unsubscribe.html", {"is_done": not wish.exists()})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop_moderator_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Ask a moderator whether mail about the queue should stop, and stop it."""
    moderator = get_object_or_404(User, pk=unseal(Purpose.MODERATOR_MAIL, token))
    choice = MailChoice.objects.filter(user=moderator).exclude(often=MailChoice.Often.NEVER)
    if request.method == "POST":
        choice.update(often=MailChoice.Often.NEVER)
    return render(request, "comments/unsubscribe.html", {"is_done": not choice.exists()})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Mail somebody the link to all their replies; the answer is the same whether or not there are any."""
    form = LinkForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "mail_is_on": settings.MAIL_IS_ON}
    if not form.is_valid():
        return render(request, "comments/ask_for_link.html", context, status=422 if form.is_bound else 200)
    try:
        spend(Limit("link", client_fingerprints(client_address(request)), {HOUR: LINKS_PER_HOUR}))
    except TooMany as limit:
        form.add_error(None, "You have asked for many links. Please try again later.")
        return too_many(render(request, "comments/ask_for_link.html", context), limit)
    send_link_later(form.cleaned_data["email"])
    return render(request, "comments/link_sent.html")


@require_safe
def address(request: HttpRequest, token: str) -> HttpResponse:
    """Show somebody who came from our mail what was sent with their address: a page of it, the newest first."""
    behind = Place.read(request.GET.get("from", ""))
    places = Run(_replies(token)).places(REPLIES_PER_PAGE + 1, behind=behind, is_oldest_first=False)
    shown, is_more = places[:REPLIES_PER_PAGE], len(places) > REPLIES_PER_PAGE
    replies = Comment.objects.filter(pk__in=[place.pk for place in shown]).select_related("article")
    context = {
        "links": [(reply, own_page_path(reply)) for reply in replies.only(*_LISTED)],
        "token": token,
        "first": request.path if behind else "",
        "next": f"?{urlencode({'from': shown[-1]})}" if is_more else "",
    }
    return render(request, "comments/address.html", context)


@csrf_exempt
@require_POST
def address_data(request: HttpRequest, token: str) -> StreamingHttpResponse:
    """Hand over all that is held about an address."""
    return data_file(_replies(token))


@csrf_exempt
@require_POST
def address_erase(request: HttpRequest, token: str) -> HttpResponse:
    """Forget an address and all that was sent with it, but for the text of what is published."""
    return render(request, "comments/erased.html", {"count": _replies(token).erase()})


def _replies(token: str) -> CommentQuerySet:
    reply = get_object_or_404(Comment.objects.exclude(email_fingerprint=""), pk=unseal(Purpose.ADDRESS, token))
    return Comment.objects.filter(email_fingerprint=reply.email_fingerprint)
