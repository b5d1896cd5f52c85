"""Addresses of this room."""

app_name = "credit"
urlpatterns: list = []
