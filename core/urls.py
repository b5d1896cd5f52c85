"""Addresses of this room."""

app_name = "core"
urlpatterns: list = []
