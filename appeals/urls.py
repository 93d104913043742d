"""Addresses of taking an appeal, mounted under `/desk/appeals/`."""

from django.urls import path

from appeals import views

urlpatterns = [
    path("new/", views.new, name="appeal_new"),
    path("new/side/", views.side, name="appeal_side"),
]
