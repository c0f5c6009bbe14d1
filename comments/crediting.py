"""From a reader's remark to a correction that credits the reader."""

from django.db import transaction
from django.utils import timezone

from articles.models import Article, Correction
from comments.announcing import announce_correction
from comments.models import Comment


@transaction.atomic
def draft_correction(reply: Comment) -> Correction:
    """Return a draft of a correction made from a remark, for an editor to write out; the same one on a second call."""
    if reply.correction is not None:
        return reply.correction
    draft = Correction(
        article=reply.article,
        made_at=timezone.now(),
        text=f"[Draft, from reply {reply.pk}] {reply.body}"[:2000],
        credit=reply.name,
        is_draft=True,
    )
    draft.save()
    Comment.objects.filter(pk=reply.pk).update(correction=draft)
    return draft


def announce_published_corrections(article: Article) -> None:
    """Tell the readers who prompted an article's published corrections; each is told once."""
    for reply in Comment.objects.filter(correction__article=article, correction__is_draft=False):
        announce_correction(reply)
