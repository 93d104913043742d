"""The colours of a page, for every page of ours and the admin's."""

from __future__ import annotations

from typing import Any

from django import template

from core.look import chosen_look

register = template.Library()


@register.inclusion_tag("_partials/look.html", takes_context=True)
def look(context: dict[str, Any]) -> dict[str, Any]:
    """The style sheets of the look that the person chose."""
    return {"look": chosen_look(context.get("request"))}
