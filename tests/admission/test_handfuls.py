"""Answers read by the handful: each once, however many are under way."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from admission.services import gathering


@pytest.mark.parametrize("number", [0, 1, 3, 4, 50])
def test_every_answer_is_read_once_whoever_comes_first(number, monkeypatch):
    monkeypatch.setattr(gathering, "MOST_AT_ONCE", 3)
    with ThreadPoolExecutor(2) as pool:
        sent = {pool.submit(int): None for _ in range(number)}

        read = list(gathering._arriving(sent))

    assert len(read) == number
    assert set(read) == set(sent)


def test_what_has_come_is_read_while_another_is_waited_for():
    silent, answered = Future(), Future()
    answered.set_result(1)

    coming = gathering._arriving({silent: None, answered: None})

    assert next(coming) is answered
    silent.set_result(2)
    assert list(coming) == [silent]
