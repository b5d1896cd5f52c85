import threading

import pytest
from django.db import connection, transaction
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from core import idempotency
from core.models import Branch, IdempotencyKey
from tests import make


class OpenBranch(APIView):
    """A door that makes one branch per key."""

    authentication_classes = permission_classes = ()

    def post(self, request):
        def work():
            made = make.branch(name=request.data["name"])
            return 201, {"branch": made.pk}

        return idempotency.once(request, "customer:1", "open-branch", work)


def _post(name: str = "一", key: str | None = "k1"):
    headers = {idempotency.HEADER: key} if key else {}
    request = APIRequestFactory().post("/", {"name": name}, format="json", headers=headers)
    return OpenBranch.as_view()(request)


@pytest.mark.django_db
def test_the_same_request_again_gets_the_same_answer_and_does_nothing():
    first, again = _post(), _post()

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert Branch.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_refused():
    _post("一")

    assert _post("二").status_code == 422
    assert Branch.objects.count() == 1


@pytest.mark.django_db
def test_a_missing_key_is_refused():
    assert _post(key=None).status_code == 400


@pytest.mark.django_db
def test_work_that_failed_leaves_no_key_behind():
    request = APIRequestFactory().post(
        "/", {"wrong": 1}, format="json", headers={idempotency.HEADER: "k1"}
    )

    with pytest.raises(KeyError), transaction.atomic():
        OpenBranch.as_view()(request)

    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_request_while_it_is_being_worked_is_told_to_wait():
    working, may_end = threading.Event(), threading.Event()

    def hold_the_key() -> None:
        with transaction.atomic():
            idempotency._claim("customer:1|open-branch|k1")
            working.set()
            may_end.wait(10)
        connection.close()

    holder = threading.Thread(target=hold_the_key)
    holder.start()
    working.wait(10)
    answer = _post()
    may_end.set()
    holder.join()

    assert (answer.status_code, answer.data["code"]) == (409, "in_flight")


@pytest.mark.django_db(transaction=True)
def test_work_without_a_transaction_is_done_once_by_two_who_ask_at_the_same_moment():
    working, may_end, answers = threading.Event(), threading.Event(), []

    class AskTheNeighbours(APIView):
        authentication_classes = permission_classes = ()

        def post(self, request):
            def work():
                assert not connection.in_atomic_block
                working.set()
                may_end.wait(10)
                return 201, {"branch": make.branch().pk}

            return idempotency.once_outside(request, "staff:1", "ask", work)

    def ask():
        headers = {idempotency.HEADER: "k1"}
        request = APIRequestFactory().post("/", {}, format="json", headers=headers)
        return AskTheNeighbours.as_view()(request)

    def ask_first():
        answers.append(ask())
        connection.close()

    first = threading.Thread(target=ask_first)
    first.start()
    working.wait(10)
    meanwhile = ask()
    may_end.set()
    first.join()
    later = ask()

    assert (meanwhile.status_code, meanwhile.data["code"]) == (409, "in_flight")
    assert (answers[0].status_code, later.status_code) == (201, 201)
    assert answers[0].data == later.data
    assert Branch.objects.count() == 1
