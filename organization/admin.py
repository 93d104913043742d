"""The administrator's pages: everything is written by services, nothing is deleted."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from core.errors import Refused
from organization import services
from organization.forms import (
    AbsenceForm,
    EndMembershipForm,
    LiaisonTermForm,
    NewMembershipForm,
    NewUserForm,
    UnitForm,
    UserForm,
)
from organization.models import Absence, Function, LiaisonTerm, Membership, Tier, Unit, User
from organization.roles import Role

# Groups hold what `sync_roles` puts into them; nobody edits them by hand.
admin.site.unregister(Group)


class ServiceAdmin(admin.ModelAdmin):
    """An admin page that writes through services only and never deletes."""

    actions: tuple[str, ...] | None = None
    list_per_page = 50
    fixed_fields: tuple[str, ...] = ()  # what an existing row does not let change

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing of the organisation is ever deleted: it is ended or closed."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Existing rows keep their `fixed_fields`."""
        return self.fixed_fields if obj else ()

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        """Hand the form's data to the service and show what it wrote."""
        by = cast(User, request.user)
        stored = type(obj)._default_manager.get(pk=obj.pk) if change else None
        obj.pk = self.write(by, form.cleaned_data, stored).pk
        obj.refresh_from_db()

    def write(self, by: User, data: dict[str, Any], stored: Any) -> Model:
        """Create the row (`stored` is None) or change it; returns it."""
        raise NotImplementedError

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Put into words what a service refuses after the form was valid: somebody else was faster."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refused as refused:
            self.message_user(request, refused.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class HistoryAdmin(ServiceAdmin, SimpleHistoryAdmin):
    """The same, with the kept history to read; reverting would write past the services."""

    object_history_form_template = "admin/kept_version.html"

    def render_history_view(self, request: HttpRequest, template: str, context: dict[str, Any], **options: Any) -> Any:
        """Show the row under its own name, not as a “historical” one, which nobody translates."""
        return super().render_history_view(request, template, context | {"opts": self.model._meta}, **options)

    def revert_disabled(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never offer to revert."""
        return True


@admin.register(Unit)
class UnitAdmin(HistoryAdmin):
    """The unit tree."""

    form = UnitForm
    fields = ("code", "name", "tier", "parent", "functions", "manager", "phone", "notification_address", "is_active")
    fixed_fields = ("code", "tier")
    autocomplete_fields = ("parent", "manager")
    list_display = ("tree_name", "code", "tier", "function_names", "manager", "is_active")
    list_display_links = ("tree_name",)
    list_filter = ("is_active", "tier", "functions__function")
    list_select_related = ("manager",)
    search_fields = ("code", "name")
    ordering = ("path",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        """Units with their functions."""
        return super().get_queryset(request).prefetch_related("functions")

    @admin.display(description=_("name"), ordering="path")
    def tree_name(self, unit: Unit) -> str:
        """The name, indented by its place in the tree."""
        return "　" * (unit.depth - 1) + unit.name

    @admin.display(description=_("functions"))
    def function_names(self, unit: Unit) -> str:
        """The unit's functions in words."""
        return "、".join(str(row) for row in unit.functions.all())

    def write(self, by: User, data: dict[str, Any], stored: Unit | None) -> Unit:
        """Through the services of the tree."""
        reached = {key: data[key] for key in ("name", "phone", "notification_address")}
        functions = [Function(value) for value in data["functions"]]
        if stored is None:
            unit = services.create_unit(
                by=by,
                code=data["code"],
                tier=Tier(data["tier"]),
                parent=data["parent"],
                manager=data["manager"],
                functions=functions,
                **reached,
            )
            return services.set_unit_active(unit=unit, is_active=data["is_active"], by=by)
        services.move_unit(unit=stored, parent=data["parent"], by=by)
        services.update_unit(unit=stored, by=by, **reached)
        services.set_functions(unit=stored, functions=functions, by=by)
        services.appoint_manager(unit=stored, manager=data["manager"], by=by)
        return services.set_unit_active(unit=stored, is_active=data["is_active"], by=by)


class MembershipInline(admin.TabularInline):
    """The roles of a user, to read; they are granted and ended on pages of their own."""

    model = Membership
    fields = readonly_fields = ("unit", "role", "starts_on", "ends_on")
    ordering = ("-starts_on", "pk")
    extra = 0
    can_delete = False
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """Memberships with what their row shows."""
        return super().get_queryset(request).select_related("unit", "user")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Read only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Read only."""
        return False


@admin.register(User)
class UserAdmin(ServiceAdmin, DjangoUserAdmin):
    """Accounts; what a person may do is in the memberships below."""

    form = UserForm
    add_form = NewUserForm
    fieldsets = (
        (None, {"fields": ("username", "name", "employee_no", "phone", "email", "password_page")}),
        (_("account"), {"fields": ("is_active", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "name", "employee_no", "phone", "email")}),
        (_("password"), {"fields": ("usable_password", "password1", "password2")}),
    )
    inlines = (MembershipInline,)
    filter_horizontal = ()
    list_display = ("username", "name", "employee_no", "phone", "is_active")
    list_filter = ("is_active", "memberships__role")
    search_fields = ("username", "name", "employee_no", "phone")
    ordering = ("username",)
    fixed_fields: tuple[str, ...] = ("username", "password_page", "last_login", "date_joined")

    @admin.display(description=_("password"))
    def password_page(self, user: User) -> str:
        """The way to set a new password; the stored hash is shown to nobody."""
        return format_html('<a href="{}">{}</a>', "../password/", gettext("Set a password"))

    def get_inlines(self, request: HttpRequest, obj: User | None) -> tuple[type[MembershipInline], ...]:
        """A new account has no roles yet."""
        return self.inlines if obj else ()

    def write(self, by: User, data: dict[str, Any], stored: User | None) -> User:
        """Through `create_user` and `update_user`."""
        known = {key: data[key] for key in ("name", "employee_no", "phone", "email")}
        if stored is None:
            password = data["password1"] if data.get("set_usable_password", True) else None
            return services.create_user(by=by, username=data["username"], password=password, **known)
        return services.update_user(user=stored, by=by, is_active=data["is_active"], **known)


@admin.register(Membership)
class MembershipAdmin(HistoryAdmin):
    """Who has which role where, from when to when."""

    fixed_fields = ("user", "unit", "role", "starts_on")
    fields = ("user", "unit", "role", "starts_on", "ends_on")
    autocomplete_fields = ("user", "unit")
    list_display = ("user", "unit", "role", "starts_on", "ends_on")
    list_filter = ("role", "unit__tier")
    list_select_related = ("user", "unit")
    search_fields = ("user__name", "user__username", "unit__name", "unit__code")
    ordering = ("-starts_on", "-pk")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        """All of it for a new one, the last day of an old one."""
        kwargs["form"] = EndMembershipForm if obj else NewMembershipForm
        return super().get_form(request, obj, change, **kwargs)

    def write(self, by: User, data: dict[str, Any], stored: Membership | None) -> Membership:
        """Through `grant_membership` and `end_membership`."""
        if stored is None:
            return services.grant_membership(by=by, **data | {"role": Role(data["role"])})
        return services.end_membership(membership=stored, ends_on=data["ends_on"], by=by)


@admin.register(LiaisonTerm)
class LiaisonTermAdmin(HistoryAdmin):
    """Who is named as liaison officer of a unit; a term ends when the next one begins (U-90)."""

    form = LiaisonTermForm
    fields = ("unit", "user", "starts_on")
    autocomplete_fields = ("unit", "user")
    list_display = ("unit", "user", "starts_on", "ends_on")
    list_select_related = ("unit", "user")
    search_fields = ("user__name", "unit__name", "unit__code")
    ordering = ("-starts_on", "-pk")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Terms are kept as they were."""
        return False

    def write(self, by: User, data: dict[str, Any], stored: None) -> LiaisonTerm:
        """Through `appoint_liaison`."""
        return services.appoint_liaison(by=by, **data)


@admin.register(Absence)
class AbsenceAdmin(HistoryAdmin):
    """Who is away, and who acts for them."""

    form = AbsenceForm
    fields = ("user", "deputy", "starts_at", "ends_at")
    fixed_fields = ("user",)
    autocomplete_fields = ("user", "deputy")
    list_display = ("user", "deputy", "starts_at", "ends_at")
    list_select_related = ("user", "deputy")
    search_fields = ("user__name", "user__username", "deputy__name")
    ordering = ("-starts_at", "-pk")

    def write(self, by: User, data: dict[str, Any], stored: Absence | None) -> Absence:
        """Through `record_absence` and `change_absence`."""
        if stored is None:
            return services.record_absence(by=by, **data)
        return services.change_absence(absence=stored, by=by, **data)
