"""The admin's forms: they ask the services' own checks, so that a refusal keeps what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm
from django.utils.translation import gettext_lazy as _

from core.errors import Refused
from organization import checks
from organization.models import Absence, Function, LiaisonTerm, Membership, Tier, Unit, User
from organization.roles import Role


class CheckedForm(forms.ModelForm):
    """A form whose refusals become errors at the field they are about."""

    @contextmanager
    def refusals(self, field: str, **field_of_code: str) -> Iterator[None]:
        """Turn a Refused raised inside the block into an error of `field`, or of the field named for its code."""
        try:
            yield
        except Refused as refused:
            where = field_of_code.get(refused.code, field)
            self.add_error(where if where in self.fields else None, refused.message)

    def has(self, *fields: str) -> bool:
        """Whether these fields came through their own validation."""
        return not any(field in self.errors for field in fields)


class UnitForm(CheckedForm):
    """A unit with its functions."""

    functions = forms.MultipleChoiceField(
        label=_("functions"), choices=Function.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Unit
        fields = ["code", "name", "tier", "parent", "manager", "phone", "notification_address", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["functions"] = [row.function for row in self.instance.functions.all()]

    def clean(self) -> dict[str, Any]:
        """Ask what `create_unit`, `move_unit`, `appoint_manager` and `set_unit_active` would ask."""
        data = super().clean() or {}
        stored = Unit.objects.get(pk=self.instance.pk) if self.instance.pk else None
        tier = data.get("tier") or (stored and stored.tier)
        if tier and self.has("tier", "parent"):
            parent = data.get("parent")
            if stored is None or stored.parent != parent:
                with self.refusals("parent"):
                    checks.check_place(Tier(tier), parent, stored)
        if self.has("notification_address"):
            with self.refusals("notification_address"):
                checks.check_notification_address(data.get("notification_address", ""))
        if data.get("manager"):
            with self.refusals("manager"):
                checks.check_user_active(data["manager"])
        if stored is not None and stored.is_active and not data.get("is_active"):
            with self.refusals("is_active"):
                checks.check_deactivation(stored)
        return data


class UserForm(CheckedForm):
    """An account as it is changed; the password has its own page."""

    class Meta:
        model = User
        fields = ["name", "employee_no", "phone", "email", "is_active"]

    def clean(self) -> dict[str, Any]:
        """Ask what `update_user` would ask."""
        data = super().clean() or {}
        with self.refusals("employee_no"):
            checks.check_employee_no_free(data.get("employee_no", ""), self.instance)
        return data


class NewUserForm(CheckedForm, AdminUserCreationForm):
    """A new account with its first password."""

    class Meta:
        model = User
        fields = ["username", "name", "employee_no", "phone", "email"]

    def clean(self) -> dict[str, Any]:
        """Ask what `create_user` would ask."""
        data = super().clean() or {}
        with self.refusals("employee_no"):
            checks.check_employee_no_free(data.get("employee_no", ""))
        return data


class NewMembershipForm(CheckedForm):
    """A role for somebody."""

    class Meta:
        model = Membership
        fields = ["user", "unit", "role", "starts_on", "ends_on"]

    def clean(self) -> dict[str, Any]:
        """Ask what `grant_membership` would ask."""
        data = super().clean() or {}
        if self.has("user", "unit", "role", "starts_on", "ends_on"):
            with self.refusals("role", period="ends_on", account_closed="user", unit_closed="unit"):
                checks.check_membership(
                    data["user"], data["unit"], Role(data["role"]), data["starts_on"], data["ends_on"]
                )
        return data


class EndMembershipForm(CheckedForm):
    """The last day of a membership: all that changes about it."""

    class Meta:
        model = Membership
        fields = ["ends_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "ends_on" in self.fields:
            self.fields["ends_on"].required = True

    def clean(self) -> dict[str, Any]:
        """Ask what `end_membership` would ask."""
        data = super().clean() or {}
        if self.has("ends_on"):
            with self.refusals("ends_on"):
                checks.check_end(self.instance, data["ends_on"])
        return data


class LiaisonTermForm(CheckedForm):
    """A new liaison officer; the one before ends the day before."""

    class Meta:
        model = LiaisonTerm
        fields = ["unit", "user", "starts_on"]

    def clean(self) -> dict[str, Any]:
        """Ask what `appoint_liaison` would ask."""
        data = super().clean() or {}
        if self.has("unit", "user", "starts_on"):
            with self.refusals("user", overlap="starts_on", unit_closed="unit"):
                checks.check_liaison(data["unit"], data["user"], data["starts_on"])
        return data


class AbsenceForm(CheckedForm):
    """Somebody is away; on change the person stays."""

    class Meta:
        model = Absence
        fields = ["user", "deputy", "starts_at", "ends_at"]

    def clean(self) -> dict[str, Any]:
        """Ask what `record_absence` and `change_absence` would ask."""
        data = super().clean() or {}
        if self.has("user", "deputy", "starts_at", "ends_at"):
            stored = Absence.objects.get(pk=self.instance.pk) if self.instance.pk else None
            user = stored.user if stored else data["user"]
            with self.refusals("ends_at", own_deputy="deputy", account_closed="deputy"):
                checks.check_absence(user, data["deputy"], data["starts_at"], data["ends_at"], stored)
        return data
