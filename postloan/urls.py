"""Addresses of this room."""

from django.urls import path, re_path

from postloan import views

app_name = "postloan"
urlpatterns = [
    path("m/warnings/<int:pk>/", views.warning, name="warning"),
    re_path(
        r"^m/warnings/(?P<pk>\d+)/(?P<move>acknowledge|escalate|resolve|dismiss)/$",
        views.move_warning,
        name="move-warning",
    ),
    path("m/inspections/<int:pk>/", views.inspection, name="inspection"),
    path("m/inspections/<int:pk>/review/", views.review_inspection, name="review-inspection"),
]
