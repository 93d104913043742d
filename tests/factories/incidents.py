"""Mass incidents of 南京: its fixed lines are cut."""

from __future__ import annotations

import datetime as dt

from complaints.incidents import services
from complaints.incidents.services import Fault
from core import clock
from tests.factories.organization import Operator
from tests.factories.tickets import entry
from tickets.models import Incident

HOUR = dt.timedelta(hours=1)


def an_incident(operator: Operator) -> Incident:
    """An open incident that concerns the usual complaint; the one there is, else a new one."""
    found: Incident | None = Incident.objects.filter(status="open").first()
    fault = Fault(
        title="鼓楼光缆中断",
        areas=[operator.js.cities[0].unit],
        business_types=[entry("business_type", "fixed")],
        starts_at=clock.now() - HOUR,
        expected_end_at=clock.now() + 4 * HOUR,
        script="鼓楼区光缆中断，正在抢修。",
    )
    return found or services.open_incident(by=operator.user("dispatcher"), fault=fault)


def end_incidents(operator: Operator) -> None:
    """Service is back everywhere."""
    for incident in Incident.objects.filter(status="open"):
        services.end_incident(
            incident_id=incident.pk,
            by=operator.user("supervisor"),
            expected_version=incident.version,
            cause="施工挖断",
            answer="光缆已修复，宽带恢复正常。",
        )
