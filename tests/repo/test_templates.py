"""Templates work under the strict Content-Security-Policy and without any other host."""

import re
from pathlib import Path

import pytest

from config.env import BASE_DIR
from scripts import check_templates

TEMPLATES = [
    path for folder in (BASE_DIR / "templates", *BASE_DIR.glob("*/templates")) for path in folder.rglob("*.html")
]
FORBIDDEN = {
    "inline style": re.compile(r"<style|\sstyle="),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*type=.application/json)", re.I),
    "inline handler": re.compile(r"\son[a-z]+=|javascript:", re.I),
    "other host": re.compile(r"(src|href|action)=[\"']?(https?:)?//", re.I),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(BASE_DIR)))
def test_a_template_keeps_to_the_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    is_for_mail = "emails" in path.parts
    assert not [name for name, pattern in FORBIDDEN.items() if pattern.search(text) and not is_for_mail]


def test_every_template_compiles() -> None:
    assert check_templates.main() == 0
