"""One small page for one step: what is about to happen, a form, a button."""

from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


def step_page(
    admin: ModelAdmin, request: HttpRequest, *, title: str, form: forms.Form, **more: Any
) -> HttpResponse:
    """The page of one step. ``says`` tells what will happen, ``do`` is the button's word,
    ``facts`` are pairs shown above the form, ``hidden`` pairs that are sent along with it."""
    context = {
        **admin.admin_site.each_context(request),
        "title": title,
        "form": form,
        "opts": admin.opts,
        "is_multipart": form.is_multipart(),
        **more,
    }
    return TemplateResponse(
        request,
        "admin/village/step.html",
        context,
        status=422 if form.errors else 200,
        headers={"Cache-Control": "no-store, private"},
    )
