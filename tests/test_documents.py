"""ARCHITECTURE.md and CONTRIBUTING.md name only files and definitions that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from attrs import fields

from app.profile import ListenerSpec

ROOT = Path(__file__).parents[1]
LONGEST_ARCHITECTURE = 120
"""Lines: two pages."""


def code_spans(document: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    without_blocks = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"`([^`\n]+)`", without_blocks)


def defined_names(file: Path) -> set[str]:
    """The classes, functions and attributes of a module: `Class`, `function`, `Class.member`."""
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        match node:
            case ast.ClassDef(name=name, body=body):
                names.add(name)
                names |= {f"{name}.{member}" for each in body for member in _targets(each)}
            case _:
                names.update(_targets(node))
    return names


def _targets(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [each.id for each in targets if isinstance(each, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_path_that_a_document_names_exists(document: str) -> None:
    paths = [span for span in code_spans(document) if re.match(r"(app|tests|resources)(/|$)", span)]
    assert paths
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert not missing


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"])
def test_every_link_of_a_document_leads_to_a_file(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    missing = [link for link in links if not (ROOT / link).exists()]
    assert not missing


def test_every_definition_that_the_architecture_names_is_in_the_file_before_it() -> None:
    known: set[str] = set()
    checked = 0
    for span in code_spans("ARCHITECTURE.md"):
        if span.endswith(".py"):
            known = defined_names(ROOT / span)
        elif re.fullmatch(r"[A-Z]\w*\.\w+|[a-z]\w*_\w+|State", span) and known:
            assert span in known, f"{span} is not in the file that stands before it"
            checked += 1
    assert checked > 10


def test_the_architecture_stays_short() -> None:
    lines = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LONGEST_ARCHITECTURE


def test_the_guide_has_every_field_of_a_listener() -> None:
    guide = (ROOT / "resources" / "guide" / "profile.md").read_text(encoding="utf-8")
    keys = {"faults": "fault"}
    names = [keys.get(each.name, each.name) for each in fields(ListenerSpec)]
    missing = [name for name in names if not re.search(rf"\b{name}\b", guide)]
    assert not missing
