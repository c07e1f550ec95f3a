"""Processes that save one profile at the same time, and processes killed while saving."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.profile import FIRST_LISTENERS, ListenerSpec, ProfileFile
from app.profile.writing import render

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and locks")

PATIENCE_SECONDS = 30.0
SEED = 20_251
KILLS = 20
MANY = 3000
SAVERS, SAVES = 3, 10

ADD = """
import sys
from pathlib import Path
from app.profile import ListenerSpec, ProfileConflict, ProfileFile

path, name, saves = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
file = ProfileFile(path)
print("ready", flush=True)
sys.stdin.readline()
for number in range(saves):
    spec = ListenerSpec(name=f"{name} {number}", protocol="echo", endpoint="tcp:0")
    while True:
        try:
            file.save([*file.load().listeners, spec])
            break
        except ProfileConflict:
            pass
"""

ALTERNATE = """
import itertools, os, sys
from pathlib import Path
from app.profile import storage

path, other = map(Path, sys.argv[1:])
texts = [other.read_text(), path.read_text()]
storage._render = lambda text, _: text  # the time goes into the writing alone
file = storage.ProfileFile(path)
file.load()
print("ready", flush=True)
for _ in sys.stdin:
    saver = os.fork()  # a child begins at once, without the imports
    if not saver:
        for text in itertools.cycle(texts):
            file.save(text)
    print(saver, flush=True)
    os.waitpid(saver, 0)
    print("killed", flush=True)
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *arguments]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def test_processes_that_save_at_the_same_time_do_not_undo_each_other(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_text("version = 1\n")
    names = [f"Saver {number}" for number in range(SAVERS)]
    savers = [start(ADD, str(path), name, str(SAVES)) for name in names]
    for saver in savers:
        assert saver.stdin is not None
        saver.stdin.write("go\n")
        saver.stdin.flush()
    for saver in savers:
        _, errors = saver.communicate(timeout=PATIENCE_SECONDS)
        assert (saver.returncode, errors) == (0, "")
    reading = ProfileFile(path).load()
    assert reading.problems == ()
    expected = {f"{name} {number}" for name in names for number in range(SAVES)}
    assert {spec.name for spec in reading.listeners} == expected


def test_processes_that_start_at_the_same_time_create_one_profile(tmp_path: Path) -> None:
    path = tmp_path / "new" / "profile.toml"
    savers = [start(ADD, str(path), f"Saver {number}", "1") for number in range(SAVERS)]
    for saver in savers:
        _, errors = saver.communicate("go\n", timeout=PATIENCE_SECONDS)
        assert (saver.returncode, errors) == (0, "")
    assert len(ProfileFile(path).load().listeners) == len(FIRST_LISTENERS) + SAVERS


def test_whenever_a_saver_is_killed_the_file_is_the_old_or_the_new_one(tmp_path: Path) -> None:
    path, other = tmp_path / "profile.toml", tmp_path / "many"
    many = [ListenerSpec(name=f"{n}", protocol="echo", endpoint="tcp:0") for n in range(MANY)]
    whole = [render(FIRST_LISTENERS), render(many)]
    other.write_text(whole[1])
    path.write_text(whole[0])
    moments = random.Random(SEED)
    with start(ALTERNATE, str(path), str(other)) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        for _ in range(KILLS):
            path.write_text(whole[0])
            parent.stdin.write("save\n")
            parent.stdin.flush()
            saver = int(parent.stdout.readline())
            time.sleep(moments.uniform(0, 0.05))
            os.kill(saver, signal.SIGKILL)
            assert parent.stdout.readline() == "killed\n"
            assert path.read_text() in whole
        parent.communicate()
    left = set(tmp_path.iterdir()) - {path, other}
    assert len(left) <= KILLS
    assert all(each.name.endswith(".new") for each in left), "what later saves clean up"
