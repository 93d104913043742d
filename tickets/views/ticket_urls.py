"""Addresses of one ticket, below `/desk/tickets/`."""

from django.urls import path

from tickets.views import actions, attachments, printing, ticket

urlpatterns = [
    path("<slug:number>/", ticket.page, name="ticket"),
    path("<slug:number>/contact/", ticket.full_contact, name="ticket_contact"),
    path("<slug:number>/times/", printing.times, name="ticket_times"),
    path("<slug:number>/print/<slug:form>/", printing.sheet, name="ticket_print"),
    path("<slug:number>/do/<slug:action>/", actions.act, name="ticket_action"),
    path("<slug:number>/orders/<int:seq>/do/<slug:action>/", actions.act, name="order_action"),
    path("<slug:number>/supervision/<int:supervision>/do/<slug:action>/", actions.act, name="supervision_action"),
    path("<slug:number>/attachments/", attachments.upload, name="attachments"),
    path("<slug:number>/attachments/<int:pk>/", attachments.download, name="attachment"),
]
