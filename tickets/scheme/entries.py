"""The dictionaries of a scheme: what can be chosen, under which code, with which consequences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from tickets.states import ClosureCode

from .parts import Code, Flag, Label, LimitField, Part, Text

MAX_DEPTH = 4

# The dictionaries: dimension → field of the document.
DIMENSIONS = {
    "request_type": "request_types",
    "level": "levels",
    "channel": "channels",
    "answer_mode": "answer_modes",
    "business_type": "business_types",
    "complaint_type": "complaint_types",
    "cause": "causes",
    "return_reason": "return_reasons",
    "closure_code": "closure_codes",
    "customer_tier": "customer_tiers",
    "brand": "brands",
    "department": "departments",
    "remedy": "remedies",
    "liability_class": "liability_classes",
    "regulator": "regulators",
    "case_business": "case_businesses",
    "case_nature": "case_natures",
    "ground": "grounds",
}


class Contact(StrEnum):
    """How much of the customer's contact data a handler sees (U-42), from least to most."""

    NONE = "none"
    MASKED = "masked"
    FULL = "full"


class Choice(Part):
    """A plain entry of a dictionary."""

    code: Code
    label: Label


class RequestType(Choice):
    """What the customer wants; `contact` widens what a handler sees of tickets of this type."""

    contact: Contact | None = None


class Channel(Choice):
    """A way in. What cannot record needs the customer's signature (U-34); what is written, a written answer (B-06). By
    those of the `group` customers turn to the group itself (U-60); none marked: by all."""

    records: Flag
    written: Flag = False
    group: Flag = False


class AnswerMode(Choice):
    """A way of answering (U-43)."""

    written: Flag = False


class Branch(Choice):
    """An entry with others below it."""

    children: tuple[Self, ...] = ()


class BusinessType(Branch):
    """A business; what it leaves open it takes from the business above it.

    `expedited`: gets the lower bound (U-30). `department`: owns the business (U-21). `legacy`: kept for old tickets.
    """

    expedited: Flag | None = None
    fixed_line: Flag | None = None
    contact: Contact | None = None
    department: Code | None = None
    legacy: Flag = False


class ComplaintType(Branch):
    """A kind of complaint (U-27); the topmost names the business that it belongs to."""

    business_type: Code | None = None
    contact: Contact | None = None


class Cause(Branch):
    """Why it happened: four levels, the first being those of U-11."""


class ClosureChoice(Choice):
    """A closure code with the wording proposed for the answer."""

    code: ClosureCode
    wording: Label


class Department(Choice):
    """A department as routing names it; `unit_suffix` ends the code of its unit in each province, where set."""

    unit_suffix: Text | None = None


class Remedy(Choice):
    """What can be granted (U-48) and in what it is measured: `money` in yuan and fen, the rest in whole numbers."""

    unit: Label
    money: Flag = False


class Ground(Choice):
    """A ground on which a case need not be dealt with. `older_than` is met by the age of the matter, where its nature
    is one of `case_natures` (none named: any); the other grounds are for people to judge."""

    older_than: LimitField | None = None
    case_natures: tuple[Code, ...] = ()


@dataclass(frozen=True)
class Entry:
    """An entry taken out of its tree. `path` runs from the topmost code to its own; attributes are inherited."""

    dimension: str
    code: str
    label: Label
    path: tuple[str, ...]
    attributes: Mapping[str, Any]

    @property
    def parent(self) -> str | None:
        """The code above it."""
        return self.path[-2] if len(self.path) > 1 else None

    @property
    def level(self) -> int:
        """1 for a topmost entry."""
        return len(self.path)


def flatten(dimension: str, choices: Sequence[Choice], above: Entry | None = None) -> Iterator[Entry]:
    """All entries of a tree, each after the one above it, with what it inherits; attributes are plain JSON values."""
    for choice in choices:
        own = choice.model_dump(mode="json", exclude={"code", "label", "children"})
        inherited = above.attributes if above else {}
        entry = Entry(
            dimension=dimension,
            code=str(choice.code),
            label=choice.label,
            path=(*(above.path if above else ()), str(choice.code)),
            attributes={name: inherited.get(name) if value is None else value for name, value in own.items()},
        )
        yield entry
        if isinstance(choice, Branch):
            yield from flatten(dimension, choice.children, entry)
