"""The listeners that the command line names, such as `echo=tcp:8007`."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence

from app.profile import ListenerSpec, ParsedProfile, Problem, Tls, check
from app.user_code.reference import is_user_code


def parse_listeners(descriptions: Sequence[str], tls: Tls | None = None) -> ParsedProfile:
    """The listeners that arguments such as `echo=tcp:8007` ask for, all of them with `tls`.

    Each is called as its protocol, or as its class if that is the user's own; the second of a
    kind is `echo-2`.
    """
    listeners: list[ListenerSpec] = []
    problems: list[Problem] = []
    for description in descriptions:
        protocol, _, endpoint = description.partition("=")
        wish = protocol.rpartition(":")[2] if is_user_code(protocol) else protocol
        name = _free_name(wish, {each.name for each in listeners})
        wanted = {"name": name, "protocol": protocol, "endpoint": endpoint, "tls": tls}
        found = check(wanted)
        # The name is made here; what is wrong with it is wrong with the protocol.
        said = [problem for problem in found if problem.path != "name"]
        problems.extend(Problem(description, problem.message) for problem in said)
        if not found:
            listeners.append(ListenerSpec(name=name, protocol=protocol, endpoint=endpoint, tls=tls))
    return ParsedProfile(tuple(listeners), tuple(problems))


def _free_name(wish: str, taken: Collection[str]) -> str:
    names = itertools.chain([wish], (f"{wish}-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)
