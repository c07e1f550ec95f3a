"""A folder and files that their owner alone can read, from the moment they are there."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path

from app.tls.trouble import TlsError

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def make_folder(folder: Path) -> None:
    """Make sure that `folder` is there and its owner's alone. Raises `TlsError`."""
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        _keep_to_owner(folder, FOLDER_MODE)
    except OSError as error:
        raise cannot_keep(folder, error) from None


def create(path: Path, content: bytes) -> bool:
    """Put a new file with `content` at `path`, whole or not at all.

    False if there is one already, which is left alone: of two programs that make it at the same
    time, one succeeds. Raises `TlsError`.
    """
    try:
        temporary = _written_beside(path, content)
        try:
            # A rename would replace what another has put there meanwhile; a link does not.
            os.link(temporary, path)
        except FileExistsError:
            return False
        finally:
            temporary.unlink()
    except OSError as error:
        raise cannot_keep(path, error) from None
    return True


def replace(path: Path, content: bytes) -> None:
    """Make `path` hold `content`, in one step. Raises `TlsError`."""
    try:
        written = _written_beside(path, content)
        try:
            written.replace(path)
        finally:
            written.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_keep(path, error) from None


def read(path: Path) -> bytes | None:
    """What is in `path`, which becomes its owner's alone if it was not; `None` if it is not there.

    Raises `TlsError`.
    """
    try:
        _keep_to_owner(path, FILE_MODE)
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise cannot_keep(path, error) from None


def cannot_keep(path: Path, error: OSError) -> TlsError:
    """The sentence for a file of Portdeck's own that cannot be read or written."""
    return TlsError(
        f"Portdeck keeps its certificates in {path.parent}, where {path.name} cannot be used "
        f"({error.strerror or error}). Mend that, or use a certificate of your own."
    )


def _written_beside(path: Path, content: bytes) -> Path:
    # mkstemp makes a file that is its owner's alone, under a name that nobody foresees.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    written = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        written.unlink()  # it may hold a part of a key
        raise
    return written


def _keep_to_owner(path: Path, mode: int) -> None:
    """Take from others what rights they have. Raises `TlsError` if the file is another user's."""
    if sys.platform == "win32":
        return  # a user's folders are that user's alone there
    found = path.stat()
    if found.st_uid != os.geteuid():
        raise TlsError(
            f"{path} belongs to another user, who could read the keys in it. Remove it, or start "
            "Portdeck as that user."
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(mode)
