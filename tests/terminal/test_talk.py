"""What a conversation needs of the system that it runs on."""

from __future__ import annotations

import subprocess
import sys

ELSEWHERE = """
import os, signal
for module, name in ((signal, "SIGPIPE"), (os, "O_NONBLOCK"), (os, "O_CLOEXEC")):
    if hasattr(module, name):
        delattr(module, name)
from app.terminal.talk import NOBODY_READS
print(NOBODY_READS)
"""


def test_it_can_be_had_where_there_is_no_signal_for_broken_pipes() -> None:
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, check=True)
    assert done.stdout.strip() == b"141"
