"""The page of one's own: what became of a reply, and what its author may still do."""

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles.richtext import render_reply
from comments.clients import client_address
from comments.forms import EditForm
from comments.held import held
from comments.identicons import identicon
from comments.limits import TooMany
from comments.models import Comment, CommentQuerySet, Policy, Subscription, TooLate
from comments.receiving import edit_and_judge, subscribe
from comments.responses import SeeOther, too_many
from comments.service_level import usual_wait
from comments.tokens import Purpose, unseal


def owned_comment(token: str) -> Comment:
    """Return the reply that a link to an own page is for; raises Http404 if it is forged or old, or the reply gone."""
    replies = Comment.objects.select_related("article__section", "parent", "correction")
    reply: Comment | None = replies.filter(pk=unseal(Purpose.OWN_PAGE, token)).first()
    if reply is None:
        raise Http404("This link is not valid, or no longer.")
    return reply


@require_safe
def own_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the author of a reply what became of it."""
    reply = owned_comment(token)
    decision = reply.decisions.exclude(note="").first()
    context = {
        "reply": reply,
        "article": reply.article,
        "token": token,
        "policy": Policy.current(),
        "is_editable": reply.is_editable(Policy.current()),
        "note": decision.note if decision and decision.verdict == reply.status else "",
        "was_decided_by_person": reply.decisions.filter(actor__isnull=False).exists(),
        "usual_wait": usual_wait(),
        "identicon": identicon(reply.identicon),
        "mail": [(kind.value, kind.label, reply.subscriptions.filter(kind=kind).first()) for kind in Subscription.Kind],
        "mail_is_on": settings.MAIL_IS_ON,
    }
    return render(request, "comments/own_page.html", context)


# The signed link is the proof: whoever holds it wrote the reply. There is no session that a stranger could use.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, token: str) -> HttpResponse:
    """Show or take the form that changes a reply's text."""
    reply = owned_comment(token)
    if not reply.is_editable(Policy.current()):
        return _too_late(request, reply, token)
    initial = {"body": reply.proposed_body or reply.body}
    form = EditForm(request.POST or None, instance=Comment(article=reply.article), initial=initial)
    context = {"form": form, "reply": reply, "article": reply.article, "token": token}
    if form.is_valid() and reply.email and reply.email.casefold() in form.cleaned_data["body"].casefold():
        form.add_error("body", "This holds your e-mail address, and would be published.")
    if not form.is_valid():
        return render(request, "comments/edit.html", context, status=422 if form.is_bound else 200)
    if "preview" in request.POST:
        return render(request, "comments/edit.html", context | {"preview": render_reply(form.cleaned_data["body"])})
    try:
        edit_and_judge(reply, form.cleaned_data["body"], address=client_address(request))
    except TooLate:
        return _too_late(request, reply, token)
    except TooMany as limit:
        form.add_error("body", f"Those were many edits. Please try again in {limit.retry_after} seconds.")
        return too_many(render(request, "comments/edit.html", context), limit)
    return SeeOther(reverse("comments:own-page", args=[token]))


@csrf_exempt
@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Take the reply back."""
    reply = owned_comment(token)
    try:
        reply.withdraw()
    except TooLate:
        return _too_late(request, reply, token)
    return SeeOther(reverse("comments:own-page", args=[token]))


@csrf_exempt
@require_POST
@transaction.atomic
def choose_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what mail its author wants; an address that isn't proven gets one mail that asks."""
    reply, wanted = owned_comment(token), set(request.POST.getlist("mail"))
    if reply.erased_at:
        raise Http404("Nothing is held with this reply any more.")
    if not wanted <= set(Subscription.Kind.values):
        raise BadRequest("There is no mail of that kind.")
    reply.subscriptions.exclude(kind__in=wanted).delete()
    new = wanted - set(reply.subscriptions.values_list("kind", flat=True))
    if reply.proven_at:
        now = timezone.now()
        Subscription.objects.bulk_create(Subscription(comment=reply, kind=kind, confirmed_at=now) for kind in new)
    else:
        subscribe(reply, [Subscription.Kind(kind) for kind in sorted(new)])
    return SeeOther(reverse("comments:own-page", args=[token]))


@csrf_exempt
@require_POST
def data(request: HttpRequest, token: str) -> StreamingHttpResponse:
    """Hand over what is held with this reply; only for a POST, so that nothing follows a link to it."""
    return data_file(Comment.objects.filter(pk=owned_comment(token).pk))


@csrf_exempt
@require_POST
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """Forget who wrote the reply, for good."""
    reply = owned_comment(token)
    Comment.objects.filter(pk=reply.pk).erase()
    return render(request, "comments/erased.html", {"count": 1})


def data_file(replies: CommentQuerySet) -> StreamingHttpResponse:
    """Return what is held with some replies as a file."""
    response = StreamingHttpResponse(held(replies), content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="personal-data.json"'
    return response


def _too_late(request: HttpRequest, reply: Comment, token: str) -> HttpResponse:
    context = {"article": reply.article, "token": token, "text": request.POST.get("body", "")}
    return render(request, "comments/too_late.html", context, status=403)
