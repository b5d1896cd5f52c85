"""Addresses of this room: one's own page, notices, what machines ask. The way in is entrance.py."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from core import views

app_name = "core"
urlpatterns = [
    path("m/me/", views.me, name="me"),
    path("live/notices/", views.notices, name="notices"),
    path("healthz", views.healthz, name="healthz"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(url_name="core:schema"),
        name="api-docs",
    ),
]
