"""Vendored static libraries are what their record says, with their licence."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from config.env import BASE_DIR

VENDOR = BASE_DIR / "static" / "vendor"
RECORD: list[dict[str, Any]] = json.loads((VENDOR / "VENDOR.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("library", RECORD, ids=lambda library: library["name"])
def test_a_vendored_library_is_unchanged_and_licensed(library: dict[str, Any]) -> None:
    content = (VENDOR / library["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == library["sha256"]
    assert (VENDOR / library["licence_file"]).read_text(encoding="utf-8").strip()
    assert library["licence"]
    assert library["version"] in library["source"]


def test_nothing_is_vendored_without_a_record() -> None:
    recorded = {Path(library[key]) for library in RECORD for key in ("file", "licence_file")} | {Path("VENDOR.json")}
    assert {path.relative_to(VENDOR) for path in VENDOR.rglob("*") if path.is_file()} == recorded
