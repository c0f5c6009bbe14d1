"""What stands around the text of every page, rendered once for all that look alike."""

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from articles.models import Section

register = template.Library()


@register.simple_tag(takes_context=True)
def masthead(context: Context, section: Section | None) -> SafeString:
    """Return the name of the site and the way to its sections, of which a page may belong to one."""
    return _part(context, "includes/_masthead.html", section or None)


@register.simple_tag(takes_context=True)
def footer(context: Context) -> SafeString:
    """Return what ends every page."""
    return _part(context, "includes/_footer.html", None)


def _part(context: Context, name: str, section: Section | None) -> SafeString:
    """Return a part of the frame; a page made without a request, for an error, has none and knows no sections."""
    frame = context.get("frame")
    sections = frame.sections if frame else []
    parts: dict[tuple[str, int | None], SafeString] = frame.parts if frame else {}
    key = name, section.pk if section else None
    if key not in parts:
        parts[key] = render_to_string(name, {"site": context["site"], "sections": sections, "section": section})
    return parts[key]
