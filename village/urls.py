"""Addresses of this room."""

from django.urls import path

from village.views import checks, files, meeting, register, review, shapes

app_name = "village"
urlpatterns = [
    path("review/meeting/<str:token>/", meeting.meeting, name="meeting"),
    path("review/<str:token>/hand-on/", meeting.hand_on, name="review-hand-on"),
    path("review/<str:token>/", review.review, name="review"),
    path("review/<str:token>/<int:pk>/", review.sheet, name="review-sheet"),
    path("review/<str:token>/<int:pk>/withdraw/", review.withdraw, name="review-withdraw"),
    path("review/<str:token>/<int:pk>/photo/<int:person>/", review.photo, name="review-photo"),
    path("m/checks/", checks.checks, name="checks"),
    path("m/checks/<int:pk>/", checks.check, name="check"),
    path("m/villages/", register.villages, name="villages"),
    path("m/villages/<int:pk>/", register.village, name="village"),
    path("m/households/<int:pk>/", files.household, name="household"),
    path("m/households/<int:pk>/pdf", files.household_pdf, name="household-pdf"),
    path("m/map/shapes.json", shapes.shapes, name="shapes"),
    path("m/customers/", register.customers, name="customers"),
    path("m/customers/<int:pk>/", files.customer, name="customer"),
    path("m/customers/<int:pk>/pdf", files.customer_pdf, name="customer-pdf"),
    path("m/customers/<int:pk>/reveal/", files.reveal, name="reveal"),
    path("m/customers/<int:pk>/photo/", files.photo, name="photo"),
    path("m/customers/<int:pk>/photo/new/", files.take_photo, name="take-photo"),
]
