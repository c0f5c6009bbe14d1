"""Addresses that are cited already are watched too; writers and editors may look at the ledger of sources."""

from django.db import migrations

from articles.roles import grant, revoke

LOOKING = ["articles.view_work"]


def watch_links(apps, schema_editor):
    LinkCheck, Work = apps.get_model("articles", "LinkCheck"), apps.get_model("articles", "Work")
    works = Work.objects.exclude(url="").filter(link=None).values_list("pk", flat=True)
    rows = (LinkCheck(work_id=pk) for pk in works.iterator(chunk_size=1000))
    LinkCheck.objects.bulk_create(rows, batch_size=1000)


def show_the_ledger(apps, schema_editor):
    for role in ("Writer", "Editor"):
        grant(apps, role, LOOKING)


def hide_the_ledger(apps, schema_editor):
    for role in ("Writer", "Editor"):
        revoke(apps, role, LOOKING)


class Migration(migrations.Migration):
    dependencies = [("articles", "0011_links_and_turns")]
    operations = [
        migrations.RunPython(watch_links, migrations.RunPython.noop),
        migrations.RunPython(show_the_ledger, hide_the_ledger),
    ]
