"""Vendored libraries and fonts are what their record says, with their licence."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from config.env import BASE_DIR

# A folder of what others made: its record, by its path.
RECORDS: dict[Path, list[dict[str, Any]]] = {
    folder: json.loads((folder / "VENDOR.json").read_text(encoding="utf-8"))
    for folder in (
        BASE_DIR / "static" / "vendor",
        BASE_DIR / "core" / "fonts",
        BASE_DIR / "tests" / "browser" / "vendor",
    )
}
PARTS = [(folder, part) for folder, record in RECORDS.items() for part in record]


@pytest.mark.parametrize("folder, part", PARTS, ids=lambda value: value["name"] if isinstance(value, dict) else "")
def test_what_is_vendored_is_unchanged_and_licensed(folder: Path, part: dict[str, Any]) -> None:
    content = (folder / part["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == part["sha256"]
    assert (folder / part["licence_file"]).read_text(encoding="utf-8").strip()
    assert part["licence"]
    assert part["version"] in part["source"]


@pytest.mark.parametrize("folder", RECORDS, ids=lambda folder: folder.name)
def test_nothing_is_vendored_without_a_record(folder: Path) -> None:
    recorded = {Path(part[key]) for part in RECORDS[folder] for key in ("file", "licence_file")} | {Path("VENDOR.json")}
    assert {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} == recorded
