"""Addresses of this room."""

from django.urls import include, path

from credit import views, views_guarantors, views_progress
from credit.api import (
    applications,
    authorisations,
    cards,
    consents,
    contracts,
    customers,
    decisions,
    limits,
    loans,
    raises,
    session,
)

app_name = "credit"

v1 = [
    path("session/code", session.CodeView.as_view(), name="session-code"),
    path("session", session.SessionView.as_view(), name="session"),
    path("me", customers.MeView.as_view(), name="me"),
    path("products", customers.ProductsView.as_view(), name="products"),
    path("lines", customers.LinesView.as_view(), name="lines"),
    path("authorisation-text", consents.ConsentText.as_view(), name="authorisation-text"),
    path("consents", consents.ConsentsView.as_view(), name="consents"),
    path("consents/<int:number>", consents.ConsentView.as_view(), name="consent"),
    path(
        "consents/<int:number>/",
        include(
            [
                path("identity", consents.ConsentIdentityView.as_view(), name="consent-identity"),
                path("face", consents.ConsentFaceView.as_view(), name="consent-face"),
                path("sign", consents.ConsentSignView.as_view(), name="consent-sign"),
                path("decline", consents.ConsentDeclineView.as_view(), name="consent-decline"),
            ]
        ),
    ),
    path("identity-cards", cards.CardsView.as_view(), name="identity-cards"),
    path("identity-cards/<int:number>", cards.CardView.as_view(), name="identity-card"),
    path(
        "identity-cards/<int:number>/confirm",
        cards.CardConfirmView.as_view(),
        name="identity-card-confirm",
    ),
    path("authorisations", authorisations.AuthorisationsView.as_view(), name="authorisations"),
    path(
        "authorisations/<int:number>/paper",
        authorisations.AuthorisationPaperView.as_view(),
        name="authorisation-paper",
    ),
    path(
        "authorisations/<int:number>/withdraw",
        authorisations.AuthorisationWithdrawView.as_view(),
        name="authorisation-withdraw",
    ),
    path("applications", applications.ApplicationsView.as_view(), name="applications"),
    path(
        "applications/<str:number>/",
        include(
            [
                path("withdraw", applications.WithdrawView.as_view(), name="withdraw"),
                path("contract", contracts.ContractView.as_view(), name="contract"),
                path("cost-sheet", contracts.CostSheetView.as_view(), name="cost-sheet"),
                path("sign-code", contracts.SigningCodeView.as_view(), name="sign-code"),
                path("sign", contracts.SignView.as_view(), name="sign"),
            ]
        ),
    ),
    path(
        "applications/<str:number>",
        applications.ApplicationView.as_view(),
        name="api-application",
    ),
    path("decisions", decisions.DecisionsView.as_view(), name="decisions"),
    path("decisions/<int:number>", decisions.DecisionView.as_view(), name="decision"),
    path("decisions/<int:number>/appeals", decisions.AppealsView.as_view(), name="appeals"),
    path("limits", limits.LimitsView.as_view(), name="limits"),
    path("limits/<int:number>/appeals", limits.LimitAppealsView.as_view(), name="limit-appeals"),
    path("raises", raises.RaisesView.as_view(), name="raises"),
    path("raises/<int:pk>/paper", raises.RaisePaperView.as_view(), name="raise-paper"),
    path("raises/<int:pk>/sign-code", raises.RaiseCodeView.as_view(), name="raise-code"),
    path("raises/<int:pk>/sign", raises.RaiseSignView.as_view(), name="raise-sign"),
    path("loans", loans.LoansView.as_view(), name="loans"),
    path("loans/<str:number>/schedule", loans.ScheduleView.as_view(), name="schedule"),
    path("loans/<str:number>/repayments", loans.RepaymentsView.as_view(), name="repayments"),
]

urlpatterns = [
    path("api/v1/", include(v1)),
    path("m/progress/", views_progress.progress, name="progress"),
    path("m/progress/<int:pk>/", views_progress.village, name="progress-village"),
    path("m/map/", views_progress.map_, name="map"),
    path("m/map/<int:pk>/households.json", views_progress.households, name="map-households"),
    path("m/applications/", views.applications, name="applications-page"),
    path("m/applications/<int:pk>/", views.application, name="application"),
    path("m/applications/<int:pk>/phone/", views.ask_phone, name="ask-phone"),
    path("m/applications/<int:pk>/guarantors/", views_guarantors.guarantors, name="guarantors"),
    path(
        "m/applications/<int:pk>/guarantors/<int:guarantor>/release/",
        views_guarantors.release,
        name="guarantor-release",
    ),
    path("m/applications/<int:pk>/contract.pdf", views.contract_paper, name="contract-paper"),
]
