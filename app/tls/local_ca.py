"""The local CA of the user, and the certificates that it signed, in a private folder.

A client that trusts `certificate_path()` trusts every certificate that Portdeck makes. The console
does, for the listeners of its own window. The key never leaves its file. Folder and files are
readable by their owner alone from the moment they exist.
"""

from __future__ import annotations

import datetime
import getpass
import hashlib
import os
import socket
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import platformdirs
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from app.faults.spec import TlsProblem
from app.text.sentence import system_reason
from app.tls import TlsError, issuing
from app.tls.certificates import Identity, certificates_to_pem, read_identity

FOLDER_MODE = 0o700
FILE_MODE = 0o600

OTHER_NAME = "another-name.invalid"
"""A name that no client asks for (RFC 2606)."""

EXPIRED_AGE = datetime.timedelta(days=1000)
"""The age of an expired certificate. It is more than any is valid for."""


def make_folder(folder: Path) -> None:
    """Create `folder` if needed and make it private. Raises `TlsError`."""
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        _keep_to_owner(folder, FOLDER_MODE)
    except OSError as error:
        raise cannot_keep(folder, error) from None


def create_private(path: Path, content: bytes) -> bool:
    """Create the file `path` with `content`, atomically.

    False if the file exists, which is then unchanged: of two programs that create it at the same
    time, one succeeds. Raises `TlsError`.
    """
    try:
        temporary = _written_beside(path, content)
        try:
            # Unlike a rename, a link does not replace a file that another program just created.
            os.link(temporary, path)
        except FileExistsError:
            return False
        finally:
            temporary.unlink()
    except OSError as error:
        raise cannot_keep(path, error) from None
    return True


def write_private(path: Path, content: bytes) -> None:
    """Replace the content of `path` atomically. Raises `TlsError`."""
    try:
        written = _written_beside(path, content)
        try:
            written.replace(path)
        finally:
            written.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_keep(path, error) from None


def read_private(path: Path) -> bytes | None:
    """Make the file `path` private and read it; `None` if it does not exist. Raises `TlsError`."""
    try:
        _keep_to_owner(path, FILE_MODE)
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise cannot_keep(path, error) from None


def cannot_keep(path: Path, error: OSError) -> TlsError:
    """The error for a file of the CA that cannot be read or written."""
    return TlsError(
        "ca-folder-unusable",
        "Portdeck keeps its certificates in {parent}, where {name} cannot be used ({reason}). "
        "Mend that, or use a certificate of your own.",
        parent=path.parent,
        name=path.name,
        reason=system_reason(error),
    )


def _written_beside(path: Path, content: bytes) -> Path:
    # mkstemp creates a private file with an unpredictable name.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    written = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        written.unlink()  # it may contain a part of a key
        raise
    return written


def _keep_to_owner(path: Path, mode: int) -> None:
    """Remove the rights of other users. Raises `TlsError` if the file belongs to another user."""
    if sys.platform == "win32":
        return  # there, the folders of a user are private
    found = path.stat()
    if found.st_uid != os.geteuid():
        raise TlsError(
            "ca-file-foreign",
            "{path} belongs to another user, who could read the keys in it. Remove it, or "
            "start Portdeck as that user.",
            path=path,
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(mode)


KEY_AND_CERTIFICATE = "authority.pem"
CERTIFICATE = "ca.pem"
"""The certificate of the CA without its key: the file to hand out."""


def default_folder() -> Path:
    """The folder of the CA, such as `~/.local/share/portdeck/tls`."""
    return platformdirs.user_data_path("portdeck", appauthor=False) / "tls"


def certificate_path(folder: Path | None = None) -> Path:
    """The PEM file with the certificate of the CA. It exists once a listener needed it."""
    return (folder or default_folder()) / CERTIFICATE


def now() -> datetime.datetime:
    """The present time in UTC."""
    return datetime.datetime.now(datetime.UTC)


class LocalCa:
    """The CA in a folder. Files are read and made when they are needed.

    Every method may raise `TlsError`.
    """

    def __init__(
        self, folder: Path | None = None, clock: Callable[[], datetime.datetime] = now
    ) -> None:
        """`folder` is by default that of the user."""
        self.folder = folder or default_folder()
        self._clock = clock

    def export(self) -> bytes:
        """The certificate of the CA in PEM, for clients that shall trust it. The CA is made if
        needed."""
        return certificates_to_pem(self._authority().certificate)

    def identity_for(self, names: Iterable[str]) -> Identity:
        """A certificate for a server with these `names`: host names or IP addresses.

        The same names get the same certificate until it is about to expire.
        """
        wanted = sorted(set(names))
        authority = self._authority()
        path = self.path_for(wanted)
        kept = self._kept(path, authority)
        if kept is not None:
            return kept
        made = issuing.issue(authority, wanted, self._clock())
        self._remove_old()
        write_private(path, made.to_pem())
        return made

    def faulty_identity_for(self, problem: TlsProblem, names: Iterable[str]) -> Identity:
        """A certificate for `names` that clients must reject, for `problem` alone.

        It is not kept.
        """
        wanted, now = sorted(set(names)), self._clock()
        match problem:
            case TlsProblem.EXPIRED:
                return issuing.issue(self._authority(), wanted, now - EXPIRED_AGE)
            case TlsProblem.OTHER_NAME:
                return issuing.issue(self._authority(), [OTHER_NAME], now)
            case TlsProblem.UNKNOWN_CA:
                return issuing.issue(issuing.make_authority("nobody", now), wanted, now)
            case TlsProblem.SELF_SIGNED:
                return issuing.issue_self_signed(wanted, now)
        raise ValueError(problem)

    def kept_for(self, names: Iterable[str]) -> Identity | None:
        """The certificate that `identity_for` would return, if it exists already."""
        content = read_private(self.folder / KEY_AND_CERTIFICATE)
        if content is None:
            return None
        return self._kept(self.path_for(names), self._authority())

    def path_for(self, names: Iterable[str]) -> Path:
        """The file of the certificate for `names`: the key, then the certificates."""
        digest = hashlib.sha256("\n".join(sorted(set(names))).encode()).hexdigest()
        return self.folder / f"server-{digest[:16]}.pem"

    def renewal_of(self, identity: Identity) -> datetime.datetime:
        """The time from which `identity_for` replaces `identity`."""
        return identity.facts.not_after - datetime.timedelta(days=issuing.RENEW_DAYS)

    def _authority(self) -> Identity:
        make_folder(self.folder)
        path = self.folder / KEY_AND_CERTIFICATE
        if read_private(path) is None:
            # If another process was faster, its CA is used.
            create_private(path, self._made().to_pem())
        try:
            authority = read_identity(path)
        except TlsError as error:
            raise TlsError(
                "ca-damaged",
                "The local CA is damaged: {error} Or remove {path}, for Portdeck to make another.",
                error=error,
                path=path,
            ) from None
        if self._ends_soon(authority):
            authority = self._made()
            write_private(path, authority.to_pem())
        self._publish(authority)
        return authority

    def _made(self) -> Identity:
        return issuing.make_authority(f"{_user()} on {socket.gethostname()}", self._clock())

    def _publish(self, authority: Identity) -> None:
        """Keep the certificate of the CA in a file that may be handed out."""
        path = certificate_path(self.folder)
        content = certificates_to_pem(authority.certificate)
        if read_private(path) != content:
            write_private(path, content)

    def _kept(self, path: Path, authority: Identity) -> Identity | None:
        """The certificate in `path`, if it is valid, of this CA, and does not expire soon."""
        if read_private(path) is None:
            return None
        with suppress(TlsError, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            kept = read_identity(path)
            kept.certificate.verify_directly_issued_by(authority.certificate)
            return None if self._ends_soon(kept) else kept
        return None

    def _ends_soon(self, identity: Identity) -> bool:
        return self._clock() > self.renewal_of(identity)

    def _remove_old(self) -> None:
        """Remove expired certificates."""
        for path in self.folder.glob("server-*.pem"):
            with suppress(TlsError, OSError):
                if read_identity(path).facts.not_after < self._clock():
                    path.unlink()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container, a user may have no name
        return "this user"
