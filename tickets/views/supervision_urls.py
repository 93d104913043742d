"""Addresses below `/supervision/`."""

from django.urls import path

from tickets.views import monitor, supervision

urlpatterns = [
    path("orders/", supervision.orders, name="supervision_orders"),
    path("", monitor.monitor, name="monitor"),
    path("units/", monitor.branches, name="monitor_units"),
    path("wall/", monitor.wall, name="wall"),
]
