"""Rule sets of every kind, none with a mistake."""

from __future__ import annotations

from hypothesis import strategies as st

from app.rules.reading import MIN_EVERY
from app.rules.spec import (
    Action,
    AnyMatcher,
    Comparison,
    FilePiece,
    LiteralMatcher,
    Matcher,
    MessageFraming,
    Order,
    PythonMatcher,
    RegexMatcher,
    Reply,
    Rule,
    RuleSet,
    Target,
    TextPiece,
    Unframed,
    Unmatched,
    Written,
)
from app.rules.toml_values import MAX_DELAY
from app.text.notation import Notation, write
from app.traffic.framing import Delimited, FixedLength, LengthPrefix, Lines, Netstrings

small = st.text("ab\r\n\\é", max_size=4).map(lambda text: write(text.encode(), Notation.ESCAPES))
hex_literals = st.lists(st.sampled_from(["61", "62", "??", "0d"]), min_size=1, max_size=4).map(
    lambda pairs: Written(" ".join(pairs), Notation.HEX)
)
literals = st.one_of(small.filter(bool).map(Written), hex_literals)
matchers: st.SearchStrategy[Matcher] = st.one_of(
    st.builds(LiteralMatcher, st.sampled_from(Comparison), literals),
    st.sampled_from(["a+", "^a(b)?", "(?P<one>[ab])$", "b|é", "^ab"]).map(RegexMatcher),
    st.just(AnyMatcher()),
    st.just(PythonMatcher("rules.py:answer")),
)
framings: st.SearchStrategy[MessageFraming] = st.one_of(
    st.sampled_from([*Unframed, Lines(), Netstrings()]),
    st.binary(min_size=1, max_size=3).map(Delimited),
    st.integers(1, 9).map(FixedLength),
    st.builds(
        LengthPrefix, st.sampled_from((1, 2, 4)), st.sampled_from(("big", "little")), st.booleans()
    ),
)
names = st.sampled_from(["", "head", "body"])
pieces: st.SearchStrategy[TextPiece | FilePiece] = st.one_of(
    st.builds(TextPiece, small.map(Written), names),
    st.builds(TextPiece, st.just(Written("06 {counter}", Notation.HEX)), names),
    st.sampled_from(["{peer} {uuid}", "close", "ignore"]).map(
        lambda text: TextPiece(Written(text))
    ),
    st.just(FilePiece("big.bin")),
)
replies: st.SearchStrategy[Reply] = st.lists(pieces, min_size=1, max_size=3).map(tuple)
seconds = st.floats(0, MAX_DELAY)
delays = st.one_of(
    st.just((0.0, 0.0)),
    seconds.map(lambda each: (each, each)),
    st.tuples(seconds, seconds).map(lambda pair: (min(pair), max(pair))),
)
states = st.sampled_from([None, "", "in", "out"])


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """A rule that answers messages, or one that sends by itself."""
    matcher = draw(st.none() | matchers)
    said = draw(st.lists(replies, max_size=3).map(tuple))
    if isinstance(matcher, PythonMatcher):
        said = ()
    return Rule(
        matcher=matcher,
        name=draw(st.sampled_from(["", "identify", 'a "b"'])),
        state=draw(states),
        then=draw(states),
        replies=said,
        order=draw(st.sampled_from(Order)) if said else Order.REPEAT,
        delay=draw(delays),
        every=0.0 if matcher else draw(st.floats(MIN_EVERY, 100)),
        action=draw(st.none() | st.sampled_from(Action)),
        to=draw(st.sampled_from(Target)) if matcher else Target.PEER,
        times=draw(st.integers(0, 3)),
        enabled=draw(st.booleans()),
    )


rule_sets = st.builds(
    RuleSet,
    framings.filter(lambda each: each is not Unframed.DATAGRAM),
    st.just(()) | replies,
    st.sampled_from(Unmatched) | replies,
    st.lists(rules(), max_size=4).map(tuple),
)
