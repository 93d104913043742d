"""Reading the hand-written tables of acts, one for each kind."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from organization.roles import Role

FOLDER = Path(__file__).parent
SYSTEM = "system"
GROUP_SUPERVISOR = "group_supervisor"
ACTORS = (*(str(role.value) for role in Role), SYSTEM, GROUP_SUPERVISOR)


@dataclass(frozen=True)
class Cell:
    """What an act in a state should come to: who may, and the state that follows."""

    roles: frozenset[str] = frozenset()
    to: str = ""


NOBODY = Cell()


@cache
def expected(kind: str) -> dict[tuple[str, str, str], Cell]:
    """The table of a kind by (act, level, state). A row may name several states; "=" leads to the one it is in.

    Raises ValueError for a row that is there twice or names an unknown role.
    """
    text = (FOLDER / f"{kind}_acts.csv").read_text(encoding="utf-8")
    cells: dict[tuple[str, str, str], Cell] = {}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        roles = frozenset(row["roles"].split())
        for state in row["state"].split():
            key = (row["act"], row["level"], state)
            if key in cells or not roles <= set(ACTORS):
                raise ValueError(f"wrong row: {row}")
            cells[key] = Cell(roles, state if row["to"] == "=" else row["to"])
    return cells
