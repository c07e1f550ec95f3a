"""`CodeWatch` polls once a second while it is on, and has no timer while it is off."""

from __future__ import annotations

from twisted.internet.task import Clock

from app.user_code.code import CodeWatch


def test_it_calls_look_every_second_until_it_is_off() -> None:
    clock, looks = Clock(), []
    watch = CodeWatch(clock, lambda: looks.append(clock.seconds()))
    assert not clock.getDelayedCalls()
    watch.turn(True)
    watch.turn(True)
    clock.pump([0.5] * 5)
    assert looks == [1.0, 2.0]
    watch.turn(False)
    watch.turn(False)
    assert not clock.getDelayedCalls()


def test_look_may_switch_it_off() -> None:
    clock = Clock()
    watch = CodeWatch(clock, lambda: watch.turn(False))
    watch.turn(True)
    clock.advance(1)
    assert not clock.getDelayedCalls()
