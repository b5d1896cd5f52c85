"""Addresses of this room."""

from django.urls import path

from visits import views

app_name = "visits"
urlpatterns = [
    path("m/", views.home, name="home"),
    path("m/tasks/<int:pk>/", views.task, name="task"),
]
