"""Lines for whoever reads them, and for nobody."""

from __future__ import annotations

import io

from app.headless.events import Stopped
from app.headless.lines import Lines


def test_when_nobody_reads_any_more_it_says_so_once_and_goes_quiet() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    gone: list[None] = []
    lines = Lines(Closed(), lambda: 0.0, as_json=True, gone=lambda: gone.append(None))
    lines.write(Stopped("Echo"))
    lines.write(Stopped("Echo"))
    assert len(gone) == 1
