"""docs/rules.md: every rule stands there once, what it names exists, and the tests name the rule that they prove."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

from config.env import BASE_DIR
from tests.repo.sources import tree

TEXT = (BASE_DIR / "docs" / "rules.md").read_text(encoding="utf-8")
RULE = r"[A-Z]{1,2}-\d\d"
NAMED = re.compile(r"`([\w/.]+)::(\w+)`")


def _span(first: int, last: int) -> range:
    return range(first, last + 1)


# The sources leave some numbers out.
STATED = [
    *(f"U-{number:02}" for part in ((1, 48), (50, 58), (60, 64), (80, 84), (88, 91)) for number in _span(*part)),
    *(f"Q-{number:02}" for number in _span(1, 6)),
]


@dataclass(frozen=True)
class Row:
    """One implemented rule."""

    rule: str
    code: tuple[tuple[str, str], ...]
    tests: tuple[tuple[str, str], ...]


def _row(line: str) -> Row:
    rule, _meaning, code, tests = (cell.strip() for cell in line.strip("|").split("|"))
    return Row(rule, tuple(NAMED.findall(code)), tuple(NAMED.findall(tests)))


ROWS = [_row(line) for line in TEXT.splitlines() if re.match(rf"\| {RULE} \|", line)]
LATER = re.findall(RULE, TEXT.split("## Not yet")[1].split("\n\nThe clock")[0])
EVERYTHING_NAMED = sorted(set(NAMED.findall(TEXT)))


def test_every_rule_stands_there_once() -> None:
    told = [row.rule for row in ROWS] + LATER
    assert [rule for rule in told if told.count(rule) > 1] == []
    assert [rule for rule in STATED if rule not in told] == []
    assert [rule for rule in told if rule[0] in "UQ" and rule not in STATED] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule)
def test_a_rule_has_code_and_tests_that_name_it(row: Row) -> None:
    assert row.code
    assert row.tests
    assert [name for file, name in row.tests if not _names(BASE_DIR / "tests" / file, name, row.rule)] == []


@pytest.mark.parametrize("file, name", EVERYTHING_NAMED, ids=lambda text: str(text))
def test_what_is_named_exists(file: str, name: str) -> None:
    path = BASE_DIR / "tests" / file if name.startswith("test_") else BASE_DIR / file
    assert name in _definitions(path)


@cache
def _definitions(path: Path) -> frozenset[str]:
    """Functions, classes and variables of a module, keys of a document."""
    if path.suffix == ".yaml":
        return frozenset(yaml.safe_load(path.read_text(encoding="utf-8")))
    found: set[str] = set()
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(found)


def _names(path: Path, test: str, rule: str) -> bool:
    """Whether a test names the rule: in its name, its lines or the words at the head of its file."""
    function = next(node for node in tree(path).body if isinstance(node, ast.FunctionDef) and node.name == test)
    first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
    lines = path.read_text(encoding="utf-8").splitlines()[first - 1 : function.end_lineno]
    words = "\n".join([ast.get_docstring(tree(path)) or "", *lines])
    letters, number = rule.split("-")
    if re.search(rf"{letters}[-_]?{number}\b|{letters}[-_]?{number}_", words, re.I):
        return True
    spans = re.findall(rf"{letters}-(\d\d) ?… ?{letters}-(\d\d)", words)
    return any(first <= number <= last for first, last in spans)
