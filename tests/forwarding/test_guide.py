"""The guide names every key of forwarding, and nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from app.forwarding.reading import HOLD_KEYS, REWRITE_KEYS, Alterations, parse
from app.protocols import catalog
from app.protocols.definition import describe_options
from app.rules.reading import FRAMING_KEYS

GUIDE = (Path(__file__).parents[2] / "resources" / "guide" / "forward.md").read_text("utf-8")


def keys(heading: str) -> list[str]:
    """The first column of the table below a heading."""
    section = GUIDE.partition(heading)[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def test_the_guide_has_every_option() -> None:
    options = [option.name for option in describe_options(catalog.find("forward").options)]
    assert keys("# Forwarding") == [*options, FRAMING_KEYS[0], "rewrite", "hold"]


def test_the_guide_has_every_key_of_a_rule() -> None:
    assert sorted(keys("## Rewrite rules")) == sorted(REWRITE_KEYS)
    assert sorted(keys("## Held messages")) == sorted(HOLD_KEYS)


def test_the_example_of_the_guide_is_right() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    (listener,) = tomllib.loads(example)["listener"]
    options = {key: listener["options"][key] for key in ("framing", "rewrite")}
    assert isinstance(parse(options), Alterations)
