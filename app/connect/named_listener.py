"""The target of `portdeck connect NAME`: a listener of a profile by its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from app.client.listener_target import target_of_spec
from app.net.target import Target, TargetError
from app.profile import ListenerSpec, ProfileFile
from app.profile.spec import name_key
from app.text.quoting import quoted

_MOST_NAMES = 20


@frozen
class NamedTarget:
    """Where a listener is, and whom to trust for it."""

    target: Target

    authorities: tuple[str, ...]
    """The file of the local CA, as in the console. Empty without TLS, or if there is no CA yet."""


def find_listener(name: str, profile: Path) -> NamedTarget:
    """The listener called `name`, in upper or lower case, of the file `profile`.

    Raises `TargetError`, with the names that there are. Reads the profile and changes nothing.
    """
    if not profile.exists():
        raise TargetError(
            f"{quoted(name)} is no address, and there is no profile {profile} with listeners. "
            "Write host:port, such as localhost:8007, or name a --profile."
        )
    found = ProfileFile(profile).load_again()
    if found.problems:
        raise TargetError(f"{found.problems[0]}. Correct the profile, or write host:port.")
    wanted = name_key(name)
    for spec in found.listeners:
        if name_key(spec.name) == wanted:
            target = target_of_spec(spec, profile.parent)
            return NamedTarget(target, _authorities(target))
    raise TargetError(_unknown(name, found.listeners, profile))


def _authorities(target: Target) -> tuple[str, ...]:
    if not target.transport.has_tls:
        return ()
    from app.tls.local_ca import certificate_path  # slow to import, needed for TLS only

    path = certificate_path()
    return (str(path),) if path.exists() else ()


def _unknown(name: str, listeners: Sequence[ListenerSpec], profile: Path) -> str:
    wanted = name_key(name)
    similar = [each for each in listeners if wanted and wanted in name_key(each.name)]
    names = [each.name for each in similar or listeners]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    there = ", ".join(map(quoted, names[:_MOST_NAMES]))
    if len(similar) > 1:
        return f"{quoted(name)} is not clear: there are {there}{more}. Write the whole name."
    which = f"There is {there}{more}." if names else "It has none."
    return (
        f"There is no listener {quoted(name)} in {profile}. {which} "
        "An address is written host:port."
    )
