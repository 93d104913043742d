"""Habits that no linter knows: one clock, short files, spoken functions, nothing left half done."""

import ast
import importlib.util
import inspect
import re
from pathlib import Path

import pytest

from config.env import BASE_DIR
from tests.repo.sources import APPS, FOLDERS, dotted, python_files, relative, tree

MAX_LINES = 400
TEXT_SUFFIXES = {".py", ".html", ".css", ".js", ".yaml", ".md", ".toml", ".txt"}
OTHER_CLOCKS = re.compile(
    r"(timezone\.(now|localdate)|datetime\.(now|today|utcnow)|date\.today|time\.time|functions\.Now|^Now)$"
)
# What is read from here must be explained: it is what the other rooms build on.
SPOKEN = re.compile(
    r"^(core/|[a-z]+/(domain|services|scheme)(/|\.py)|[a-z]+/(workflow|selectors|grants|querysets)\.py)"
)


def calls(path: Path) -> list[tuple[int, str]]:
    """Line and dotted name of every call in a file."""
    return [(node.lineno, dotted(node.func)) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def test_now_comes_only_from_the_clock() -> None:
    found = [
        f"{relative(path)}:{line} {name}"
        for path in python_files(*APPS, "config")
        if relative(path) != "core/clock.py"
        for line, name in calls(path)
        if OTHER_CLOCKS.search(name)
    ]
    assert not found, "Use core.clock.now()"


def test_the_kernel_names_no_kind_of_the_higher_rooms() -> None:
    """Another kind touches its own app and `tickets/states.py` (ADR 0012); roles are the organization's words too."""
    found = [
        f"{relative(path)}:{number} {line.strip()}"
        for path in python_files("tickets")
        if relative(path) != "tickets/states.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"escalat|appeal", line, re.IGNORECASE)
    ]
    assert not found, "Say it by kind, role or act: tickets.tracks, tickets.actions"


def test_no_field_stamps_itself() -> None:
    """auto_now asks Django's clock, which nobody can hold."""
    found = [
        f"{relative(path)}:{node.lineno}"
        for path in python_files(*APPS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add")
    ]
    assert not found, "Use default=core.clock.now"


def test_tickets_are_never_loaded_in_part() -> None:
    """`.only()` without `kind` gives the base class instead of the proxy (architecture, One table). The document of a
    scheme may stay where it is: it is no part of a ticket."""
    found = [
        f"{relative(path)}:{node.lineno}"
        for path in python_files(*APPS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func).endswith((".only", ".defer"))
        if not all(
            isinstance(name, ast.Constant) and str(name.value).endswith("scheme_version__content") for name in node.args
        )
    ]
    assert not found, "Load whole tickets, or use values()"


def test_files_stay_short() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert not {name: length for name, length in lengths.items() if length > MAX_LINES}


def test_nothing_is_left_half_done() -> None:
    marks = re.compile(r"\b(TO" r"DO|FIX" r"ME|X{3}|HA" r"CK)\b")
    folders = [*FOLDERS, "templates", "static/css", "static/js", "docs"]
    files = [path for folder in folders for path in (BASE_DIR / folder).rglob("*") if path.suffix in TEXT_SUFFIXES]
    assert not [relative(path) for path in files if marks.search(path.read_text(encoding="utf-8"))]


def test_public_functions_say_what_they_do() -> None:
    found = [
        f"{relative(path)}:{node.lineno} {node.name}"
        for path in python_files(*APPS)
        if SPOKEN.match(relative(path))
        for node in public_definitions(tree(path))
        if not ast.get_docstring(node)
    ]
    assert not found


def public_definitions(module: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Top-level functions and classes, and methods of public classes, whose names do not start with an underscore."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    top = [node for node in module.body if isinstance(node, definitions) and not node.name.startswith("_")]
    methods = [
        item
        for node in top
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.FunctionDef) and not item.name.startswith("_")
    ]
    return [*top, *methods]


@pytest.mark.parametrize("app", APPS)
def test_a_service_takes_its_actor_by_keyword(app: str) -> None:
    """What a room's `services` offers cannot mistake `by` (None is the system) for something else."""
    if not importlib.util.find_spec(f"{app}.services"):
        return
    services = importlib.import_module(f"{app}.services")
    found = [
        name
        for name, function in inspect.getmembers(services, inspect.isfunction)
        if not name.startswith("_")
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name == "by" and parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    assert not found


@pytest.mark.parametrize("folder", APPS)
def test_only_the_services_of_a_room_open_transactions(folder: str) -> None:
    """Views, admin, forms and tasks call services; a transaction opened there would be a second write path."""
    outside = re.compile(r"[a-z]+/(views|admin|forms|filters|tasks|models)(/|\.py)")
    found = [
        f"{relative(path)}:{line}"
        for path in python_files(folder)
        if outside.match(relative(path))
        for line, name in calls(path)
        if name in ("transaction.atomic", "atomic")
    ]
    assert not found
