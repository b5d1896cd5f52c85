from django.apps.registry import Apps
from django.db import models
from django.db.models.signals import class_prepared
from django_fsm import FSMField, transition

from core.migrating import HISTORICAL


def _drawn(module):
    """A model of one state field, as the project's code or as a migration draws it."""
    told = {"__module__": module, "status": FSMField(default="draft")}

    @transition("status", source="draft", target="sent")
    def send(self):
        pass

    class Meta:
        app_label = "core"
        apps = Apps()

    return type("Letter", (models.Model,), told | {"send": send, "Meta": Meta})


def test_historical_models_do_not_listen_for_those_drawn_after_them():
    before = len(class_prepared.receivers)

    history = [_drawn(HISTORICAL) for _ in range(3)]

    assert len(class_prepared.receivers) == before
    assert all(each._meta.get_field("status").default == "draft" for each in history)


def test_models_of_the_project_keep_their_moves():
    letter = _drawn("core.letters")

    assert [each.name for each in letter().get_available_status_transitions()] == ["send"]
