"""What typed texts hide by form on their way to the regulator, and what must stay readable."""

from __future__ import annotations

import pytest
from django.utils import translation

from appeals.evidence.veil import Veil

SHOWN = {"张伟", "13812345678", "NJ05270001"}


def over(text: str) -> str:
    with translation.override("zh-hans"):
        return Veil([], shown=SHOWN).over(text)


@pytest.mark.parametrize(
    "text, shown",
    [
        ("请打13912340001。", "请打[电话已隐去]。"),
        ("请打 139-1234-0001", "请打 [电话已隐去]"),
        ("请打１３９１２３４０００１", "请打[电话已隐去]"),
        ("+86 13912340001", "+86 [电话已隐去]"),
        ("座机025-83456789转2", "座机[电话已隐去]转2"),
        ("座机(0527)8345678", "座机[电话已隐去]"),
        ("联系电话：83456789", "联系电话：[电话已隐去]"),
        ("身份证320102198001011234", "身份证[证件号或卡号已隐去]"),
        ("身份证32010219800101123X。", "身份证[证件号或卡号已隐去]。"),
        ("身份证320102 19800101 123x", "身份证[证件号或卡号已隐去]"),
        ("老身份证320102800101123", "老身份证[证件号或卡号已隐去]"),
        ("卡号6222 0212 3456 7890", "卡号[证件号或卡号已隐去]"),
        ("邮箱li.lei@mail.example.cn，", "邮箱[邮箱已隐去]，"),
        ("微信号li_lei88，", "微信号[账号已隐去]，"),
        ("工号：A1024说", "工号：[账号已隐去]说"),
        ("家住南京市鼓楼区中山路1号3栋302室，", "家住南京市鼓[地址已隐去]，"),
    ],
)
def test_personal_data_are_hidden_by_their_form(text: str, shown: str) -> None:
    assert over(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "张伟，13812345678",
        "138 1234 5678",  # the appellant's own number, however it is written
        "账号NJ05270001",
        "工单C2611230000018，申诉A2611230000023",
        "工信申〔2026〕123号",
        "2026-11-20 15:30 前办结，2026-11-21 2026-11-22 两次上门",
        "退费100.50元，流量费1380元，共12个月",
        "100兆宽带、300分钟、客服热线10010",
        "第3号通知，一号线路",
    ],
)
def test_dates_amounts_and_what_the_regulator_knows_stay(text: str) -> None:
    assert over(text) == text
