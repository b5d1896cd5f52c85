"""One small page for one step: what is about to happen, a form, a button."""

from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse

from core.admin import BackOfficeAdmin


def asks_first(
    admin: BackOfficeAdmin, request: HttpRequest, action: str, **more: Any
) -> HttpResponse:
    """The page before a list's ``action`` on the chosen rows: what it leads to, and a button that
    presses it again with ``confirmed`` beside it."""
    chosen = [(ACTION_CHECKBOX_NAME, pk) for pk in request.POST.getlist(ACTION_CHECKBOX_NAME)]
    return step_page(
        admin,
        request,
        form=forms.Form(),
        back=request.get_full_path(),
        hidden=[
            ("action", action),
            ("select_across", request.POST.get("select_across", "0")),
            ("confirmed", "1"),
            *chosen,
        ],
        **more,
    )


def step_page(
    admin: BackOfficeAdmin, request: HttpRequest, *, title: str, form: forms.Form, **more: Any
) -> HttpResponse:
    """The page of one step. ``says`` tells what will happen, ``do`` is the button's word,
    ``facts`` are pairs shown above the form, ``hidden`` pairs that are sent along with it;
    ``back`` is where cancelling leads, the record whose step it is unless said."""
    return admin.draw_page(
        request,
        "admin/village/step.html",
        title=title,
        status=422 if form.errors else 200,
        headers={"Cache-Control": "no-store, private"},
        form=form,
        is_multipart=form.is_multipart(),
        **more,
    )
