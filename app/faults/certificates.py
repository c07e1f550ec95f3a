"""Identities that a client must reject, each for one reason."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from app.faults.spec import TlsProblem
from app.text.sentence import Sentence

Identity = TypeVar("Identity")

MakeAuthority = Callable[[str, datetime.datetime], Identity]
"""Makes a new CA of an owner, valid from a time on."""

Issue = Callable[[Identity, Iterable[str], datetime.datetime], Identity]
"""Makes a certificate of a CA for names, valid from a time on."""

SignItself = Callable[[Iterable[str], datetime.datetime], Identity]
"""Makes a certificate for names, valid from a time on, that is its own CA."""

OTHER_NAME: Final = "another-name.invalid"
"""A name that no client asks for (RFC 2606)."""

AGO: Final = datetime.timedelta(days=1000)
"""An expired certificate is this old, which is more than any is valid for."""


def bad_identity(
    problem: TlsProblem,
    names: Iterable[str],
    now: datetime.datetime,
    *,
    authority: Identity,
    make_authority: MakeAuthority[Identity],
    issue: Issue[Identity],
    sign_itself: SignItself[Identity],
) -> Identity:
    """A server's identity with `problem`, which is one of a certificate.

    `authority` is the CA that the clients trust, and `names` are those that they ask for, so that
    nothing else is wrong with it. Raises `ValueError` for a problem that is none of a certificate.
    """
    match problem:
        case TlsProblem.EXPIRED:
            return issue(authority, names, now - AGO)
        case TlsProblem.OTHER_NAME:
            return issue(authority, [OTHER_NAME], now)
        case TlsProblem.UNKNOWN_CA:
            return issue(make_authority("nobody", now), names, now)
        case TlsProblem.SELF_SIGNED:
            return sign_itself(names, now)
    raise ValueError(
        Sentence(
            "no-certificate-problem", "{value} is no problem of a certificate", value=problem.value
        )
    )
