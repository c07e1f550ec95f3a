"""Every text of the window is translated, and what Qt reads is made of what people write."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from string import Formatter
from xml.etree import ElementTree

ROOT = Path(__file__).parents[2]


def test_no_text_of_the_window_lacks_its_translation() -> None:
    command = [sys.executable, str(ROOT / ".ci" / "translations"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_translated_sentence_of_the_engine_has_the_fields_of_the_english_one() -> None:
    for file in (ROOT / "resources" / "translations").glob("*.ts"):
        for context in ElementTree.parse(file).iter("context"):
            if context.findtext("name") == "Engine":
                for message in context.iter("message"):
                    source = message.findtext("source", "")
                    assert fields(message.findtext("translation", "")) == fields(source), source


def fields(text: str) -> list[str]:
    """The fields of a template, in any order. Those of a line of the log are in its order."""
    if "{" in text:
        parsed = Formatter().parse(text)
        return sorted(f"{name}!{how}:{format}" for _, name, format, how in parsed if name)
    return re.findall(r"%\w", text)
