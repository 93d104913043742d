"""The address at which a unit is told of what concerns it."""

import pytest

from core.errors import Refused
from organization.addresses import UnitAddress, parse
from organization.forms import UnitForm
from organization.models import Unit
from organization.services import update_unit
from tests.factories.organization import UnitFactory


@pytest.mark.parametrize(
    "text, way, to",
    [
        ("mailto:guwang@example.cn", "mailto", "guwang@example.cn"),
        (" wecom:693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa", "wecom", "693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa"),
        ("dingtalk:0123456789abcdef", "dingtalk", "0123456789abcdef"),
    ],
)
def test_it_is_a_mailbox_or_a_robot(text: str, way: str, to: str) -> None:
    assert parse(text) == UnitAddress(way, to)


@pytest.mark.parametrize(
    "text",
    [
        "guwang@example.cn",
        "mailto:guwang",
        "mailto:abcdefgh12",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6",
        "wecom:short",
        "wecom:693a91f6&key=other",
        "dingtalk:abc def ghi",
        "sms:13800000001",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)
    assert refused.value.code == "notification_address"


@pytest.mark.django_db
def test_the_service_and_the_form_ask_the_same() -> None:
    unit = UnitFactory()
    with pytest.raises(Refused):
        update_unit(unit=unit, by=None, name=unit.name, phone="", notification_address="sms:1")
    typed = {"name": unit.name, "code": unit.code, "tier": unit.tier, "parent": unit.parent_id, "is_active": "on"}
    form = UnitForm(typed | {"notification_address": "sms:1"}, instance=Unit.objects.get(pk=unit.pk))
    assert list(form.errors) == ["notification_address"]
    assert UnitForm(typed | {"notification_address": ""}, instance=Unit.objects.get(pk=unit.pk)).is_valid()
