"""What a browser sends from the intake page, and who sits before it."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from complaints.models import Complaint
from tests.factories.organization import Operator

ADD = "admin:complaints_complaint_add"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 64

# A fixed-line fault as the hotline of 江苏 takes it, all questions of its script answered.
FAULT: dict[str, str] = {
    "phone": "138 1234 5678",
    "service_number": "nj0527 0001",
    "name": "张伟",
    "customer_tier": "vip",
    "channel": "hotline",
    "request_type": "complaint",
    "business_type": "broadband",
    "complaint_type": "fixed_fault",
    "level": "provincial",
    "is_urgent": "on",
    "summary": "宽带断网",
    "description": "宽带报障超过24小时未修复",
    "script_fault_reported_at": "2026-11-21T20:00",
    "script_fault_address": "南京市鼓楼区中山路1号",
    "script_repair_progress": "已派维修",
    "script_over_24_hours": "yes",
}
# A policy question at a hall, answered on the spot.
POLICY: dict[str, str] = {
    "phone": "13912345678",
    "name": "王芳",
    "customer_tier": "ordinary",
    "channel": "hall",
    "request_type": "complaint",
    "business_type": "lte",
    "complaint_type": "mobile_policy",
    "level": "general",
    "summary": "套餐优惠不能参加",
    "description": "客户对不能参加优惠不满",
    "script_offer": "老用户优惠",
}
ANSWER: dict[str, str] = {
    "answer_mode": "visit",
    "answer_person_told": "王芳",
    "answer_content": "已解释优惠适用范围，并介绍可参加的优惠",
    "answer_attitude": "accepts",
    "answer_closure_code": "explained",
}


def client_of(operator: Operator, username: str) -> Client:
    """A logged-in client."""
    client = Client()
    client.force_login(operator.user(username))
    return client


def change_of(ticket: Complaint) -> str:
    """The address of a complaint's page in the admin."""
    return reverse("admin:complaints_complaint_change", args=[ticket.pk])


def newest() -> Complaint:
    """The complaint taken last."""
    return Complaint.objects.get_queryset().latest("pk")


def errors_of(answer: Any) -> dict[str, list[str]]:
    """The errors of the form on a page."""
    errors: dict[str, list[str]] = answer.context["form"].errors
    return errors
