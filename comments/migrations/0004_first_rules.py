"""The rules a site starts with, and what older replies need for them: what their texts have in common, and a picture.

Backwards, a withdrawn reply becomes a rejected one, and edits and decisions on deleted replies leave the record, which
had no place for them.
"""

from django.db import migrations, models

from comments.likeness import text_digest
from comments.personal_data import keyed_digest

RULES = [
    # name, answer, threshold, days
    ("blocked", "spam", None, None),
    ("honeypot", "hold", None, None),
    ("too_quick", "hold", 2, None),
    ("duplicate", "hold", None, 30),
    ("flooding", "hold", 5, None),
    ("links", "hold", 3, None),
    ("address_in_text", "hold", None, None),
    ("shouting", "hold", 70, None),
    ("learned", "hold", 90, None),
    ("akismet", "spam", None, None),
    ("returning", "approve", 3, 90),
]


def make_rules(apps, schema_editor):
    Rule = apps.get_model("comments", "Rule")
    for position, (name, answer, threshold, days) in enumerate(RULES, 1):
        Rule.objects.create(name=name, position=position, answer=answer, threshold=threshold, days=days)


def remove_rules(apps, schema_editor):
    apps.get_model("comments", "Rule").objects.all().delete()


def describe_replies(apps, schema_editor):
    Comment = apps.get_model("comments", "Comment")
    batch = []
    for reply in Comment.objects.only("body", "email_fingerprint").iterator(chunk_size=1000):
        reply.text_digest = text_digest(reply.body)
        if reply.email_fingerprint:
            reply.identicon = keyed_digest("identicon", reply.email_fingerprint)[:8]
        batch.append(reply)
        if len(batch) == 1000:
            Comment.objects.bulk_update(batch, ["text_digest", "identicon"])
            batch.clear()
    Comment.objects.bulk_update(batch, ["text_digest", "identicon"])


def fit_the_older_record(apps, schema_editor):
    Comment, Decision = apps.get_model("comments", "Comment"), apps.get_model("comments", "Decision")
    Comment.objects.filter(status="withdrawn").update(status="rejected")
    Decision.objects.filter(verdict="withdrawn").update(verdict="rejected")
    Decision.objects.filter(previous="withdrawn").update(previous="rejected")
    Decision.objects.filter(previous=models.F("verdict")).delete()
    Decision.objects.exclude(comment__in=Comment.objects.values("pk")).delete()


class Migration(migrations.Migration):
    dependencies = [("comments", "0003_rules_reports_edits_and_mail")]
    operations = [
        migrations.RunPython(make_rules, remove_rules),
        migrations.RunPython(describe_replies, fit_the_older_record),
    ]
