"""Several hundred hostile texts and names, on every page that shows them, in a real browser."""

from itertools import product

import pytest
from playwright.sync_api import Dialog, Page

from comments.models import Comment
from comments.tokens import own_page_path
from tests.factories import make_approved_reply, make_article, make_reply, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

RUN = "document.title='HACKED'"
PAYLOADS = [
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg/onload={RUN}>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
    f"<math><mi xlink:href='javascript:{RUN}'>x",
    f"<details open ontoggle={RUN}>",
    f"<body onpageshow={RUN}>",
    f"<style>@import 'javascript:{RUN}'</style>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"<template><script>{RUN}</script></template>",
    f"<textarea autofocus onfocus={RUN}>",
    f"<a href='javascript:{RUN}'>x</a>",
    f"<form><button formaction='javascript:{RUN}'>x",
    f"<base href='javascript:{RUN}//'>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    f"<object data='javascript:{RUN}'>",
    f"<input onfocus={RUN} autofocus>",
    f"[x](javascript:{RUN})",
    f"[x](<javascript:{RUN}>)",
    f"[x](java\tscript:{RUN})",
    f"[x](&#106;avascript:{RUN})",
    f"[x](data:text/html,<script>{RUN}</script>)",
    f'![x](x" onerror="{RUN})',
    f'[x](http://a.example/"onmouseover="{RUN})',
    f'http://a.example/"onmouseover={RUN}',
    f"<http://a.example/'onclick='{RUN}>",
    f"`</code><script>{RUN}</script>`",
    f'~~~"><script>\n</pre><script>{RUN}</script>\n~~~',
    f"</div></article></li></ol></section><script>{RUN}</script>",
    f"{{{{ constructor.constructor('{RUN}')() }}}}",
    f"{{% load x %}}<script>{RUN}</script>",
]
WRAPPERS = [
    "{}",
    "> {}",
    "- {}",
    "**{}**",
    "\"'>{}",
    "</textarea></script>{}",
    "<!--{}-->",
    "\u202e{}\u2066",
    "*{}* *{}* *{}*",
]
LAYOUT = [
    "W" * 3000,
    "a" + "\u0336\u0489" * 2000,
    "x" + "\u202e\u2067" * 500,
    "\ufdfd" * 300,
    "👩\u200d" * 900,
    "x" + "\n" * 2000 + "x",
]
TEXTS = [wrapper.replace("{}", payload) for payload, wrapper in product(PAYLOADS, WRAPPERS)] + LAYOUT


def test_no_text_or_name_runs_or_breaks_out(page: Page, site: str, problems: list[str]) -> None:
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    article = make_article("The subject")
    replies = [make_approved_reply(article, body=text, name=f"x{text}"[:80]) for text in TEXTS]
    assert len(replies) > 290
    waiting = [make_reply(article, body=text, name=f"x{text}"[:80]) for text in TEXTS[::6]]
    pages = -(-len(TEXTS) // 50)
    first = article.get_absolute_url()
    paths = [first, *(f"{first}replies/page/{number}/" for number in range(2, pages + 1))]
    paths += [f"/replies/answer/{replies[0].pk}/", own_page_path(replies[1]), own_page_path(waiting[0])]
    make_staff("Moderator", "mod", password="a-long-enough-password")
    for path in [*paths, "/moderation/"]:
        page.goto(f"{site}{path}")
        if path == "/moderation/":
            page.get_by_label("Username").fill("mod")
            page.get_by_label("Password").fill("a-long-enough-password")
            page.get_by_role("button", name="Log in").click()
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert "HACKED" not in page.title(), path
        inside = "main .reply, main .waiting-reply, main .quoted"
        foreign = f":is({inside}) :is(script, img, iframe, svg:not(.identicon), style, form, object, math, base, meta)"
        assert page.locator(foreign).count() == 0, path
        assert page.locator("main [onerror], main [onload], main [onclick], main [onfocus]").count() == 0
        shown = "[...document.querySelectorAll('.reply a, .waiting-reply a, .quoted a')]"
        odd = f"{shown}.filter(a => !/^https?:$/.test(a.protocol)).length"
        assert page.evaluate(odd) == 0, path
    assert dialogs == []
    assert problems == []
    assert Comment.objects.count() == len(replies) + len(waiting)
