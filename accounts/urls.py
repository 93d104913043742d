"""Addresses of accounts."""

from django.urls import path

from accounts.views import sessions

urlpatterns = [
    path("still-here/", sessions.still_here, name="still_here"),
]
