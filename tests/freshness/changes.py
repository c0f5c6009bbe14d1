"""Everything that staff and readers can do to what the public sees, each as a function of a number that picks where."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from taggit.models import Tag

from articles import tagging
from articles.models import Article, Author, Correction, Image, KeyPoint, LinkCheck, Section, Source, TagKey, Work
from comments.models import ClosedDiscussion, Comment, Policy, Subscription
from tests.factories import make_approved_reply, make_article, make_author, make_full_article, make_reply, make_section

DO: dict[str, Callable[[int], None]] = {}


def change(function: Callable[[int], None]) -> Callable[[int], None]:
    DO[function.__name__] = function
    return function


def pick(rows: Any, which: int) -> Any:
    """Return one of the rows, or None where there are none."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    return rows.model.objects.get(pk=keys[which % len(keys)]) if keys else None


def words(which: int) -> str:
    return f"words {which} of {timezone.now():%H%M%S%f}"


def begin() -> None:
    """Make a small paper."""
    User.objects.get_or_create(username="moderator", defaults={"is_superuser": True})
    for name in ("Analysis", "Opinion"):
        make_section(name)
    first, second = make_full_article("The first"), make_full_article("The second", section=make_section("Opinion"))
    for hours in (1, 2):
        first.corrections.create(text=f"Number {hours}.", made_at=timezone.now() - timedelta(hours=hours))
    root = make_approved_reply(first)
    make_approved_reply(first, parent=root)
    make_reply(first)
    make_approved_reply(second, about_key_point=second.key_points.first())
    make_article("A draft", status=Article.Status.DRAFT, tags=("ports",))


# Articles


@change
def write_article(which: int) -> None:
    make_article(words(which), tags=("ports", f"tag {which % 3}"), authors=(make_author(f"Author {which % 3}"),))


@change
def write_full_article(which: int) -> None:
    make_full_article(words(which), section=pick(Section.objects, which))


@change
def schedule_article(which: int) -> None:
    at = timezone.now() + timedelta(minutes=1 + which % 3)
    make_full_article(words(which), section=pick(Section.objects, which), published_at=at)


@change
def publish(which: int) -> None:
    if article := pick(Article.objects.exclude(status="published"), which):
        article.publish()


@change
def reschedule(which: int) -> None:
    if article := pick(Article.objects.filter(status="published"), which):
        article.publish(at=timezone.now() + timedelta(minutes=which % 4 - 1))


@change
def withdraw(which: int) -> None:
    if article := pick(Article.objects.filter(status="published"), which):
        article.withdraw(note=words(which))


@change
def unpublish(which: int) -> None:
    if article := pick(Article.objects.filter(status="published"), which):
        article.unpublish()


@change
def edit_article(which: int) -> None:
    if article := pick(Article.objects, which):
        article.title, article.standfirst = words(which), words(which)
        article.body = f"<h2>{words(which)}</h2><p>It begins [1].</p>"
        article.save()
        article.settle()


@change
def move_article(which: int) -> None:
    if article := pick(Article.objects, which):
        article.section = pick(Section.objects, which // 3)
        article.slug = f"address-{article.pk}-{which % 4}"
        article.save()


@change
def update_past_the_models(which: int) -> None:
    if article := pick(Article.objects, which):
        Article.objects.filter(pk=article.pk).update(title=words(which))


@change
def delete_article(which: int) -> None:
    if article := pick(Article.objects.filter(comments=None), which):
        article.delete()


@change
def change_cover(which: int) -> None:
    if article := pick(Article.objects, which):
        article.cover = pick(Image.objects, which) if which % 2 else None
        article.save()


# The chain


@change
def edit_key_point(which: int) -> None:
    if key_point := pick(KeyPoint.objects, which):
        key_point.text = words(which)
        key_point.save()


@change
def delete_key_point(which: int) -> None:
    if key_point := pick(KeyPoint.objects, which):
        article = key_point.article
        key_point.delete()
        article.settle()


@change
def edit_source(which: int) -> None:
    if source := pick(Source.objects, which):
        source.title, source.outlet = words(which), f"Outlet {which % 3}"
        source.save()
        source.article.settle()


@change
def delete_source(which: int) -> None:
    if source := pick(Source.objects, which):
        article = source.article
        source.delete()
        article.settle()


@change
def retract_work(which: int) -> None:
    if work := pick(Work.objects, which):
        work.mark("retracted" if which % 2 else "current", note=words(which))


@change
def lose_link(which: int) -> None:
    if work := pick(Work.objects, which):
        LinkCheck.objects.get_or_create(work=work)
        LinkCheck.objects.filter(work=work).update(status="gone" if which % 2 else "ok")


@change
def correct(which: int) -> None:
    if article := pick(Article.objects, which):
        article.corrections.create(text=words(which), made_at=timezone.now(), is_draft=not which % 3)


@change
def change_correction(which: int) -> None:
    if correction := pick(Correction.objects, which):
        if which % 3:
            correction.text, correction.is_draft = words(which), False
            correction.made_at -= timedelta(minutes=which % 2)
            correction.save()
        else:
            correction.delete()


# What articles share


@change
def rename_author(which: int) -> None:
    if author := pick(Author.objects, which):
        author.name = words(which)
        author.save()


@change
def sign(which: int) -> None:
    article, author = pick(Article.objects, which), pick(Author.objects, which // 2)
    if article and author:
        entry, is_new = article.byline_entries.get_or_create(author=author)
        if not is_new:
            entry.delete()


@change
def rename_section(which: int) -> None:
    section = pick(Section.objects, which)
    section.name, section.slug = f"Part {which} of {section.pk}", f"part-{which}-{section.pk}"
    section.save()


@change
def sort_sections(which: int) -> None:
    section = pick(Section.objects, which)
    section.position = which % 5 + 1
    section.save()


@change
def found_section(which: int) -> None:
    make_section(f"Founded {which}", slug=f"founded-{which}")


@change
def close_section(which: int) -> None:
    if section := pick(Section.objects.filter(articles=None), which):
        section.delete()


@change
def tag(which: int) -> None:
    if article := pick(Article.objects, which):
        article.tags.set(TagKey.objects.tags([f"tag {which % 3}", "ports"][: which % 3]))


@change
def rename_tag(which: int) -> None:
    if known := pick(Tag.objects, which):
        tagging.rename(known, name=f"Renamed {which} {known.pk}", slug=f"renamed-{which}-{known.pk}")


@change
def merge_tags(which: int) -> None:
    one, other = pick(Tag.objects, which), pick(Tag.objects, which + 1)
    if one and one != other:
        tagging.merge([one], into=other)


@change
def delete_tag(which: int) -> None:
    if known := pick(Tag.objects, which):
        Tag.objects.filter(pk=known.pk).delete() if which % 2 else known.delete()


@change
def illustrate(which: int) -> None:
    article, image = pick(Article.objects, which), pick(Image.objects, which // 2)
    if article and image:
        article.body = f'<figure><img src="{image.url}" alt="{words(which)}" data-image="{image.pk}"></figure>'
        article.save()
        article.settle()


@change
def delete_picture(which: int) -> None:
    if image := pick(Image.objects, which):
        image.delete()


@change
def describe_picture(which: int) -> None:
    if image := pick(Image.objects, which):
        image.alternative_text, image.credit = words(which), words(which)
        image.save()


# Replies


@change
def reply(which: int) -> None:
    if article := pick(Article.objects.filter(status="published"), which):
        make_reply(article, parent=pick(article.comments.filter(status="approved"), which) if which % 2 else None)


@change
def decide(which: int) -> None:
    if chosen := pick(Comment.objects.exclude(status="withdrawn"), which):
        verb = ("approve", "reject", "mark_spam")[which % 3]
        getattr(Comment.objects.filter(pk=chosen.pk), verb)(by=User.objects.get(username="moderator"))


@change
def approve_all(which: int) -> None:
    Comment.objects.pending().approve(by=User.objects.get(username="moderator"))


@change
def undo(which: int) -> None:
    if chosen := pick(Comment.objects.filter(decisions__batch__isnull=False).distinct(), which):
        batch = chosen.decisions.exclude(batch=None).first().batch
        Comment.objects.undo(batch, by=User.objects.get(username="moderator"))


@change
def erase(which: int) -> None:
    if chosen := pick(Comment.objects, which):
        Comment.objects.filter(pk=chosen.pk).erase()


@change
def take_back(which: int) -> None:
    if (chosen := pick(Comment.objects, which)) and chosen.is_editable(Policy.current()):
        chosen.withdraw()


@change
def edit_reply(which: int) -> None:
    if chosen := pick(Comment.objects, which):
        moderator = User.objects.get(username="moderator")
        chosen.edit_as_moderator(words(which), by=moderator, version=chosen.version)


@change
def wish_for_mail(which: int) -> None:
    if chosen := pick(Comment.objects, which):
        Subscription.objects.get_or_create(comment=chosen, kind="answers")


@change
def change_policy(which: int) -> None:
    policy = Policy.current()
    policy.order = ("oldest", "newest")[which % 2]
    policy.replies_open = which % 3 > 0
    policy.max_depth = which % 4 + 1
    policy.close_after_days = which % 3
    policy.save()


@change
def close_discussion(which: int) -> None:
    if article := pick(Article.objects, which):
        closed, is_new = ClosedDiscussion.objects.get_or_create(article=article)
        if not is_new:
            closed.delete()
