"""Addresses: one line per room."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("core.entrance")),
    path("", include("core.urls")),
    path("", include("village.urls")),
    path("", include("visits.urls")),
    path("", include("admission.urls")),
    path("", include("credit.urls")),
    path("", include("postloan.urls")),
    path("admin/", admin.site.urls),
]
