"""The moderators' desk: the queue, and the decisions on it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles.staff import staff_user
from comments.models import Comment
from comments.moderation.deciding import Order, Outcome, carry_out, read_order, read_verb
from comments.moderation.queue import TABS, Filters, Tab, queue_page
from comments.responses import SeeOther
from comments.service_level import service_level

LAST_BATCH = "last_batch"
may_moderate = permission_required("comments.moderate_comment", raise_exception=True)


@require_safe
@login_required
@may_moderate
def queue(request: HttpRequest, tab: str = "waiting", number: int = 1) -> HttpResponse:
    """Show a tab of the queue."""
    shown = _tab(tab)
    filters = Filters(request.GET, shown)
    page = queue_page(filters, number=number)
    if number > 1 and not page.groups:
        raise Http404("There is no such page.")
    context = {
        "tab": shown,
        "tabs": TABS.values(),
        "filters": filters,
        "query": filters.query(),
        "page": page,
        "service": service_level(),
        "undo": request.session.get(LAST_BATCH),
        "previous": _path(shown, number - 1) + filters.query() if number > 1 else "",
        "next": _path(shown, number + 1) + filters.query() if page.has_more else "",
    }
    return render(request, "moderation/queue.html", context)


@require_POST
@login_required
@may_moderate
def decide(request: HttpRequest) -> HttpResponse:
    """Carry out the verb of the button that was pressed, on its reply or on those that are ticked."""
    order = read_order(request.POST)
    outcome = carry_out(order, by=staff_user(request))
    _remember(request, outcome)
    if request.headers.get("X-Requested-With") == "fetch":
        said = [str(outcome)] if order.chosen else []
        return JsonResponse({"said": said, "missed": outcome.missed, "decided": outcome.decided})
    if not order.chosen:
        messages.warning(request, "No reply was ticked.")
        return SeeOther(_return_path(request))
    _say(request, outcome)
    return SeeOther(_return_path(request) + _next_anchor(list(order.seen), order.chosen))


@require_POST
@login_required
@may_moderate
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last decision back."""
    last = request.session.pop(LAST_BATCH, None)
    if last is None:
        messages.warning(request, "There is nothing to undo.")
        return SeeOther(_return_path(request))
    count = Comment.objects.undo(UUID(last["batch"]), by=staff_user(request))
    messages.success(request, f"Undone: {count} {'reply' if count == 1 else 'replies'} as before.")
    return SeeOther(_return_path(request))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@may_moderate
def decide_on_all(request: HttpRequest, tab: str) -> HttpResponse:
    """Ask, with the count, whether to decide on all replies that match; then do, if the count still holds."""
    shown = _tab(tab)
    filters = Filters(request.GET, shown)
    matching = filters.replies()
    count = matching.count()
    if request.method == "POST":
        verb, seen = read_verb(request.POST), dict(matching.values_list("pk", "version"))
        if request.POST.get("count") == str(len(seen)):
            outcome = carry_out(Order(verb, list(seen), seen, note=""), by=staff_user(request))
            _remember(request, outcome)
            _say(request, outcome)
            return SeeOther(_path(shown, 1))
        count = len(seen)
        messages.warning(request, "Meanwhile their number has changed. Please confirm the new one.")
    context = {"tab": shown, "count": count, "query": filters.query(), "back": _path(shown, 1) + filters.query()}
    return render(request, "moderation/decide_on_all.html", context)


def _remember(request: HttpRequest, outcome: Outcome) -> None:
    if outcome.decided:
        request.session[LAST_BATCH] = {"batch": str(outcome.batch), "what": str(outcome)}


def _say(request: HttpRequest, outcome: Outcome) -> None:
    messages.success(request, str(outcome))
    for sentence in outcome.missed:
        messages.warning(request, sentence)


def _next_anchor(seen: list[int], chosen: list[int]) -> str:
    """Return the anchor of the reply after the last decided one, where the eye and the keyboard go on."""
    if not chosen or chosen[-1] not in seen:
        return ""
    rest = seen[seen.index(chosen[-1]) + 1 :]
    return f"#reply-{rest[0]}" if rest else ""


def _return_path(request: HttpRequest) -> str:
    path = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(path, allowed_hosts=None) and path.startswith("/moderation/")
    return path if is_ours else reverse("moderation:queue")


def _tab(name: str) -> Tab:
    if name not in TABS:
        raise Http404("There is no such tab.")
    return TABS[name]


def _path(tab: Tab, number: int) -> str:
    if number > 1:
        return reverse("moderation:tab-page", args=[tab.name, number])
    return reverse("moderation:queue") if tab.name == "waiting" else reverse("moderation:tab", args=[tab.name])
