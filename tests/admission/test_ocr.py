"""The real recogniser on drawn papers, and that no web process loads it."""

import io
import subprocess
import sys

import pytest
from PIL import Image

from admission.models import PhotographedPaper
from admission.services import photographed_papers
from config.celery import app
from core import events
from tests.admission import drawn_papers
from tests.admission.photographed import AT, taken

pytestmark = pytest.mark.django_db
Status = PhotographedPaper.Status


@pytest.mark.skipif(not drawn_papers.FONT.exists(), reason="No Chinese font to draw with.")
def test_it_reads_a_card(person, manager):
    paper = photographed_papers.work(taken(person, manager).pk, at=AT)

    found = {each["name"]: each for each in paper.fields_found}
    assert found["id_number"]["value"] == person.id_number
    assert found["name"]["value"] == person.name
    assert found["born_on"]["value"] == "1980-05-17"
    assert found["address"]["value"] == "江苏省灌云县下车镇大港村三组12号"
    assert all(each["confidence"] > 0.8 for each in found.values())


@pytest.mark.skipif(not drawn_papers.FONT.exists(), reason="No Chinese font to draw with.")
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_it_reads_a_card_that_was_photographed_turned(person, manager, turn):
    picture = Image.open(io.BytesIO(drawn_papers.card_front(person.name, person.id_number)))
    held = io.BytesIO()
    picture.rotate(turn, expand=True).save(held, "JPEG", quality=90)

    paper = photographed_papers.work(taken(person, manager, content=held.getvalue()).pk, at=AT)

    found = {each["name"]: each["value"] for each in paper.fields_found}
    assert found["id_number"] == person.id_number
    assert found["name"] == person.name
    assert found["address"] == "江苏省灌云县下车镇大港村三组12号"


@pytest.mark.skipif(not drawn_papers.FONT.exists(), reason="No Chinese font to draw with.")
def test_it_reads_a_licence(person, manager):
    content = drawn_papers.licence(person.name)
    paper = taken(person, manager, "business_licence", content)

    read = photographed_papers.work(paper.pk, at=AT)

    found = {each["name"]: each["value"] for each in read.fields_found}
    assert found["credit_code"] == "91350100M000100Y43"
    assert found["name"] == "灌云县守田农机服务部"
    assert found["person"] == person.name


@pytest.mark.skipif(not drawn_papers.FONT.exists(), reason="No Chinese font to draw with.")
def test_what_comes_in_is_read_by_a_worker_that_heard_of_it(
    person, manager, django_capture_on_commit_callbacks
):
    app.conf.task_always_eager = True
    try:
        with django_capture_on_commit_callbacks(execute=True):
            paper = taken(person, manager)
            events.drain()
    finally:
        app.conf.task_always_eager = False

    paper.refresh_from_db()
    assert paper.status == Status.READ


def test_a_process_that_only_answers_requests_never_loads_it():
    code = (
        "import django, sys; django.setup(); "
        "import config.urls, config.wiring, admission.tasks; "
        "print([name for name in ('onnxruntime', 'rapidocr', 'cv2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)  # noqa: S603

    assert done.stdout.strip() == "[]", done.stderr
