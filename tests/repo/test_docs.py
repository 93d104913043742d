"""Documents point at things that exist."""

import re
from pathlib import Path

import pytest

from config.env import BASE_DIR
from tests.repo.sources import relative

DOCUMENTS = [*sorted(BASE_DIR.glob("*.md")), *sorted((BASE_DIR / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)#]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_links_lead_somewhere(document: Path) -> None:
    targets = [link for link in LINK.findall(document.read_text(encoding="utf-8")) if "://" not in link]
    assert not [target for target in targets if not (document.parent / target).exists()]


def test_every_decision_is_listed() -> None:
    decisions = {path.name for path in (BASE_DIR / "docs" / "adr").glob("0*.md")}
    listed = set(LINK.findall((BASE_DIR / "docs" / "adr" / "README.md").read_text(encoding="utf-8")))
    assert decisions == listed


def test_every_make_command_of_the_readme_exists() -> None:
    makefile = (BASE_DIR / "Makefile").read_text(encoding="utf-8")
    commands = re.findall(r"\bmake ([a-z-]+)", (BASE_DIR / "README.md").read_text(encoding="utf-8"))
    assert not [command for command in commands if not re.search(rf"^{command}:", makefile, re.M)]
