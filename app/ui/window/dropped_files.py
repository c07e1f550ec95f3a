"""Files that are dropped on the window. A program is opened; for a profile or a certificate, a
message asks what to do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from attrs import evolve
from PySide6.QtWidgets import QWidget

from app.net.endpoint import Endpoint
from app.profile import Tls
from app.server.listener import Listener
from app.server.workspace import Workspace
from app.tls import PassphraseError, TlsError
from app.ui.profile_actions import ProfileActions
from app.ui.style.tokens import Tint
from app.ui.widgets.banner import Banner
from app.ui.widgets.drop_target import Act, DropTarget
from app.ui.widgets.translation import listed

PROFILES: Final = (".toml",)
PROGRAMS: Final = (".py", ".pyw", ".tac")
CERTIFICATES: Final = (".pem", ".crt", ".cer", ".key", ".p12", ".pfx")


class DroppedFiles(DropTarget):
    """Takes the drops of programs, profiles and certificates, and leaves other files alone."""

    def __init__(
        self,
        workspace: Workspace,
        banner: Banner,
        profile: ProfileActions,
        window: QWidget,
        *,
        chosen: Callable[[], Listener | None],
        open_profile: Callable[[Path], object],
        import_profile: Callable[[Path], object],
        open_programs: Callable[[Iterable[Path]], object],
    ) -> None:
        """`chosen` gives the listener that a certificate is for."""
        super().__init__(window)
        self._workspace = workspace
        self._banner = banner
        self._profile = profile
        self._chosen = chosen
        self._open_profile = open_profile
        self._import_profile = import_profile
        self._open_programs = open_programs

    def act_for(self, paths: Sequence[Path]) -> Act | None:
        suffixes = {path.suffix.lower() for path in paths}
        if suffixes <= set(PROGRAMS):
            return self.tr("Drop to serve this code"), lambda: self._open_programs(paths)
        if suffixes <= set(PROFILES) and len(paths) == 1:
            words = self.tr("Drop to open or import this profile")
            return words, lambda: self.take_profile(paths[0])
        if suffixes <= set(CERTIFICATES) and len(paths) <= 2:
            words = self.tr("Drop to use this certificate for the chosen listener")
            return words, lambda: self.take_certificate(paths)
        return None

    def take_profile(self, path: Path) -> None:
        """Ask whether to open the profile at `path`, or to import its listeners."""
        if path.resolve() == self._workspace.file.path.resolve():
            self._banner.say(self.tr("{0} is the profile of this window.").format(path.name))
            return
        self._banner.say(
            self.tr("{0}: open this profile in a window of its own, or import from it?").format(
                path.name
            ),
            (self.tr("Open"), lambda: self._open_profile(path)),
            (self.tr("Import listeners…"), lambda: self._import_profile(path)),
        )

    def take_certificate(self, paths: Sequence[Path]) -> None:
        """Ask whether the chosen listener shall use what is in `paths`: a certificate with its
        key, in one file or two, or the certificate of a CA."""
        listener = self._chosen()
        name = listed(path.name for path in paths)
        if listener not in self._workspace.deck.listeners or listener is None:
            words = self.tr("Choose the listener that {0} is for, and drop it again.")
            self._banner.say(words.format(name), tint=Tint.WARNING)
            return
        if Endpoint.parse(listener.spec.endpoint).is_datagram:
            words = self.tr("{0} listens on UDP, which has no TLS.")
            self._banner.say(words.format(listener.spec.name), tint=Tint.WARNING)
            return
        try:
            tls, words = self._read(listener, paths)
        except TlsError as error:
            self._banner.say(str(error), tint=Tint.DANGER)
            return
        offer = self.tr("Use it for {0}").format(listener.spec.name)
        self._banner.say(words, (offer.replace("&", "&&"), lambda: self._use(listener, tls)))

    def _read(self, listener: Listener, paths: Sequence[Path]) -> tuple[Tls, str]:
        """The TLS settings with what is in `paths`, and a sentence. Raises `TlsError`."""
        # Imported late: it is slow, and few drops need it.
        from app.tls.certificates import read_certificates, read_file, read_identity, subject_of
        from app.tls.key_files import is_pkcs12

        before = listener.spec.tls or Tls()
        certificate, *others = sorted(paths, key=lambda path: path.suffix.lower() == ".key")
        content = read_file(certificate)
        if not others and b"PRIVATE KEY" not in content and not is_pkcs12(content):
            subject = subject_of(read_certificates(content, certificate)[0])
            words = self.tr(
                "{0} has the certificate {1} without a key. Shall clients have to show one that "
                "it has signed?"
            )
            tls = evolve(before, client_ca=str(certificate))
            return tls, words.format(certificate.name, subject)
        key = others[0] if others else None
        tls = evolve(before, certificate=str(certificate), key=str(key) if key else "")
        try:
            identity = read_identity(certificate, key)
        except PassphraseError as error:
            words = self.tr(
                "{0} is encrypted: its passphrase is asked for at each start. Serve TLS with it?"
            )
            return tls, words.format(error.path.name)
        words = self.tr("{0} has the certificate {1} and its key. Serve TLS with it?")
        return tls, words.format(certificate.name, subject_of(identity.certificate))

    def _use(self, listener: Listener, tls: Tls) -> None:
        if listener in self._workspace.deck.listeners:
            # It runs on: its row says that it needs a restart, and offers one.
            spec = evolve(listener.spec, tls=tls)
            self._workspace.change(listener, spec, restart=False)
            self._profile.show_save_error()
