"""Units, people and a small operator in three tiers.

The factories go through the services; `build_operator` inserts in bulk what the services would have written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import factory
from django.contrib.auth.hashers import make_password

from organization import services
from organization.models import Function, LiaisonTerm, Membership, Tier, Unit, UnitFunction, User
from organization.roles import Role

PASSWORD = "demo-bihuan"
SINCE = date(2020, 1, 1)


@cache
def _password_hash() -> str:
    return make_password(PASSWORD)


class UnitFactory(factory.django.DjangoModelFactory[Unit]):
    """A province by default; with `parent=` a unit of the parent's tier; with `parent=None` a group."""

    class Meta:
        model = Unit

    code = factory.Sequence(lambda n: f"U-{n:04}")
    name = factory.Sequence(lambda n: f"单位{n}")
    parent = factory.LazyFunction(lambda: Unit.objects.filter(parent=None).first() or UnitFactory(parent=None))
    tier = factory.LazyAttribute(lambda unit: _tier_below(unit.parent))
    functions: tuple[Function, ...] = ()

    @classmethod
    def _create(cls, model_class: type[Unit], *args: Any, **kwargs: Any) -> Unit:
        return services.create_unit(by=None, **kwargs)


def _tier_below(parent: Unit | None) -> Tier:
    if parent is None:
        return Tier.GROUP
    return Tier.PROVINCE if parent.parent_id is None else Tier(parent.tier)


class UserFactory(factory.django.DjangoModelFactory[User]):
    """An open account that logs in with PASSWORD."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n:04}")
    name = factory.Sequence(lambda n: f"员工{n}")
    password = factory.LazyFunction(lambda: _password_hash())
    is_staff = True


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """A role that holds since SINCE, a handler's by default."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    unit = factory.SubFactory(UnitFactory)
    role = Role.HANDLER
    starts_on = SINCE

    @classmethod
    def _create(cls, model_class: type[Membership], *args: Any, **kwargs: Any) -> Membership:
        return services.grant_membership(by=None, **kwargs)


@dataclass
class City:
    """A city with its remote unit and its hall."""

    unit: Unit
    remote: Unit
    hall: Unit


@dataclass
class Province:
    """A province with its centre, departments, hotline and two cities."""

    unit: Unit
    centre: Unit
    network: Unit
    fixed_line: Unit
    market: Unit
    billing: Unit
    service: Unit
    hotline: Unit
    cities: list[City]


@dataclass
class Operator:
    """The whole organisation; users by user name, units also by code."""

    group: Unit
    group_centre: Unit
    group_service: Unit
    js: Province
    zj: Province
    users: dict[str, User]
    units: dict[str, Unit] = field(default_factory=dict)

    def user(self, username: str) -> User:
        """A fresh copy of the user, without anything cached on it."""
        return User.objects.get(pk=self.users[username].pk)


# code suffix, name, functions: the departments every province has, in the order of `Province`.
_DEPARTMENTS: tuple[tuple[str, str, tuple[Function, ...]], ...] = (
    ("CENTRE", "投诉处理中心", (Function.COMPLAINT_CENTRE,)),
    ("NETWORK", "网络部", (Function.TYPE_OWNER,)),
    ("FIXED", "固网运维部", (Function.TYPE_OWNER,)),
    ("MARKET", "市场部", (Function.BUSINESS_OWNER,)),
    ("BILLING", "计费部", (Function.TYPE_OWNER,)),
    ("SERVICE", "客户服务部", (Function.BUSINESS_OWNER, Function.ASSISTANT)),
    ("HOTLINE", "客服热线", (Function.CHANNEL,)),
)
_PROVINCES = (
    ("JS", "江苏", (("NJ", "南京"), ("SZ", "苏州"))),
    ("ZJ", "浙江", (("HZ", "杭州"), ("NB", "宁波"))),
)
# user name, name, role, code of the unit; "2" and another province make the twin.
_PEOPLE: tuple[tuple[str, str, Role, str], ...] = (
    ("agent", "安晓宁", Role.AGENT, "P-JS-HOTLINE"),
    ("agent_hall", "白雪梅", Role.AGENT, "C-NJ-HALL"),
    ("agent_hall_b", "卞丽", Role.AGENT, "C-SZ-HALL"),
    ("dispatcher", "陈国华", Role.DISPATCHER, "P-JS-CENTRE"),
    ("dispatcher_b", "程敏", Role.DISPATCHER, "P-JS-CENTRE"),
    ("revisitor", "戴红", Role.REVISITOR, "P-JS-CENTRE"),
    ("director_centre", "丁建平", Role.DIRECTOR, "P-JS-CENTRE"),
    ("handler", "方志强", Role.HANDLER, "P-JS-FIXED"),
    ("handler_b", "冯涛", Role.HANDLER, "P-JS-FIXED"),
    ("director", "高卫东", Role.DIRECTOR, "P-JS-FIXED"),
    ("handler_network", "葛亮", Role.HANDLER, "P-JS-NETWORK"),
    ("director_network", "顾海", Role.DIRECTOR, "P-JS-NETWORK"),
    ("handler_market", "韩梅", Role.HANDLER, "P-JS-MARKET"),
    ("director_market", "何立新", Role.DIRECTOR, "P-JS-MARKET"),
    ("handler_billing", "胡斌", Role.HANDLER, "P-JS-BILLING"),
    ("director_billing", "黄蓉", Role.DIRECTOR, "P-JS-BILLING"),
    ("handler_service", "姜珊", Role.HANDLER, "P-JS-SERVICE"),
    ("director_service", "金涛", Role.DIRECTOR, "P-JS-SERVICE"),
    ("handler_remote", "孔祥", Role.HANDLER, "C-NJ-REMOTE"),
    ("director_remote", "雷鸣", Role.DIRECTOR, "C-NJ-REMOTE"),
    ("approver", "李维民", Role.APPROVER, "P-JS"),
    ("supervisor", "林静", Role.SUPERVISOR, "P-JS"),
    ("quality_checker", "刘畅", Role.QUALITY_CHECKER, "P-JS"),
    ("liaison", "陆远", Role.LIAISON, "P-JS"),
    ("manager", "马文博", Role.MANAGER, "P-JS"),
    ("escalation_officer", "倪虹", Role.ESCALATION_OFFICER, "G-CENTRE"),
    ("appeal_officer", "潘岳", Role.APPEAL_OFFICER, "G-SERVICE"),
    ("group_supervisor", "钱进", Role.SUPERVISOR, "G"),
    ("administrator", "秦川", Role.ADMINISTRATOR, "G"),
    ("agent2", "邵琳", Role.AGENT, "P-ZJ-HOTLINE"),
    ("dispatcher2", "沈洁", Role.DISPATCHER, "P-ZJ-CENTRE"),
    ("revisitor2", "宋佳", Role.REVISITOR, "P-ZJ-CENTRE"),
    ("director_centre2", "孙鹏", Role.DIRECTOR, "P-ZJ-CENTRE"),
    ("handler2", "唐亮", Role.HANDLER, "P-ZJ-FIXED"),
    ("director2", "陶然", Role.DIRECTOR, "P-ZJ-FIXED"),
    ("approver2", "汪洋", Role.APPROVER, "P-ZJ"),
    ("supervisor2", "魏然", Role.SUPERVISOR, "P-ZJ"),
    ("quality_checker2", "吴迪", Role.QUALITY_CHECKER, "P-ZJ"),
    ("liaison2", "夏雨", Role.LIAISON, "P-ZJ"),
    ("manager2", "徐峰", Role.MANAGER, "P-ZJ"),
)
# Heads of units hold no role: work reaches them where nobody else takes it.
_HEADS = (("head", "严正", "P-JS"), ("head_fixed", "杨帆", "P-JS-FIXED"), ("head2", "叶青", "P-ZJ"))


def build_operator() -> Operator:
    """A group, two provinces with two cities each, and one user per role in 江苏, most of them also in 浙江 ("…2")."""
    units: dict[str, Unit] = {}
    functions: list[UnitFunction] = []
    for level in _levels():
        made = [
            Unit(code=code, name=name, tier=tier, parent=units.get(parent), path=f"new {code}")
            for code, name, tier, parent, _functions in level
        ]
        Unit.objects.bulk_create(made)
        for unit, (*_rest, its_functions) in zip(made, level, strict=True):
            unit.derive_place()
            units[unit.code] = unit
            functions += [UnitFunction(unit=unit, function=function) for function in its_functions]
    UnitFunction.objects.bulk_create(functions)
    users = _people(units)
    for username, _name, code in _HEADS:
        units[code].manager = users[username]
    Unit.objects.bulk_update(units.values(), ["path", "province", "city", "manager"])
    return Operator(
        group=units["G"],
        group_centre=units["G-CENTRE"],
        group_service=units["G-SERVICE"],
        js=_province(units, 0),
        zj=_province(units, 1),
        users=users,
        units=units,
    )


UnitRow = tuple[str, str, Tier, str, tuple[Function, ...]]


def _levels() -> list[list[UnitRow]]:
    """Rows (code, name, tier, parent's code, functions), parents in an earlier level than their children."""
    root: list[UnitRow] = [("G", "总部", Tier.GROUP, "", ())]
    provinces: list[UnitRow] = [
        ("G-CENTRE", "总部投诉中心", Tier.GROUP, "G", (Function.GROUP_CENTRE,)),
        ("G-SERVICE", "总部客户服务部", Tier.GROUP, "G", (Function.GROUP_SERVICE,)),
    ]
    departments: list[UnitRow] = []
    below_cities: list[UnitRow] = []
    for key, province, cities in _PROVINCES:
        code = f"P-{key}"
        provinces.append((code, f"{province}省分公司", Tier.PROVINCE, "G", ()))
        for suffix, name, functions in _DEPARTMENTS:
            departments.append((f"{code}-{suffix}", f"{province}{name}", Tier.PROVINCE, code, functions))
        for city_key, city in cities:
            place = f"C-{city_key}"
            departments.append((place, f"{city}市分公司", Tier.CITY, code, ()))
            remote, hall = (Function.REMOTE_UNIT,), (Function.CHANNEL,)
            below_cities.append((f"{place}-REMOTE", f"{city}远端处理单元", Tier.CITY, place, remote))
            below_cities.append((f"{place}-HALL", f"{city}营业厅", Tier.CITY, place, hall))
    return [root, provinces, departments, below_cities]


def _people(units: dict[str, Unit]) -> dict[str, User]:
    names = {username: name for username, name, *_rest in (*_PEOPLE, *_HEADS)}
    made = User.objects.bulk_create(
        User(username=username, name=name, password=_password_hash()) for username, name in names.items()
    )
    users = {user.username: user for user in made}
    Membership.objects.bulk_create(
        Membership(user=users[username], unit=units[code], role=role, starts_on=SINCE)
        for username, _name, role, code in _PEOPLE
    )
    LiaisonTerm.objects.bulk_create(
        LiaisonTerm(unit=units[code], user=users[username], starts_on=SINCE)
        for username, _name, role, code in _PEOPLE
        if role == Role.LIAISON
    )
    return users


def _province(units: dict[str, Unit], index: int) -> Province:
    key, _name, cities = _PROVINCES[index]
    centre, network, fixed_line, market, billing, service, hotline = (
        units[f"P-{key}-{suffix}"] for suffix, *_rest in _DEPARTMENTS
    )
    return Province(
        unit=units[f"P-{key}"],
        centre=centre,
        network=network,
        fixed_line=fixed_line,
        market=market,
        billing=billing,
        service=service,
        hotline=hotline,
        cities=[City(units[f"C-{c}"], units[f"C-{c}-REMOTE"], units[f"C-{c}-HALL"]) for c, _city in cities],
    )
