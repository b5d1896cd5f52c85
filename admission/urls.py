"""Addresses of this room."""

from django.urls import path

from admission.views import authorise, requests

app_name = "admission"
urlpatterns = [
    path("m/households/<int:pk>/authorisations/", requests.ask, name="ask"),
    path("m/authorisations/<int:pk>/", requests.follow, name="request"),
    path("m/authorisations/<int:pk>/standing/", requests.standing, name="request-standing"),
    path("m/authorisations/<int:pk>/call-off/", requests.call_off, name="request-call-off"),
    path("m/authorisations/<int:pk>/withdraw/", requests.withdraw, name="request-withdraw"),
    path("m/authorisations/<int:pk>/paper/", requests.paper, name="request-paper"),
    path("authorise/<str:token>/", authorise.authorise, name="authorise"),
    path("authorise/<str:token>/identity/", authorise.identity, name="authorise-identity"),
    path("authorise/<str:token>/face/", authorise.face, name="authorise-face"),
    path("authorise/<str:token>/sign/", authorise.sign, name="authorise-sign"),
    path("authorise/<str:token>/decline/", authorise.decline, name="authorise-decline"),
    path("authorise/<str:token>/paper/", authorise.paper, name="authorise-paper"),
]
