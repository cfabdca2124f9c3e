import pytest

from admin.throttle import Throttle, TooManyRequests


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_the_rate():
    clock = Clock()
    throttle = Throttle(rate=2, burst=3, clock=clock)
    for _ in range(3):
        throttle.pass_or_raise("a")
    with pytest.raises(TooManyRequests) as refused:
        throttle.pass_or_raise("a")
    assert refused.value.wait == 1
    throttle.pass_or_raise("b")
    clock.now = 0.5
    throttle.pass_or_raise("a")
    with pytest.raises(TooManyRequests):
        throttle.pass_or_raise("a")


def test_a_pause_gives_no_more_than_a_burst():
    clock = Clock()
    throttle = Throttle(rate=2, burst=3, clock=clock)
    throttle.pass_or_raise("a")
    clock.now = 1000
    for _ in range(3):
        throttle.pass_or_raise("a")
    with pytest.raises(TooManyRequests):
        throttle.pass_or_raise("a")


def test_it_forgets_the_address_not_heard_of_for_longest():
    throttle = Throttle(rate=0.001, burst=1, addresses=2, clock=Clock())
    for address in "abc":
        throttle.pass_or_raise(address)
    throttle.pass_or_raise("a")
    with pytest.raises(TooManyRequests):
        throttle.pass_or_raise("c")
