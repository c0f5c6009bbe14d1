"""Fills the site with the article that comes on stdin as JSON, and prints its path."""

import json
import sys

import django

django.setup()

from wagtail.models import Page, Site  # noqa: E402 - only now can models be imported

from wagtail_site.models import ArticlePage, Reply  # noqa: E402

content = json.load(sys.stdin)
page = ArticlePage(title=content["title"], slug="article", standfirst=content["standfirst"], body=content["page"])
Page.objects.get(depth=2).add_child(instance=page)
page.save_revision().publish()
Site.objects.update(hostname="127.0.0.1")
known: list[Reply] = []
for said in content["replies"]:
    parent = known[said["answers"]] if said["answers"] is not None else None
    known.append(Reply.objects.create(page=page, parent=parent, name=said["name"], text=said["text"]))
sys.stdout.write(page.get_url_parts()[2])
