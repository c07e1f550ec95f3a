"""Every state that is pictured and walked through, by the profile that the window starts on."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from tests.screenshots.dialogs import DIALOGS
from tests.screenshots.panes import PANES
from tests.screenshots.stage import Scene, Stage, at_once
from tests.screenshots.world import Steps, profile

FIRST: Final = """version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:8007:interface=127.0.0.1"

[[listener]]
name = "Hello"
protocol = "hello"
endpoint = "tcp:8025:interface=127.0.0.1"
"""
"""As the profile is at the first start of the program."""

BROKEN: Final = FIRST.replace("8025", "99999")


def _nothing(_stage: Stage) -> Steps:
    yield lambda: True


def _first_run(stage: Stage) -> Steps:
    stage.show(stage.window.overview)
    yield lambda: True


def _problems(stage: Stage) -> Steps:
    stage.window.rest.profile.show_problems()
    yield lambda: True


def _first_step(stage: Stage) -> Steps:
    yield from _first_run(stage)
    card = stage.window.first_steps
    assert card is not None
    card.start.click()
    yield lambda: stage.listener("Echo").is_on


def _second_step(stage: Stage) -> Steps:
    yield from _first_step(stage)
    card = stage.window.first_steps
    assert card is not None
    yield card.connect_button.isEnabled
    card.connect_button.click()
    yield lambda: stage.session_tab.session.state.is_open


@frozen
class Start:
    """A profile, and the scenes of a window on it."""

    profile: str
    scenes: tuple[Scene, ...]
    is_populated: bool = False
    """Whether the listeners are started, and clients come."""


STARTS: Final = (
    Start(FIRST, (Scene("first-run", _first_run),)),
    Start(FIRST, (Scene("first-run-connected", _second_step),)),
    Start("version = 1\n", (Scene("empty", _nothing),)),
    Start(BROKEN, (Scene("broken-profile", _problems),)),
    Start(profile(), (Scene("trust", at_once(lambda stage: stage.command("trust_code"))),)),
    Start(profile(), (*PANES, *DIALOGS), is_populated=True),
)
