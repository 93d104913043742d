"""What must hold before something is written; services and forms ask the same questions.

Every check returns nothing or raises Refused with a sentence that says what to do.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from organization import addresses
from organization.models import Absence, LiaisonTerm, Membership, Tier, Unit, User
from organization.roles import Role


def check_code_free(code: str) -> None:
    """No other unit has the code."""
    if Unit.objects.filter(code=code).exists():
        raise Refused(_("The code %(code)s is taken. Choose another one.") % {"code": code}, code="code_taken")


def check_username_free(username: str) -> None:
    """Nobody else logs in under the name."""
    if User.objects.filter(username=username).exists():
        raise Refused(_("The user name %(name)s is taken. Choose another one.") % {"name": username}, "username_taken")


def check_employee_no_free(employee_no: str, user: User | None = None) -> None:
    """Nobody but `user` has the employee number; an empty one is always free."""
    others = User.objects.filter(employee_no=employee_no)
    if user is not None:
        others = others.exclude(pk=user.pk)
    if employee_no and others.exists():
        raise Refused(
            _("The employee number %(number)s belongs to somebody else. Check it.") % {"number": employee_no},
            code="employee_no_taken",
        )


def check_notification_address(text: str) -> None:
    """An address that messages can be sent to, or none; refused with the code `notification_address`."""
    if text:
        addresses.parse(text)


def check_user_active(user: User) -> None:
    """The account is open."""
    if not user.is_active:
        raise Refused(_("The account of %(user)s is closed. Choose somebody else.") % {"user": user}, "account_closed")


def check_place(tier: Tier, parent: Unit | None, unit: Unit | None = None) -> None:
    """A unit of the tier may stand below the parent; an existing `unit` must not stand below itself."""
    if parent is None:
        if tier != Tier.GROUP:
            raise Refused(_("Only a unit of the group tier stands at the top. Choose a parent unit."), "no_parent")
        return
    if unit is not None and parent.path.startswith(unit.path):
        raise Refused(
            _("%(parent)s lies within %(unit)s. Choose a parent unit outside it.") % {"parent": parent, "unit": unit},
            code="cycle",
        )
    if not parent.is_active:
        raise Refused(
            _("%(parent)s is no longer in use. Choose another parent unit.") % {"parent": parent}, "unit_closed"
        )
    if tier.rank - Tier(parent.tier).rank not in (0, 1):
        raise Refused(
            _("A unit of the tier “%(tier)s” cannot stand below %(parent)s. Choose its tier or the next one.")
            % {"tier": tier.label, "parent": parent},
            code="tier",
        )


def check_deactivation(unit: Unit) -> None:
    """Nobody works in the unit any more and nothing in use stands below it."""
    rows = Membership.objects.filter(unit=unit).overlapping(clock.local_day(clock.now()), None).select_related("user")
    names = ", ".join(dict.fromkeys(row.user.name for row in rows.order_by("user__name")[:5]))
    if names:
        raise Refused(
            _("People still have roles in %(unit)s: %(names)s. End these memberships first.")
            % {"unit": unit, "names": names},
            code="live_memberships",
        )
    below = ", ".join(child.name for child in unit.children.filter(is_active=True)[:5])
    if below:
        raise Refused(
            _("Units below %(unit)s are still in use: %(names)s. Move or close them first.")
            % {"unit": unit, "names": below},
            code="active_children",
        )


def check_period(starts_on: date, ends_on: date | None) -> None:
    """The last day is not before the first."""
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("The last day is before the first day. Correct one of them."), code="period")


def check_membership(user: User, unit: Unit, role: Role, starts_on: date, ends_on: date | None) -> None:
    """The user can be given the role in the unit for these days (both included)."""
    check_period(starts_on, ends_on)
    check_user_active(user)
    _check_unit_active(unit)
    check_duties(user, role, starts_on, ends_on)
    rows = Membership.objects.filter(user=user, unit=unit, role=role).overlapping(starts_on, ends_on)
    held = rows.order_by("starts_on").first()
    if held is not None:
        raise Refused(
            _("%(user)s already has this role in %(unit)s from %(day)s. End that membership or choose other days.")
            % {"user": user, "unit": unit, "day": date_format(held.starts_on)},
            code="overlap",
        )


def check_duties(user: User, role: Role, starts_on: date, ends_on: date | None) -> None:
    """Nobody administers the system and works on tickets in the same days (等保: separation of duties)."""
    rows = Membership.objects.filter(user=user).overlapping(starts_on, ends_on)
    rows = rows.exclude(role=Role.ADMINISTRATOR) if role == Role.ADMINISTRATOR else rows.filter(role=Role.ADMINISTRATOR)
    held = rows.select_related("unit").order_by("starts_on").first()
    if held is not None:
        raise Refused(
            _(
                "%(user)s is %(role)s in %(unit)s from %(day)s. Nobody administers the system and works on tickets: "
                "end that membership first, or choose somebody else."
            )
            % {
                "user": user,
                "role": Role(held.role).label,
                "unit": held.unit,
                "day": date_format(held.starts_on),
            },
            code="duties",
        )


def check_end(membership: Membership, ends_on: date) -> None:
    """With the last day the membership neither ends before it begins nor runs into a later one of the same role, or
    into one that does not go with it."""
    check_period(membership.starts_on, ends_on)
    if membership.ends_on is not None and ends_on > membership.ends_on:
        check_duties(membership.user, Role(membership.role), membership.ends_on, ends_on)
    rows = Membership.objects.filter(user=membership.user_id, unit=membership.unit_id, role=membership.role)
    later = rows.exclude(pk=membership.pk).overlapping(membership.starts_on, ends_on).order_by("starts_on").first()
    if later is not None:
        raise Refused(
            _("The same role begins again on %(day)s. Choose a last day before that.")
            % {"day": date_format(later.starts_on)},
            code="overlap",
        )


def check_liaison(unit: Unit, user: User, starts_on: date) -> None:
    """The user can follow as liaison officer of the unit from the day (U-90)."""
    check_user_active(user)
    _check_unit_active(unit)
    role = Membership.objects.on(starts_on).filter(user=user, role=Role.LIAISON, unit__in=unit.ancestor_ids)
    if not role.exists():
        raise Refused(
            _("%(user)s does not have the role of liaison officer for %(unit)s on that day. Grant the role first.")
            % {"user": user, "unit": unit},
            code="not_liaison",
        )
    later = LiaisonTerm.objects.filter(unit=unit, starts_on__gte=starts_on).order_by("-starts_on").first()
    if later is not None:
        raise Refused(
            _("%(user)s is named from %(day)s on. Choose a later day.")
            % {"user": later.user, "day": date_format(later.starts_on)},
            code="overlap",
        )


def check_absence(
    user: User, deputy: User | None, starts_at: datetime, ends_at: datetime, absence: Absence | None = None
) -> None:
    """The user can be recorded as away between the instants; `absence` is the row being changed, if any."""
    if ends_at <= starts_at:
        raise Refused(_("The absence ends before it begins. Correct one of the times."), code="period")
    if deputy is not None:
        if deputy.pk == user.pk:
            raise Refused(_("Nobody deputises for themselves. Choose somebody else."), code="own_deputy")
        check_user_active(deputy)
    others = Absence.objects.filter(user=user, starts_at__lt=ends_at, ends_at__gt=starts_at)
    if absence is not None:
        others = others.exclude(pk=absence.pk)
    other = others.order_by("starts_at").first()
    if other is not None:
        raise Refused(
            _("%(user)s is already recorded as away from %(start)s until %(end)s. Change that absence instead.")
            % {"user": user, "start": _words(other.starts_at), "end": _words(other.ends_at)},
            code="overlap",
        )


def day_before(day: date) -> date:
    """The last day of what is followed from `day` on."""
    return day - timedelta(days=1)


def _check_unit_active(unit: Unit) -> None:
    if not unit.is_active:
        raise Refused(_("%(unit)s is no longer in use. Choose another unit.") % {"unit": unit}, "unit_closed")


def _words(instant: datetime) -> str:
    return date_format(localtime(instant), "SHORT_DATETIME_FORMAT")
