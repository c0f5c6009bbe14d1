import hashlib
from urllib.parse import urlsplit

from django.db import migrations
from django.utils.text import slugify

from articles.canonical import canonical_url
from articles.models.chain import make_key


def know_the_sources(apps, schema_editor):
    Source, Work = apps.get_model("articles", "Source"), apps.get_model("articles", "Work")
    for source in Source.objects.iterator(chunk_size=1000):
        url = canonical_url(source.url) if source.url else ""
        identity = url or " | ".join(part.casefold() for part in (source.title, source.authors, source.outlet))
        host = (urlsplit(url).hostname or "")[:255]
        facts = {"url": url, "host": host, "title": source.title, "outlet": source.outlet}
        digest = hashlib.sha256(identity.encode()).hexdigest()
        source.work, _ = Work.objects.get_or_create(identity=digest, defaults=facts)
        source.key = make_key()
        outlet = source.outlet or (urlsplit(source.url).hostname or "").removeprefix("www.").replace(".", " ")
        source.outlet_slug = slugify(outlet)[:120]
        source.save(update_fields=["work", "key", "outlet_slug"])


def name_the_passages(apps, schema_editor):
    for key_point in apps.get_model("articles", "KeyPoint").objects.exclude(passage_anchor="").select_related("article"):
        texts = {heading["id"]: heading["text"] for heading in key_point.article.headings}
        key_point.passage = texts.get(key_point.passage_anchor, "")[:1000]
        key_point.save(update_fields=["passage"])


class Migration(migrations.Migration):

    dependencies = [("articles", "0004_works_keys_and_locators")]

    operations = [
        migrations.RunPython(know_the_sources, migrations.RunPython.noop),
        migrations.RunPython(name_the_passages, migrations.RunPython.noop),
    ]
