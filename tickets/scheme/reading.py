"""From text to plain values, and from what is wrong with them to sentences."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import yaml
from django.utils.translation import gettext as _
from pydantic import ValidationError

from core.errors import Refused

MAX_BYTES = 1024 * 1024


class SchemeError(Refused):
    """A scheme document that cannot be used. `faults` has a sentence for each thing wrong: where, what, what to do."""

    def __init__(self, name: str, faults: Sequence[str]) -> None:
        self.name = name
        self.faults = list(faults)
        head = _("The scheme “%(name)s” was not loaded.") % {"name": name}
        super().__init__("\n".join([head, *self.faults]), code="scheme")


class _Loader(yaml.SafeLoader):
    """YAML without aliases (they could blow up or bite their tails) and without names that stand twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            problem = _("aliases (*name) are not allowed; write it out")
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key in (key for key, _value in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                problem = _("“%(name)s” stands twice; keep one") % {"name": key.value}
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def load(text: str, name: str) -> dict[str, Any]:
    """The mapping that a YAML text holds. Raises SchemeError when it is too large, not YAML or not a mapping."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise SchemeError(name, [_("document: is larger than 1 MiB; a scheme is a few pages, check the file")])
    try:
        # A subclass of SafeLoader: builds plain values only.
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506
    except RecursionError as error:
        raise SchemeError(name, [_("document: is nested too deeply; correct it")]) from error
    except yaml.MarkedYAMLError as error:
        raise SchemeError(name, [_yaml_fault(error)]) from error
    except (yaml.YAMLError, ValueError) as error:
        raise SchemeError(name, [_("document: is not YAML (%(problem)s); correct it") % {"problem": error}]) from error
    if not isinstance(raw, dict):
        raise SchemeError(name, [_("document: is not a mapping; it must begin with names such as “code:”")])
    return raw


def _yaml_fault(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    if mark is None:
        return _("document: is not YAML (%(problem)s); correct it") % {"problem": error.problem}
    return _("line %(line)s, column %(column)s: is not readable (%(problem)s); correct it") % {
        "line": mark.line + 1,
        "column": mark.column + 1,
        "problem": error.problem,
    }


def sentences(error: ValidationError, raw: object) -> list[str]:
    """One sentence for each thing that the typed document refuses."""
    return [
        fault(place(detail["loc"], raw), _what(detail["type"], detail["msg"], detail.get("ctx", {}), detail["input"]))
        for detail in error.errors(include_url=False)
    ]


def fault(where: str, what: str) -> str:
    """A sentence of the form "place: what is wrong, what to do"."""
    return f"{where}: {what}"


def place(loc: Iterable[int | str], raw: object) -> str:
    """Where in the document something is, items of lists by their code or id: `channels › hotline › records`."""
    names = []
    for step in loc:
        raw = _inside(raw, step)
        if isinstance(step, int):
            item = raw if isinstance(raw, dict) else {}
            names.append(str(item.get("code") or item.get("id") or f"#{step + 1}"))
        else:
            names.append(step)
    return " › ".join(names) or "document"


def _inside(raw: object, step: int | str) -> object:
    if isinstance(raw, dict):
        return raw.get(step)
    if isinstance(raw, list) and isinstance(step, int) and step < len(raw):
        return raw[step]
    return None


def _what(kind: str, message: str, context: dict[str, Any], value: object) -> str:
    shown = {"value": repr(value)[:60], "message": message, **context}
    if kind == "value_error":
        return str(context["error"])
    return _SENTENCES.get(kind, lambda: _("%(value)s does not fit (%(message)s); correct it"))() % shown


# Functions, so that each text is taken in the language in use.
_SENTENCES = {
    "missing": lambda: _("is missing; add it"),
    "extra_forbidden": lambda: _("is not a known name; remove it or correct its spelling"),
    "enum": lambda: _("%(value)s is not known; choose one of %(expected)s"),
    "literal_error": lambda: _("%(value)s is not known; choose one of %(expected)s"),
    "string_pattern_mismatch": lambda: _("%(value)s has the wrong form; it must match %(pattern)s"),
    "string_type": lambda: _("%(value)s is not text; put it in quotes if it is meant as one"),
    "bool_type": lambda: _("%(value)s is neither true nor false; write one of them"),
    "too_short": lambda: _("is empty; give at least one"),
    "string_too_short": lambda: _("is empty; write something"),
    "tuple_type": lambda: _("%(value)s is not a list; write its items below it, each after a dash"),
    "model_type": lambda: _("%(value)s is not a mapping; write names and values"),
}
