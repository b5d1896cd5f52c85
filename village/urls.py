"""Addresses of this room."""

app_name = "village"
urlpatterns: list = []
