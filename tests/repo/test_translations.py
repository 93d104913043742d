"""Compiled catalogues are committed (a bare machine has no msgfmt) and are what their sources compile to."""

from pathlib import Path

import polib
import pytest

from config.env import BASE_DIR

CATALOGUES = sorted((BASE_DIR / "locale").rglob("*.po"))


def test_there_is_a_catalogue() -> None:
    assert CATALOGUES


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_a_compiled_catalogue_equals_its_source(path: Path) -> None:
    compiled = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in polib.mofile(str(path.with_suffix(".mo")))}
    source = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in polib.pofile(str(path)).translated_entries()}
    assert compiled == source
