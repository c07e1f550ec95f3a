"""The file of snippets: it is read, saved, and never lost when it is damaged."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from app.client.draft import LONGEST_TEXT, Draft
from app.client.saved.snippets import (
    MOST_SNIPPETS,
    Snippet,
    SnippetFile,
    SnippetFileError,
    parse,
    read_snippets,
    render,
    write_snippets,
)
from app.files.atomic_write import write_atomically
from app.files.locks import folder_lock
from app.profile.reading import LARGEST_SIZE
from app.text.notation import LineEnding, Notation
from tests.client.drafts import drafts

HELLO = Snippet("Hello", Draft("EHLO x\n", Notation.ESCAPES, LineEnding.CRLF), "Mail")
BYE = Snippet("Bye", Draft("QUIT"))

snippets = st.builds(Snippet, st.text(min_size=1).filter(str.strip), drafts, st.text())


@pytest.fixture
def file(tmp_path: Path) -> SnippetFile:
    return SnippetFile(tmp_path / "config" / "snippets.toml", clock=lambda: 1_700_000_000.0)


@given(st.lists(snippets))
def test_written_snippets_are_read_back(found: list[Snippet]) -> None:
    reading = parse(render(found))
    assert list(reading.snippets) == found
    assert reading.problems == ()


def test_a_hand_written_file_is_read() -> None:
    text = 'version = 1\n[[snippet]]\nname = "Bye"\ntext = "QUIT"\n'
    assert parse(text).snippets == (BYE,)
    assert render([HELLO]) == (
        "version = 1\n\n[[snippet]]\n"
        'folder = "Mail"\nname = "Hello"\ntext = "EHLO x\\n"\nnotation = "escapes"\n'
        'ending = "crlf"\n'
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "version: must be 1"),
        ("version = 2", "a newer Portdeck"),
        ("version = 1\nsnippet = 3", "write [[snippet]]"),
        ("version = 1\n" * 2, "this is not TOML"),
        ("version = 1\nsnippet = [1]", "snippet[0]: must be a table"),
        ("version = 1\n[[snippet]]\ntext = 'x'", "snippet[0].name: must be a text"),
        ("version = 1\n[[snippet]]\nname = ' '", "snippet[0].name: must be a text"),
        ("version = 1\n[[snippet]]\nname = 'x'\nfolder = 1", "snippet[0].folder"),
        ("version = 1\n[[snippet]]\nname = 'x'\ntext = 1", "text must be a string"),
        ("version = 1\n[[snippet]]\nname = 'x'\nnotation = 'y'", "notation must be one of"),
        ("version = 1\n[[snippet]]\nname = 'x'\ncolour = 'y'", "unknown key 'colour'"),
        ("version = 1\n" + "a." * 1000 + "a = 1", "too large or too deep"),
        ("version = 1\na = " + "[" * 10_000, "too large or too deep"),
        (f"version = 1\n# {'x' * LARGEST_SIZE}", "too large or too deep"),
        ("version = 1\n" + "[[snippet]]\n" * (MOST_SNIPPETS + 1), f"at most {MOST_SNIPPETS}"),
        (
            f"version = 1\n[[snippet]]\nname = 'x'\ntext = '{'x' * (LONGEST_TEXT + 1)}'",
            "must not be longer",
        ),
    ],
)
def test_problems_are_reported(text: str, words: str) -> None:
    reading = parse(text)
    assert reading.snippets == ()
    assert words in str(reading.problems[0])


@given(st.text(st.sampled_from('version=1[snippet]name"x\n.\\{} ')))
def test_any_text_gives_snippets_or_problems(text: str) -> None:
    reading = parse(text)
    assert reading.problems or text


def test_an_invalid_snippet_is_skipped() -> None:
    text = render([HELLO, BYE]).replace('"crlf"', '"crfl"')
    reading = parse(text)
    assert reading.snippets == (BYE,)
    assert len(reading.problems) == 1


def test_saved_snippets_are_loaded_and_only_the_owner_can_read_them(file: SnippetFile) -> None:
    assert file.load().snippets == ()
    file.save([HELLO, BYE])
    assert SnippetFile(file.path).load().snippets == (HELLO, BYE)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"version = 1\n[[snippet]]\n", b"\xff\xfe\x00", b"not ours"])
def test_the_first_save_moves_a_broken_file_aside(file: SnippetFile, content: bytes) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    assert file.load().problems
    assert file.path.read_bytes() == content
    file.save([BYE])
    (aside,) = file.path.parent.glob("snippets.broken-*.toml")
    assert aside.read_bytes() == content
    assert SnippetFile(file.path).load().snippets == (BYE,)
    file.save([])
    assert len(list(file.path.parent.iterdir())) == 2


def test_additions_and_removals_of_another_window_are_kept(
    file: SnippetFile,
) -> None:
    file.save([BYE])
    other = SnippetFile(file.path)
    other.load()
    other.save([BYE, HELLO])
    mine = Snippet("Mine", Draft("x"))
    assert file.save([BYE, mine]) == [BYE, mine, HELLO]
    assert SnippetFile(file.path).load().snippets == (BYE, mine, HELLO)
    other.load()
    assert other.save([mine]) == [mine]
    assert file.save([BYE, mine, HELLO]) == [mine]


def test_equal_names_of_two_windows_are_both_kept(file: SnippetFile) -> None:
    other = SnippetFile(file.path)
    file.load()
    other.load()
    file.save([Snippet("Snippet", Draft("one"))])
    saved = other.save([Snippet("Snippet", Draft("other"))])
    assert [(each.name, each.draft.text) for each in saved] == [
        ("Snippet", "other"),
        ("Snippet 2", "one"),
    ]
    assert SnippetFile(file.path).load().snippets == tuple(saved)


def test_a_change_of_another_window_is_kept(file: SnippetFile) -> None:
    file.save([BYE])
    other = SnippetFile(file.path)
    other.load()
    changed = evolve(BYE, draft=Draft("changed"))
    file.save([changed])
    assert other.save([BYE, HELLO]) == [changed, HELLO]


def test_too_many_snippets_of_two_windows_are_reported_and_none_is_lost(
    file: SnippetFile,
) -> None:
    other = SnippetFile(file.path)
    many = [Snippet(str(number), Draft("x")) for number in range(MOST_SNIPPETS)]
    other.save(many)
    with pytest.raises(SnippetFileError, match="Remove some"):
        file.save([HELLO])
    assert SnippetFile(file.path).load().snippets == tuple(many)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")
def test_two_windows_save_one_after_the_other(
    file: SnippetFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = SnippetFile(file.path)

    def meanwhile(path: Path, content: bytes) -> None:
        with pytest.raises(TimeoutError), folder_lock(path.parent, patience=0):
            pass
        write_atomically(path, content)

    monkeypatch.setattr("app.client.saved.snippets.write_atomically", meanwhile)
    file.save([HELLO])
    assert other.save([BYE]) == [BYE, HELLO]


def test_a_file_that_another_program_damaged_is_moved_aside(file: SnippetFile) -> None:
    file.save([BYE])
    file.path.write_text("oh no")
    file.save([BYE, HELLO])
    (aside,) = file.path.parent.glob("snippets.broken-*.toml")
    assert aside.read_text() == "oh no"


def test_damaged_snippets_do_not_count_as_removed(file: SnippetFile) -> None:
    file.save([BYE, HELLO])
    file.path.write_text(render([BYE, HELLO]).replace('"crlf"', '"crfl"'))
    assert file.save([BYE, HELLO]) == [BYE, HELLO]


def test_a_broken_file_stays_where_it_is_if_the_new_one_cannot_be_made(file: SnippetFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text("oh no")
    many = [Snippet(str(number), Draft("x" * LONGEST_TEXT)) for number in range(17)]
    with pytest.raises(SnippetFileError, match="too much"):
        file.save(many)
    assert [each.name for each in file.path.parent.iterdir()] == [file.path.name]


def test_a_folder_that_is_not_writable_is_reported(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("in the way")
    with pytest.raises(SnippetFileError, match=r"cannot be (written|saved)"):
        SnippetFile(tmp_path / "config" / "snippets.toml").save([BYE])


def test_more_than_the_size_limit_is_not_saved(file: SnippetFile) -> None:
    file.save([BYE])
    many = [Snippet(str(number), Draft("x" * LONGEST_TEXT)) for number in range(17)]
    with pytest.raises(SnippetFileError, match="too much"):
        file.save(many)
    assert SnippetFile(file.path).load().snippets == (BYE,)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_path_that_is_not_a_file_is_reported(file: SnippetFile) -> None:
    file.path.parent.mkdir()
    os.mkfifo(file.path)
    with pytest.raises(SnippetFileError, match="cannot be read"):
        file.load()
    with pytest.raises(SnippetFileError, match="cannot be read"):
        read_snippets(file.path)


def test_snippets_are_exported_and_imported(tmp_path: Path) -> None:
    write_snippets(tmp_path / "mine.toml", [HELLO])
    assert read_snippets(tmp_path / "mine.toml").snippets == (HELLO,)
    with pytest.raises(SnippetFileError, match="cannot be read"):
        read_snippets(tmp_path)
