"""Addresses of this room."""

from django.urls import path

from admission.views import authorise, papers, requests

app_name = "admission"
urlpatterns = [
    path("m/households/<int:pk>/authorisations/", requests.ask, name="ask"),
    path("m/authorisations/<int:pk>/", requests.follow, name="request"),
    path("m/authorisations/<int:pk>/standing/", requests.standing, name="request-standing"),
    path("m/authorisations/<int:pk>/call-off/", requests.call_off, name="request-call-off"),
    path("m/authorisations/<int:pk>/withdraw/", requests.withdraw, name="request-withdraw"),
    path("m/authorisations/<int:pk>/paper/", requests.paper, name="request-paper"),
    path("m/households/<int:pk>/papers/", papers.papers, name="papers"),
    path("m/papers/<int:pk>/", papers.paper, name="paper"),
    path("m/papers/<int:pk>/standing/", papers.standing, name="paper-standing"),
    path("m/papers/<int:pk>/picture/", papers.picture, name="paper-picture"),
    path("m/papers/<int:pk>/discard/", papers.discard, name="paper-discard"),
    path("m/papers/<int:pk>/take-back/", papers.take_back, name="paper-take-back"),
    path("authorise/<str:token>/", authorise.authorise, name="authorise"),
    path("authorise/<str:token>/identity/", authorise.identity, name="authorise-identity"),
    path("authorise/<str:token>/face/", authorise.face, name="authorise-face"),
    path("authorise/<str:token>/sign/", authorise.sign, name="authorise-sign"),
    path("authorise/<str:token>/decline/", authorise.decline, name="authorise-decline"),
    path("authorise/<str:token>/paper/", authorise.paper, name="authorise-paper"),
]
