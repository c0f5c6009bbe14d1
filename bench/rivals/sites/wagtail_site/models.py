"""An article with its replies, in the words of Wagtail's tutorial."""

from typing import Any

from django.db import models
from wagtail.fields import RichTextField
from wagtail.models import Page


class ArticlePage(Page):
    """An article, with the text that its editor typed."""

    standfirst = models.TextField(blank=True)
    body = RichTextField(blank=True)

    template = "article.html"

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the replies, threaded."""
        threads: list[Reply] = []
        known: dict[int, Reply] = {}
        for reply in self.replies.order_by("pk"):
            reply.answers = []
            known[reply.pk] = reply
            (known[reply.parent_id].answers if reply.parent_id else threads).append(reply)
        return {**super().get_context(request, *args, **kwargs), "threads": threads}


class Reply(models.Model):
    """A reader's reply."""

    page = models.ForeignKey(ArticlePage, on_delete=models.CASCADE, related_name="replies")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
