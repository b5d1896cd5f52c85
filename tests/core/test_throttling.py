"""So many tries, then no more for a while."""

import time

from core import throttling


def test_the_try_after_the_last_is_refused_and_others_are_not():
    tries = [throttling.allowed("door", "one", most=3, seconds=60) for _each in range(4)]

    assert tries == [True, True, True, False]
    assert throttling.allowed("door", "other", most=3, seconds=60)
    assert throttling.allowed("window", "one", most=3, seconds=60)


def test_tries_are_forgotten_after_their_time():
    assert throttling.allowed("door", "one", most=1, seconds=1)
    assert not throttling.allowed("door", "one", most=1, seconds=1)

    time.sleep(1.2)

    assert throttling.allowed("door", "one", most=1, seconds=1)
