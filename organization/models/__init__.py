"""Units, the people in them, and who may do what for how long (model.md, section 2)."""

from organization.models.terms import Absence, LiaisonTerm, Membership
from organization.models.units import Function, Tier, Unit, UnitFunction
from organization.models.users import User

__all__ = ["Absence", "Function", "LiaisonTerm", "Membership", "Tier", "Unit", "UnitFunction", "User"]
