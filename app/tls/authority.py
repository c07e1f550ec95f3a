"""The user's local CA: made once, kept readable by its owner alone, and what it signed so far.

Whoever trusts `certificate_path()`, as the console does for the panel's own listeners, trusts every
certificate that Portdeck makes at once. The key never leaves its file.
"""

from __future__ import annotations

import datetime
import getpass
import hashlib
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import platformdirs
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from app.tls import issuing, private_files
from app.tls.identity import Identity, certificates_to_pem, read
from app.tls.trouble import TlsError

KEY_AND_CERTIFICATE = "authority.pem"
CERTIFICATE = "ca.pem"
"""The certificate of the CA alone: what others may have."""


def default_folder() -> Path:
    """The user's folder for it, such as `~/.local/share/portdeck/tls`."""
    return platformdirs.user_data_path("portdeck", appauthor=False) / "tls"


def certificate_path(folder: Path | None = None) -> Path:
    """Where the certificate of the CA is, once a listener has needed one: a PEM file."""
    return (folder or default_folder()) / CERTIFICATE


def now() -> datetime.datetime:
    """The time of day, with its zone."""
    return datetime.datetime.now(datetime.UTC)


class Authority:
    """The CA in a folder. Nothing is read or made before it is needed.

    Every method may raise `TlsError`.
    """

    def __init__(
        self, folder: Path | None = None, clock: Callable[[], datetime.datetime] = now
    ) -> None:
        """`folder` is the user's own unless another is given."""
        self.folder = folder or default_folder()
        self._clock = clock

    def export(self) -> bytes:
        """The certificate of the CA, in PEM, for those who shall trust it. It is made if needed."""
        return certificates_to_pem(self._authority().certificate)

    def identity_for(self, names: Iterable[str]) -> Identity:
        """A certificate for a server found under `names`, hosts or IP addresses.

        It is the same one at each call until it is about to expire, and its own for other names.
        """
        wanted = sorted(set(names))
        authority = self._authority()
        path = self.path_for(wanted)
        kept = self._kept(path, authority)
        if kept is not None:
            return kept
        made = issuing.issue(authority, wanted, self._clock())
        self._remove_old()
        private_files.replace(path, made.to_pem())
        return made

    def kept_for(self, names: Iterable[str]) -> Identity | None:
        """What `identity_for` would give without making anything."""
        content = private_files.read(self.folder / KEY_AND_CERTIFICATE)
        if content is None:
            return None
        return self._kept(self.path_for(names), self._authority())

    def path_for(self, names: Iterable[str]) -> Path:
        """The file in which `identity_for` keeps what it gives: the key, then the certificates."""
        digest = hashlib.sha256("\n".join(sorted(set(names))).encode()).hexdigest()
        return self.folder / f"server-{digest[:16]}.pem"

    def renewal_of(self, identity: Identity) -> datetime.datetime:
        """From when on `identity_for` gives another one in place of `identity`."""
        return identity.facts.not_after - datetime.timedelta(days=issuing.RENEW_DAYS)

    def _authority(self) -> Identity:
        private_files.make_folder(self.folder)
        path = self.folder / KEY_AND_CERTIFICATE
        if private_files.read(path) is None:
            # Should another Portdeck have been faster, there is one now, and it counts.
            private_files.create(path, self._made().to_pem())
        try:
            authority = read(path)
        except TlsError as error:
            raise TlsError(
                f"The local CA is damaged: {error} Or remove {path}, for Portdeck to make another."
            ) from None
        if self._ends_soon(authority):
            authority = self._made()
            private_files.replace(path, authority.to_pem())
        self._publish(authority)
        return authority

    def _made(self) -> Identity:
        return issuing.make_authority(f"{_user()} on {socket.gethostname()}", self._clock())

    def _publish(self, authority: Identity) -> None:
        """Keep the certificate of the CA beside it in a file that may be handed out."""
        path = certificate_path(self.folder)
        content = certificates_to_pem(authority.certificate)
        if private_files.read(path) != content:
            private_files.replace(path, content)

    def _kept(self, path: Path, authority: Identity) -> Identity | None:
        """What is in `path`, if it is good, and good for a while."""
        if private_files.read(path) is None:
            return None
        with suppress(TlsError, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            kept = read(path)
            kept.certificate.verify_directly_issued_by(authority.certificate)
            return None if self._ends_soon(kept) else kept
        return None

    def _ends_soon(self, identity: Identity) -> bool:
        return self._clock() > self.renewal_of(identity)

    def _remove_old(self) -> None:
        """Certificates for names that nobody asked for until they expired."""
        for path in self.folder.glob("server-*.pem"):
            with suppress(TlsError, OSError):
                if read(path).facts.not_after < self._clock():
                    path.unlink()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container, a user may have no name
        return "this user"
