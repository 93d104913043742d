"""Addresses of mass incidents, mounted under `/desk/incidents/`."""

from django.urls import path

from complaints.incidents import views

urlpatterns = [
    path("", views.incidents, name="incidents"),
    path("new/", views.new, name="incident_new"),
    path("<int:pk>/", views.incident, name="incident"),
    path("<int:pk>/link/", views.link, name="incident_link"),
    path("<int:pk>/<slug:act>/", views.act, name="incident_act"),
]
