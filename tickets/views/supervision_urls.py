"""Addresses below `/supervision/`."""

from django.urls import path

from tickets.views import access, monitor, supervision

urlpatterns = [
    path("orders/", supervision.orders, name="supervision_orders"),
    path("access/", access.report, name="access_report"),
    path("access/people/", access.people, name="access_people"),
    path("", monitor.monitor, name="monitor"),
    path("units/", monitor.branches, name="monitor_units"),
    path("wall/", monitor.wall, name="wall"),
]
