"""Customers and what they complain about: drawn from the texts for one random generator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from core.clock import SHANGHAI
from demo.organization import City, Province
from tickets.services.intake import Customer

if TYPE_CHECKING:
    from random import Random

# Mobile prefixes that are given to no operator: nobody is called by mistake.
PREFIXES = ("163", "164", "168", "169")
CHANNELS = {
    "hotline": 60,
    "website": 11,
    "sms": 7,
    "hall": 8,
    "manager_hotline": 4,
    "account_manager": 3,
    "visit_centre": 2,
    "letter": 2,
    "fax": 2,
    "customer_club": 1,
}
AT_THE_HALL = frozenset({"hall", "account_manager", "visit_centre", "customer_club"})
TIERS = {"ordinary": 82, "vip": 12, "group": 6}
BRANDS = ("wo", "worldwide", "ruyi", "up", "kinder_home")
WRITTEN = frozenset({"letter", "fax", "email"})
# By which the group takes complaints (U-60).
GROUP_CHANNELS = {"hotline": 60, "website": 14, "letter": 10, "email": 8, "visit": 5, "fax": 3}
LIABILITY = {
    "fixed_fault": "network_quality",
    "mobile_network": "network_quality",
    "mobile_interconnection": "network_quality",
    "mobile_charging": "charging_error",
    "mobile_bill": "charging_error",
    "value_added_fees": "charging_error",
    "service_attitude": "attitude",
    "service_misleading": "misleading",
    "value_added_subscription": "misleading",
    "fixed_application": "overdue",
}


@cache
def texts() -> dict[str, Any]:
    """The texts of the demonstration as they stand in the file."""
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "texts.yaml").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class Case:
    """A customer with a complaint, before anybody has heard of it. `matter` is a row of the texts."""

    customer: Customer
    province: Province
    city: City
    channel: str
    matter: dict[str, Any]
    summary: str
    description: str
    extra: dict[str, Any]
    filled: dict[str, str]
    came: datetime
    began: datetime
    text: tuple[str, str] | None = None  # the words of the matter, before they were filled in

    @property
    def liability_class(self) -> str:
        """Of what kind a unit's fault is in such a matter."""
        return LIABILITY.get(self.matter["type"], "business_error")

    def says(self, rng: Random, part: str) -> str:
        """One of the matter's texts for `part` (told, spot, finding, measure …), filled in."""
        found = self.matter[part]
        return str(rng.choice(found) if isinstance(found, list) else found).format(**self.filled)


def phrase(rng: Random, kind: str) -> str:
    """Something that anybody may say."""
    return str(rng.choice(texts()["phrases"][kind]))


def draw_case(
    rng: Random, provinces: tuple[Province, ...], came: datetime, *, needs: str = "", complaint_type: str = ""
) -> Case:
    """A case of a customer who comes at the instant `came`; `needs` names a part that the matter must have."""
    province = rng.choices(provinces, weights=(50, 30, 20)[: len(provinces)])[0]
    city = rng.choice(province.cities)
    matters = [
        matter
        for matter in texts()["matters"]
        if (not needs or matter.get(needs)) and complaint_type in ("", matter["type"])
    ]
    matter = rng.choices(matters, weights=[matter["weight"] for matter in matters])[0]
    customer = draw_customer(rng, city, matter["business"])
    channel = rng.choices(list(CHANNELS), weights=list(CHANNELS.values()))[0]
    return _told(rng, Case(customer, province, city, channel, matter, "", "", {}, {}, came, came), came)


def again(rng: Random, case: Case, came: datetime) -> Case:
    """The same customer with the same matter once more, in the same words, by phone or on the web."""
    return _told(rng, replace(case, channel=rng.choice(("hotline", "hotline", "website"))), came)


def draw_customer(rng: Random, city: City, business: str, tier: str = "") -> Customer:
    """Somebody of the city who has the business, of the tier where it is given."""
    tier = tier or rng.choices(list(TIERS), weights=list(TIERS.values()))[0]
    name = rng.choice(texts()["surnames"]) + rng.choice(texts()["given"])
    phone = f"{rng.choice(PREFIXES)}{rng.randrange(10**8):08}"
    house = f"{rng.randint(1, 300)}号{rng.randint(1, 30)}幢{rng.randint(101, 2804)}室"
    service_number = phone
    if business in ("broadband", "leased_line"):
        service_number = f"{city.unit.code[2:]}KD{rng.randrange(10**7):07}"
    elif business == "telephone":
        service_number = f"{city.area}9{rng.randrange(10**7):07}"  # no line in a house begins with 9
    return Customer(
        name=name if tier != "group" else f"{rng.choice(texts()['companies'])} {name}",
        phone=phone,
        service_number=service_number,
        address=f"{city.name}市{rng.choice(city.streets)}{house}",
        tier=tier,
        brand=rng.choice(BRANDS),
    )


def dated(began: datetime, came: datetime) -> dict[str, str]:
    """How a customer who comes at `came` speaks of the days."""
    month = came.astimezone(SHANGHAI).replace(day=1) - timedelta(days=1)
    day = began.astimezone(SHANGHAI).date()
    days = (came.astimezone(SHANGHAI).date() - day).days
    since = {0: "今天早些时候", 1: "昨天", 2: "前天"}.get(days, f"{day.month}月{day.day}日")
    return {"month": f"{month.year}年{month.month}月", "since": since}


def _told(rng: Random, case: Case, came: datetime) -> Case:
    """Put the matter into the customer's words, with what the script of the matter asks for."""
    began = (came - timedelta(hours=rng.randint(*case.matter["hours"]))).replace(second=0, microsecond=0)
    filled = {
        "place": case.city.name + "市" + rng.choice(case.city.streets),
        "address": case.customer.address,
        "area": case.city.area,
        "amount": str(rng.choice((5, 8, 10, 15, 20, 30, 39, 58, 66, 88, 120))),
        "number": f"{rng.choice(PREFIXES)}****{rng.choice(('888', '666', '168', '520'))}{rng.randint(0, 9)}",
        "hall": case.city.hall.name,
        **case.filled,
        **dated(began, came),
    }
    summary, description = text = case.text or rng.choice(case.matter["texts"])
    extra: dict[str, Any] = {}
    for code, value in case.matter.get("extra", {}).items():
        chosen = rng.choice(value) if isinstance(value, list) else value
        if chosen == "began":
            chosen = began.astimezone(SHANGHAI).isoformat()
        extra[code] = chosen.format(**filled) if isinstance(chosen, str) else chosen
    return replace(
        case,
        summary=summary.format(**filled),
        description=description.format(**filled),
        extra=extra,
        filled=filled,
        came=came,
        began=began,
        text=text,
    )
