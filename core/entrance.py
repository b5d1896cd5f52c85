"""The way in and out. These names are Django's own, so they bear no room's name."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from core import views

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("welcome/<uidb64>/<token>/", views.ChoosePassword.as_view(), name="choose-password"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("i18n/", include("django.conf.urls.i18n")),
]
