"""The project's own Python files, for the tests that look at the sources themselves."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from config.env import BASE_DIR

APPS = ("accounts", "appeals", "complaints", "core", "demo", "escalations", "organization", "reporting", "tickets")
FOLDERS = (*APPS, "config", "scripts", "tests")


def relative(path: Path) -> str:
    """The path inside the project, with forward slashes."""
    return path.relative_to(BASE_DIR).as_posix()


def python_files(*folders: str) -> Iterator[Path]:
    """Every Python file in the named folders of the project, migrations left out."""
    for folder in folders or FOLDERS:
        yield from (path for path in sorted((BASE_DIR / folder).rglob("*.py")) if "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of names and attributes, without what is called or indexed in between."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
