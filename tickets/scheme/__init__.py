"""The typed document of a scheme (受理方案): `SchemeDocument.parse` reads one, its methods answer what rules say."""

from .document import SchemeDocument
from .entries import DIMENSIONS, MAX_DEPTH, Contact, Entry
from .parts import Label
from .reading import SchemeError
from .rules import LimitRule, RentWaiver, RoutingRule, Script, ScriptField

__all__ = [
    "DIMENSIONS",
    "MAX_DEPTH",
    "Contact",
    "Entry",
    "Label",
    "LimitRule",
    "RentWaiver",
    "RoutingRule",
    "SchemeDocument",
    "SchemeError",
    "Script",
    "ScriptField",
]
