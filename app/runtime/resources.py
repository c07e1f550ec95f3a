"""Resource files: icons, the style sheet, translations and the guide.

A wheel has them inside the package. A checkout, and so an editable install, has them beside it.
"""

from __future__ import annotations

from pathlib import Path

from app.text.sentence import Sentence


class ResourceMissing(FileNotFoundError):
    """A resource file is not installed. The text names it."""


def resource_path(*parts: str) -> Path:
    """A file or folder below `resources/`, such as `resource_path("icons", "play.svg")`.

    Raises `ResourceMissing`.
    """
    return find(Path(__file__).parents[1], *parts)


def find(package: Path, *parts: str) -> Path:
    """`resource_path` for a package in the folder `package`.

    If the package contains resources, a folder beside it is ignored: in site-packages, that folder
    belongs to another package.
    """
    inside = package / "resources"
    folder = inside if inside.is_dir() else package.parent / "resources"
    resource = folder.joinpath(*parts)
    if not resource.exists():
        raise ResourceMissing(
            Sentence(
                "resource-missing",
                "{resource} is missing: install Portdeck again.",
                resource=resource,
            )
        )
    return resource
