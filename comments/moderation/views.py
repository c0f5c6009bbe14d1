"""The moderators' desk: the queue, and the decisions on it."""

import hashlib
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
from comments.moderation.queue import MOST_SEARCHED, TABS, Filters, Tab, find, queue_page
from comments.responses import SeeOther
from comments.service_level import service_level

LAST_BATCH = "last_batch"
MOST_AT_ONCE = 1_000
may_moderate = permission_required("comments.moderate_comment", raise_exception=True)


@require_safe
@login_required
@may_moderate
def queue(request: HttpRequest, tab: str = "waiting") -> HttpResponse:
    """Show a tab of the queue."""
    shown = _tab(tab)
    filters = Filters(request.GET, shown)
    page = queue_page(filters)
    first = _path(shown) + filters.query()
    context = {
        "tab": shown,
        "tabs": TABS.values(),
        "filters": filters,
        "query": filters.query(),
        "page": page,
        "most_searched": MOST_SEARCHED,
        "service": service_level(),
        "undo": request.session.get(LAST_BATCH),
        "first": first if filters.behind else "",
        "next": _path(shown) + filters.query(**{"from": str(page.go_on)}) if page.go_on else "",
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
    """Ask, with the count, whether to decide on all that match, up to a number; then do, if it is still the same."""
    shown = _tab(tab)
    filters = Filters(request.GET, shown)
    found = find(filters, MOST_AT_ONCE)
    versions = Comment.objects.filter(pk__in=found.keys).values_list("pk", "version")
    seen = dict(sorted(versions))
    which = hashlib.sha256(str(seen).encode()).hexdigest()
    if request.method == "POST":
        verb = read_verb(request.POST)
        if request.POST.get("which") == which:
            outcome = carry_out(Order(verb, list(seen), seen, note=""), by=staff_user(request))
            _remember(request, outcome)
            _say(request, outcome)
            return SeeOther(_path(shown))
        messages.warning(request, "Meanwhile others match. Please confirm the new number.")
    back = _path(shown) + filters.query()
    context = {"tab": shown, "count": len(seen), "which": which, "query": filters.query(), "back": back}
    return render(request, "moderation/decide_on_all.html", {**context, "is_more": found.go_on is not None})


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


def _path(tab: Tab) -> str:
    return reverse("moderation:queue") if tab.name == "waiting" else reverse("moderation:tab", args=[tab.name])
