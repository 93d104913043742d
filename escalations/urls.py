"""Addresses of taking an escalated complaint, mounted under `/desk/escalations/`."""

from django.urls import path

from escalations import views

urlpatterns = [
    path("new/", views.new, name="escalation_new"),
    path("new/side/", views.side, name="escalation_side"),
]
