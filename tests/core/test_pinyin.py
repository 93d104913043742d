"""What a choice is found by (desk.md: pinyin initials work for categories and units)."""

from __future__ import annotations

import pytest
from django import forms

from core.picks import Pick
from core.pinyin import spelled


@pytest.mark.parametrize(
    "text, syllables",
    [
        ("网络质量", "wang luo|lao zhi liang"),
        ("重庆", "zhong|chong|tong qing"),  # every reading: nobody has to know which one is meant
        ("４Ｇ VIP·客户", "4g vip ke|qia hu"),
        ("女装", "nv|ru zhuang"),
        ("", ""),
        ("——　（）<b>", "b"),
    ],
)
def test_a_text_is_spelled_with_every_reading(text: str, syllables: str) -> None:
    assert spelled(text) == syllables


def test_each_option_says_how_its_group_and_its_label_are_spelled() -> None:
    field = forms.ChoiceField(choices=[("", "—"), ("江苏", [("7", "网络部")])], widget=Pick)
    shown = str(field.widget.render("unit", "7"))
    assert 'data-pinyin="jiang su/wang luo|lao bu|pou"' in shown
    assert shown.count("data-pinyin") == 1  # nobody looks for “none”
