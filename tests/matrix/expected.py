"""Reading the hand-written table of acts."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from organization.roles import Role

TABLE = Path(__file__).with_name("complaint_acts.csv")
SYSTEM = "system"
ACTORS = (*(str(role.value) for role in Role), SYSTEM)


@dataclass(frozen=True)
class Cell:
    """What an act in a state should come to: who may, and the state that follows."""

    roles: frozenset[str] = frozenset()
    to: str = ""


NOBODY = Cell()


@cache
def expected() -> dict[tuple[str, str, str], Cell]:
    """The table by (act, level, state). Raises ValueError for a row that is there twice or names an unknown role."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    cells: dict[tuple[str, str, str], Cell] = {}
    for row in csv.DictReader(lines):
        key, roles = (row["act"], row["level"], row["state"]), frozenset(row["roles"].split())
        if key in cells or not roles <= set(ACTORS):
            raise ValueError(f"wrong row: {row}")
        cells[key] = Cell(roles, row["to"])
    return cells
