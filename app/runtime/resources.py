"""Where the icons, the style sheet and the translations lie on disk.

A wheel carries them inside the package. A checkout, and so an editable install, has them beside it.
"""

from __future__ import annotations

from pathlib import Path


class ResourceMissing(FileNotFoundError):
    """Portdeck came without a file of its own. Its text says which one, and where it should be."""


def resource_path(*parts: str) -> Path:
    """The file or folder below `resources/` that `parts` lead to: `resource_path("icons", "play.svg")`.

    Raises `ResourceMissing`.
    """
    return find(Path(__file__).parents[1], *parts)


def find(package: Path, *parts: str) -> Path:
    """What `resource_path` does, for a package that lies at `package`.

    Once the package has resources of its own, a folder beside it is not ours: in site-packages it
    belongs to somebody else.
    """
    inside = package / "resources"
    folder = inside if inside.is_dir() else package.parent / "resources"
    resource = folder.joinpath(*parts)
    if not resource.exists():
        raise ResourceMissing(f"{resource} is missing: install Portdeck again.")
    return resource
