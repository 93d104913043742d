"""Addresses of remedies, mounted under `/desk/remedies/`."""

from django.urls import path

from complaints.remedies import views

urlpatterns = [path("", views.use, name="remedies")]
