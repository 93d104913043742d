"""Addresses of taking a complaint, beside the admin's own pages; mounted under `/desk/intake/`."""

from django.urls import path

from complaints import views

urlpatterns = [
    path("side/", views.side, name="intake_side"),
    path("discard/", views.discard, name="intake_discard"),
    path("contact/<slug:number>/", views.contact, name="intake_contact"),
]
