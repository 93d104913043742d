"""A select whose entries are found by typing: Chinese, pinyin or its initials (static/js/pick.js)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.pinyin import spelled


class Pick(forms.Select):
    """A select for long lists. Each option says how its group and its label are spelled; without script it is plain."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        words = {"data-pick": _("Type words or pinyin initials"), "data-nothing": _("Nothing fits")}
        super().__init__(words | (attrs or {}), choices)

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        """Django's groups, each option with its spelling."""
        groups = super().optgroups(name, value, attrs)
        for group, options, _index in groups:
            before = spelled(str(group or ""))
            for option in options:
                if option["value"] not in (None, ""):
                    option["attrs"]["data-pinyin"] = f"{before}/{spelled(str(option['label']))}"
        return groups
