"""The listeners of the command line, such as `echo=tcp:8007`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence
from typing import Final

from app.files.paths import is_file
from app.net.endpoint_kinds import KINDS
from app.profile import ListenerSpec, ParsedProfile, Problem, Tls, check
from app.profile.spec import LONGEST_NAME
from app.user_code.programs.reference import (
    OWN_PLACES,
    ProgramReference,
    is_program,
    program_at,
    program_of,
)
from app.user_code.reference import TWIST_PREFIX, UserCodeError, is_user_code, quoted_words

_PROGRAM: Final = re.compile(r"[^=]*?(?:\.(?:pyw?|tac)|/)(?:\s.*)?", re.I)
"""A program: a file or folder with its arguments."""

_WITH_ENDPOINT: Final = re.compile(r"(?P<before>.*?)=(?P<endpoint>(?P<kind>[a-z][\w+-]*):.*)", re.I)
"""A protocol or a program, and the endpoint to use."""


def parse_listeners(descriptions: Sequence[str], tls: Tls | None = None) -> ParsedProfile:
    """The listeners of arguments such as `echo=tcp:8007`. All of them have the TLS `tls`.

    A listener's name is its protocol, the class name of user code, or the file name of a program.
    The second listener of a protocol is `echo-2`.
    """
    listeners: list[ListenerSpec] = []
    problems: list[Problem] = []
    for description in descriptions:
        protocol, endpoint = _split(description)
        name = _free_name(_base_name(protocol), {each.name for each in listeners})
        endpoint = endpoint or (OWN_PLACES if is_user_code(protocol) else "")
        values = {"name": name, "protocol": protocol, "endpoint": endpoint, "tls": tls}
        found = check(values)
        # The name comes from the protocol, so a problem of the name is a problem of the protocol.
        shown = [problem for problem in found if problem.path != "name"]
        problems.extend(Problem(description, problem.message) for problem in shown)
        if not found:
            listeners.append(ListenerSpec(name=name, protocol=protocol, endpoint=endpoint, tls=tls))
    return ParsedProfile(tuple(listeners), tuple(problems))


def _split(description: str) -> tuple[str, str]:
    """The protocol and the endpoint of `echo=tcp:8007`; no endpoint for a program or for code that
    listens where it says.

    A file that exists is a program as a whole, whatever characters are in its name.
    """
    if description.startswith(TWIST_PREFIX):
        return description, ""  # the options of a plugin may contain "="
    if is_file(description):
        return str(program_at(description)), ""
    found = _WITH_ENDPOINT.fullmatch(description)
    if found is not None and is_file(found["before"]):
        return str(program_at(found["before"])), found["endpoint"]
    # An argument of a program may contain "=" and a colon too, such as --level=a:b.
    if found is not None and (" " not in found["before"] or found["kind"] in KINDS):
        before, endpoint = found["before"], found["endpoint"]
        return program_of(before) if _is_program_text(before) else before, endpoint
    if _is_program_text(description):
        return program_of(description), ""
    protocol, _, endpoint = description.partition("=")
    return protocol, endpoint


def _is_program_text(text: str) -> bool:
    return bool(_PROGRAM.fullmatch(text) or quoted_words(text))


def _base_name(protocol: str) -> str:
    try:
        if is_program(protocol):
            return ProgramReference.parse(protocol).title[:LONGEST_NAME].strip() or "program"
    except UserCodeError:  # `check` reports it
        return "program"
    return protocol.rpartition(":")[2] if is_user_code(protocol) else protocol


def _free_name(base_name: str, taken: Collection[str]) -> str:
    names = itertools.chain([base_name], (f"{base_name}-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)
