"""The file of the tour: its parts, its endpoint, and where it stays."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.net.endpoint import Endpoint
from app.user_code.loading import load
from app.user_code.reference import Reference, UserCodeError
from app.user_code.tour import Part, TourFile, endpoint_in, lines_of, syntax_error

ENDPOINT = Endpoint.tcp(8123)


@pytest.fixture
def file(tmp_path: Path) -> TourFile:
    return TourFile(tmp_path / "tour" / "one")


def part(text: str, wanted: Part) -> list[str]:
    lines = text.split("\n")
    return [lines[at] for at in lines_of(text, wanted)]


def test_the_parts_are_the_protocol_the_factory_and_where_it_listens(file: TourFile) -> None:
    text = file.begin(ENDPOINT)
    assert part(text, Part.PROTOCOL)[0] == "class Echo(Protocol):"
    assert part(text, Part.PROTOCOL)[-1].endswith("numProtocols - 1")
    assert part(text, Part.FACTORY)[0] == "class EchoFactory(Factory):"
    assert part(text, Part.FACTORY)[-1] == "    limit = 2"
    assert part(text, Part.REACTOR)[0].startswith("if __name__")
    assert part(text, Part.REACTOR)[-1] == "    reactor.run()"


def test_a_part_is_found_while_the_syntax_is_wrong() -> None:
    assert part("class A(Protocol):\n    def (\n\nx = (\n", Part.PROTOCOL) == [
        "class A(Protocol):",
        "    def (",
    ]
    assert part("x = 1\n", Part.FACTORY) == []


def test_the_endpoint_is_read_from_the_last_part(file: TourFile) -> None:
    text = file.begin(ENDPOINT)
    assert endpoint_in(text) == ENDPOINT
    assert endpoint_in(text.replace("8123", "9000")) == Endpoint.tcp(9000)
    assert endpoint_in(text.replace("tcp:8123", "nothing")) is None
    assert endpoint_in("serverFromString(") is None
    assert endpoint_in("") is None


@given(st.text(max_size=60))
def test_any_text_has_an_endpoint_and_a_syntax_or_not(text: str) -> None:
    endpoint_in(text)
    syntax_error(text)
    for each in Part:
        assert set(lines_of(text, each)) <= set(range(len(text.split("\n"))))


def test_a_mistake_has_its_line() -> None:
    assert syntax_error("x = 1\n") is None
    mistake = syntax_error("x = 1\ny = (\n")
    assert mistake is not None
    assert mistake[0] == 1
    assert "never closed" in mistake[1]


def test_the_file_can_be_loaded_and_starts_nothing(file: TourFile) -> None:
    file.begin(ENDPOINT)
    loaded = load(Reference.parse(file.reference))
    assert getattr(loaded.found, "limit") == 2  # noqa: B009
    assert "EchoFactory" in runpy.run_path(str(file.path), run_name="imported")


def test_what_was_changed_and_left_is_there_again(file: TourFile) -> None:
    text = file.begin(ENDPOINT)
    assert not file.is_changed(text)
    file.write(f"{text}# mine\n")
    again = TourFile(file.path.parent)
    left = again.begin(Endpoint.tcp(9000))
    assert left.endswith("# mine\n")
    assert again.is_changed(left)


def test_deleting_leaves_no_folder_behind(file: TourFile, tmp_path: Path) -> None:
    file.begin(ENDPOINT)
    file.delete()
    assert list(tmp_path.iterdir()) == []
    file.delete()


def test_deleting_leaves_what_is_not_of_the_tour(file: TourFile) -> None:
    file.begin(ENDPOINT)
    other = file.path.with_name("mine.py")
    other.touch()
    file.delete()
    assert other.exists()
    assert not file.path.exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "tour").touch()
    with pytest.raises(UserCodeError, match="cannot be written"):
        TourFile(tmp_path / "tour" / "one").begin(ENDPOINT)
    file = TourFile(tmp_path / "two")
    with pytest.raises(UserCodeError, match="Choose another folder"):
        file.copy_to(tmp_path / "none" / "x.py", "")
