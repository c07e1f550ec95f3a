"""Listeners that go from one profile to another: written to a file of their own, or taken from one.

What they name by a path that counts from their profile's folder, they still name afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from attrs import evolve

from app.atomic_file import replace, why
from app.endpoint import Endpoint
from app.own_protocol import Place, Reference, is_own
from app.profile.reading import Reading
from app.profile.spec import ListenerSpec
from app.profile.storage import ProfileError, ProfileFile
from app.profile.tls import PATHS


def create(path: Path) -> None:
    """Make a profile without listeners at `path`, where nothing may be. Raises `ProfileError`."""
    from app.profile.writing import render

    try:
        with open(path, "x", encoding="utf-8", opener=_open_private) as file:
            file.write(render(()))
    except FileExistsError as error:
        raise ProfileError(f"There is {path} already.") from error
    except OSError as error:
        raise ProfileError(f"{path} cannot be written ({why(error)}).") from error


def export(listeners: Sequence[ListenerSpec], folder: Path, path: Path) -> None:
    """Write `listeners` of a profile in `folder` to a profile of their own, in place of what is at
    `path`. Raises `ProfileError`, and leaves `path` as it was."""
    from app.profile.writing import render

    moved = [move(spec, folder, path.parent) for spec in listeners]
    try:
        replace(Path(os.path.realpath(path)), render(moved).encode())
    except OSError as error:
        raise ProfileError(f"{path} cannot be written ({why(error)}).") from error


def take(path: Path, folder: Path) -> Reading:
    """The listeners of the profile at `path`, for one in `folder`; and what is wrong with it."""
    reading = ProfileFile(path).load_again()
    moved = (move(spec, path.parent, folder) for spec in reading.listeners)
    return evolve(reading, listeners=tuple(moved))


def move(spec: ListenerSpec, source: Path, target: Path) -> ListenerSpec:
    """`spec` of a profile in folder `source`, for a profile in folder `target`."""
    endpoint = Endpoint.parse(spec.endpoint)
    moved = endpoint.with_paths(lambda path: _moved(path, source, target))
    if moved != endpoint:  # or else its words stay as the user wrote them
        spec = evolve(spec, endpoint=str(moved))
    if is_own(spec.protocol):
        reference = Reference.parse(spec.protocol)
        if reference.place is Place.FILE:
            code = _moved(reference.source, source, target)
            spec = evolve(spec, protocol=str(evolve(reference, source=code)))
    if spec.tls is not None:
        files = {name: _moved(getattr(spec.tls, name), source, target) for name in PATHS}
        spec = evolve(spec, tls=evolve(spec.tls, **files))
    return spec


def _moved(path: str, source: Path, target: Path) -> str:
    """A path that counts from `source`, so that it counts from `target`."""
    if not path or path.startswith("~") or Path(path).is_absolute():
        return path
    place = Path(os.path.normpath(source.absolute() / path))
    home = target.absolute()
    return (place.relative_to(home) if place.is_relative_to(home) else place).as_posix()


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
