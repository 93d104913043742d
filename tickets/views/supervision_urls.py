"""Addresses below `/supervision/`."""

from django.urls import path

from tickets.views import supervision

urlpatterns = [
    path("orders/", supervision.orders, name="supervision_orders"),
    path("chase/", supervision.chase, name="supervision_chase"),
]
