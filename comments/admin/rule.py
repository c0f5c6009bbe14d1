"""The rules in the admin: a changed rule shows what it would have done before it is switched on."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from articles.admin.lists import BoundedAdmin
from comments.admin.forms import TryForm
from comments.models import Block, LearnedFilter, Rule
from comments.rules.checks import CHECKS
from comments.rules.learning import retrain
from comments.rules.replay import KEPT_NOTHING, replay


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin[Rule]):
    """The rules that look at every reply, in their order: their settings are the site's."""

    fields = ("what_it_does", "is_on", "answer", "position", "threshold", "days")
    readonly_fields = ("what_it_does",)
    list_display = ("__str__", "is_on", "answer", "position", "threshold", "days")
    ordering = ("position", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave new rules to the code."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Rule | None = None) -> bool:
        """Let a rule be switched off instead."""
        return False

    @admin.display(description="what it does")
    def what_it_does(self, rule: Rule) -> str:
        """Return the rule's own sentence."""
        return (CHECKS[rule.name].__doc__ or "").strip()

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Show what a changed rule would have done to past replies, and store it only when that is confirmed."""
        rule = self.get_object(request, object_id) if object_id else None
        if request.method == "POST" and rule and self.has_change_permission(request, rule):
            form = self.get_form(request, rule, change=True)(request.POST, instance=rule)
            wants_try = "_replay" in request.POST or ("_confirmed" not in request.POST and rule_is_on(form))
            if form.is_valid() and wants_try and (form.has_changed() or "_replay" in request.POST):
                return self._show_replay(request, form.instance)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def _show_replay(self, request: HttpRequest, rule: Rule) -> HttpResponse:
        sent = [(name, value) for name, values in request.POST.lists() for value in values]
        context = {
            **self.admin_site.each_context(request),
            "title": f"Try the rule “{rule}”",
            "rule": rule,
            "opts": self.opts,
            "outcome": "" if rule.name in KEPT_NOTHING else str(replay(rule)),
            "sent": [(name, value) for name, value in sent if name not in {"csrfmiddlewaretoken", "_replay"}],
        }
        return TemplateResponse(request, "admin/comments/rule/replay.html", context)


def rule_is_on(form: BaseForm) -> bool:
    """Whether a form would leave its rule switched on."""
    return form.is_valid() and bool(form.cleaned_data.get("is_on"))


@admin.register(Block)
class BlockAdmin(BoundedAdmin[Block]):
    """Blocked words, addresses and networks, with a field that says what a text would match."""

    list_display = ("pattern", "kind")
    list_filter = ("kind",)
    search_fields = ("pattern",)

    def has_change_permission(self, request: HttpRequest, obj: Block | None = None) -> bool:
        """Let an address, of which only a fingerprint is kept, be replaced rather than changed."""
        is_address = obj is not None and obj.kind == Block.Kind.ADDRESS
        return super().has_change_permission(request, obj) and not is_address

    def get_urls(self) -> list[URLPattern]:
        """Add the page that tries the list on a text."""
        own = [path("try/", self.admin_site.admin_view(self.try_out), name="comments_block_try")]
        return own + super().get_urls()

    def try_out(self, request: HttpRequest) -> HttpResponse:
        """Say what a text, an address or a network would match; nothing is stored."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TryForm(request.POST or None)
        context = {
            **self.admin_site.each_context(request),
            "title": "Try the list",
            "opts": self.opts,
            "form": form,
            "matches": form.matches() if form.is_valid() else None,
        }
        return TemplateResponse(request, "admin/comments/block/try.html", context)


@admin.register(LearnedFilter)
class LearnedFilterAdmin(admin.ModelAdmin[LearnedFilter]):
    """What the filter has learned, and how well it does on replies that it hadn't seen."""

    list_display = ("trained_at", "approved", "spam", "percent_right", "percent_caught", "percent_false")
    fields = ("trained_at", "approved", "spam", "percent_right", "percent_caught", "percent_false")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave it to training."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: LearnedFilter | None = None) -> bool:
        """Leave it to training."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LearnedFilter | None = None) -> bool:
        """Leave it to training."""
        return False

    @admin.display(description="right, cross-validated")
    def percent_right(self, learned: LearnedFilter) -> str:
        """Return the share of replies that it judged as people did."""
        return _percent(learned.accuracy)

    @admin.display(description="of the spam, caught")
    def percent_caught(self, learned: LearnedFilter) -> str:
        """Return the share of spam that it recognised."""
        return _percent(learned.caught)

    @admin.display(description="of the good replies, taken for spam")
    def percent_false(self, learned: LearnedFilter) -> str:
        """Return the share of false alarms."""
        return _percent(learned.false_alarms)

    def get_urls(self) -> list[URLPattern]:
        """Add training."""
        own = [path("train/", self.admin_site.admin_view(self.train), name="comments_learnedfilter_train")]
        return own + super().get_urls()

    def train(self, request: HttpRequest) -> HttpResponse:
        """Learn anew from the decisions so far."""
        if request.method != "POST" or not request.user.has_perm("comments.change_rule"):
            raise PermissionDenied
        learned = retrain()
        messages.success(request, f"It has learned from {learned.approved} approved and {learned.spam} spam replies.")
        return HttpResponseRedirect(reverse("admin:comments_learnedfilter_changelist"))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
