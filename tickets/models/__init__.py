"""The tables of the kernel."""

from tickets.models.scheme import DictionaryEntry, Scheme, SchemeVersion  # isort: skip
from tickets.models.ticket import Ticket  # isort: skip
from tickets.models.attachment import Attachment
from tickets.models.clock import StageClock, WorkdayOverride
from tickets.models.contact import Contact
from tickets.models.desk_view import DeskView
from tickets.models.event import TicketEvent
from tickets.models.incident import Incident, IncidentEvent
from tickets.models.outbox import Message, Notice, NoticeChoice, Outbox
from tickets.models.presence import Presence
from tickets.models.records import Amendment, HandOver, TicketLink, TicketNote
from tickets.models.remedy import Remedy
from tickets.models.replies import Answer, InterimReply, RevisitAttempt
from tickets.models.report import Report
from tickets.models.responsibility import Responsibility, ResponsibilityFinding, ResponsibilityShare
from tickets.models.search import TicketSearch
from tickets.models.supervision import Alert, SupervisionOrder, SupervisionTrigger
from tickets.models.time import DelayFinding, Extension, Pause
from tickets.models.work_order import WorkOrder, WorkOrderReply

__all__ = [
    "Alert",
    "Amendment",
    "Answer",
    "Attachment",
    "Contact",
    "DelayFinding",
    "DeskView",
    "DictionaryEntry",
    "Extension",
    "HandOver",
    "Incident",
    "IncidentEvent",
    "InterimReply",
    "Message",
    "Notice",
    "NoticeChoice",
    "Outbox",
    "Pause",
    "Presence",
    "Remedy",
    "Report",
    "Responsibility",
    "ResponsibilityFinding",
    "ResponsibilityShare",
    "RevisitAttempt",
    "Scheme",
    "SchemeVersion",
    "StageClock",
    "SupervisionOrder",
    "SupervisionTrigger",
    "Ticket",
    "TicketEvent",
    "TicketLink",
    "TicketNote",
    "TicketSearch",
    "WorkOrder",
    "WorkOrderReply",
    "WorkdayOverride",
]
