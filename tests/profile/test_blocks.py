"""A profile is split into whole lines and blocks, and nothing gets lost."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.profile import ListenerSpec
from app.profile.blocks import header_path, join_blocks, split_blocks, statements
from app.profile.writing import render
from tests.profile.strategies import listeners

TEXT = """\
# top
[[listener]] # one
name = "a [[ # no header"
values = [
    [1, 2], # in the value
    { x = "]" },
]
text = '''
[[listener]]
'''
[[listener.options.rule]]
any = true

# lead
[["listener"]]
name = "b"
# end
"""


def test_a_value_of_several_lines_is_one_statement() -> None:
    found = statements(TEXT)
    assert "".join(found) == TEXT
    assert [each.partition("\n")[0] for each in found if "\n" in each.rstrip("\n")] == [
        "values = [",
        "text = '''",
    ]


def test_headers_are_known_by_their_keys() -> None:
    assert [header_path(each) for each in statements(TEXT) if header_path(each)] == [
        ("listener",),
        ("listener", "options", "rule"),
        ("listener",),
    ]
    assert header_path("[ listener . 'tls' ] # a\n") == ("listener", "tls")


def test_a_block_has_its_lead_and_its_tail() -> None:
    head, (first, second) = split_blocks(TEXT, ("listener",))
    assert head == ""
    assert first.lead == "# top\n"
    assert first.body.endswith("any = true\n")
    assert first.tail == "\n"
    assert (second.lead, second.tail) == ("# lead\n", "# end\n")


@pytest.mark.parametrize("order", [[0, 1], [1, 0], [1], [None, 1], []])
def test_no_comment_line_is_dropped(order: list[int | None]) -> None:
    head, blocks = split_blocks(TEXT, ("listener",))
    text = join_blocks(
        head, blocks, order, lambda _, old: "new\n" if old is None else blocks[old].body
    )
    for comment in ("# top", "# lead", "# end"):
        assert text.count(f"{comment}\n") == 1


@given(listeners)
def test_statements_and_blocks_are_the_whole_text(given: tuple[ListenerSpec, ...]) -> None:
    text = render(given)
    assert "".join(statements(text)) == text
    head, blocks = split_blocks(text, ("listener",))
    assert head + "".join(map(str, blocks)) == text
    assert len(blocks) == len(given)
