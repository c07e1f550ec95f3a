"""Hypothesis strategies for drafts."""

from __future__ import annotations

from hypothesis import strategies as st

from app.client.draft import Draft
from app.text.notation import LineEnding, Notation

notations = st.sampled_from(Notation)
endings = st.sampled_from(LineEnding)
texts = st.text(st.one_of(st.sampled_from("ab\n\\x4{} 1"), st.characters(codec="utf-8")))
drafts = st.builds(Draft, texts, notations, endings)
