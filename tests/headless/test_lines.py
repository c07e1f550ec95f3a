"""Lines for whoever reads them in time, and for who does not."""

from __future__ import annotations

import json

from app.headless.events import Stopped
from app.headless.lines import Lines


class Narrow:
    """Takes lines as long as there is room."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.lines: list[str] = []

    def write(self, line: str) -> bool:
        if len(self.lines) >= self.room:
            return False
        self.lines.append(line)
        return True


def test_an_event_is_a_sentence_or_an_object_with_the_time() -> None:
    wide = Narrow(2)
    Lines(wide, lambda: 5.5, as_json=False).write(Stopped("Écho"))
    Lines(wide, lambda: 5.5, as_json=True).write(Stopped("Écho"))
    assert wide.lines[0] == "Écho is stopped."
    assert wide.lines[1].isascii(), "whatever the terminal, the lines are the same"
    assert json.loads(wide.lines[1]) == {"event": "stopped", "listener": "Écho", "time": 5.5}


def test_what_found_no_room_is_counted_and_told_where_it_lacks() -> None:
    narrow = Narrow(1)
    lines = Lines(narrow, lambda: 0.0, as_json=False)
    for name in ("A", "B", "C"):
        lines.write(Stopped(name))
    narrow.room = 2
    lines.write(Stopped("D"))
    narrow.room = 4
    for name in ("E", "F", "G"):
        lines.write(Stopped(name))
    assert narrow.lines == [
        "A is stopped.",
        "2 lines are lost here: those before them were not read in time.",
        "1 lines are lost here: those before them were not read in time.",
        "E is stopped.",
    ]
