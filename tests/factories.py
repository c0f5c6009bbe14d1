"""A fixed cast: sections, articles, replies and staff, made with what a test doesn't care about filled in."""

from datetime import timedelta
from io import BytesIO
from itertools import count
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone
from PIL import Image as PillowImage

from articles.models import Article, Author, Byline, Image, KeyPoint, Section, Source, TagKey
from comments.models import Comment

_numbers = count(1)

BODY = (
    "<h2>The first part</h2><p>It begins here [1].</p>"
    "<h2>The second part</h2><p>It goes on [2], and on [1].</p>"
    "<h2>The third part</h2><p>It ends.</p>"
)


def make_section(name: str = "Analysis", **fields: Any) -> Section:
    """Return a section; the same for the same name."""
    return Section.objects.get_or_create(slug=fields.pop("slug", name.lower()), defaults={"name": name, **fields})[0]


def make_author(name: str = "Mere Ashworth", **fields: Any) -> Author:
    """Return an author; the same for the same name."""
    slug = name.lower().replace(" ", "-")
    return Author.objects.get_or_create(slug=slug, defaults={"name": name, **fields})[0]


def make_article(
    title: str = "", *, tags: tuple[str, ...] = (), authors: tuple[Author, ...] = (), **fields: Any
) -> Article:
    """Return an article, published yesterday unless `status` says otherwise, without key points or sources."""
    fields.setdefault("status", Article.Status.PUBLISHED)
    if fields["status"] in {Article.Status.PUBLISHED, Article.Status.WITHDRAWN}:
        fields.setdefault("published_at", timezone.now() - timedelta(days=1))
    section = fields.pop("section", None) or make_section()
    article = Article(title=title or f"Article {next(_numbers)}", section=section, **fields)
    article.save()
    article.tags.set(TagKey.objects.tags(tags))
    for author in authors:
        Byline.objects.create(article=article, author=author)
    if tags:
        article.settle()
    return article


def make_full_article(title: str = "A full article", **fields: Any) -> Article:
    """Return an article with everything: two key points, three sources, three headings, byline, tags and a cover."""
    fields.setdefault("body", BODY)
    fields.setdefault("standfirst", "What it finds, in a sentence.")
    article = make_article(title, tags=("shipping", "ports"), authors=(make_author(),), cover=make_image(), **fields)
    for position in (1, 2, 3):
        Source(
            article=article,
            position=position,
            title=f"Source number {position}",
            url=f"https://outlet-{position}.example.org/story",
            outlet=f"Outlet {position}",
        ).save()
    for position in (1, 2):
        key_point = KeyPoint(article=article, position=position, lead=f"Lead {position}", text=f"Point {position}.")
        key_point.save()
        key_point.rest_on([position])
    article.settle()
    return article


def make_image(**fields: Any) -> Image:
    """Return a small picture."""
    file = BytesIO()
    PillowImage.new("RGB", (900, 500), "teal").save(file, "JPEG")
    file.seek(0)
    fields.setdefault("alternative_text", "A teal rectangle")
    image = Image.objects.from_upload(file, **fields)
    image.render()
    return image


def make_reply(article: Article, *, email: str = "", **fields: Any) -> Comment:
    """Return a reply, pending unless `status` says otherwise, from an address that must never be seen."""
    number = next(_numbers)
    fields.setdefault("name", f"Reader {number}")
    fields.setdefault("body", f"Reply number {number}.")
    if fields.get("status", Comment.Status.PENDING) != Comment.Status.PENDING:
        fields.setdefault("decided_at", timezone.now())
    reply = Comment(article=article, **fields)
    reply.email = email or f"reader-{number}@hidden.invalid"
    reply.save()
    return reply


def make_approved_reply(article: Article, **fields: Any) -> Comment:
    """Return a reply that readers see."""
    return make_reply(article, status=Comment.Status.APPROVED, **fields)


def make_approved_replies(article: Article, size: int, *, parent: Comment | None = None) -> None:
    """Make many at once, without decisions: the first is the newest, each other a minute older than that before."""
    now = timezone.now()
    Comment.objects.bulk_create(
        Comment(
            article=article,
            parent=parent,
            root=parent,
            name="N",
            body="B",
            status="approved",
            decided_at=now,
            submitted_at=now - timedelta(minutes=number),
        )
        for number in range(size)
    )


def make_staff(role: str = "", username: str = "", **fields: Any) -> User:
    """Return a member of staff with one of the roles: Writer, Editor, Moderator or Privacy officer."""
    user = User.objects.create_user(username or role.lower().replace(" ", "-") or "nobody", is_staff=True, **fields)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def reply_data(page: str, **fields: str) -> dict[str, str]:
    """Return what a reader sends with the form on a page, token included."""
    token = page.split('name="token" value="')[1].split('"', maxsplit=1)[0]
    filled = {"name": "Aroha", "email": "aroha@hidden.invalid", "website": "", "body": "A thought of my own."}
    return {**filled, "token": token, **fields}
