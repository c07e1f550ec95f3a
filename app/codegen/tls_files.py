"""The files behind the TLS of a listener, for those who are to read them instead of Portdeck."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from app.files.paths import resolve_path
from app.net.endpoint import Endpoint
from app.net.ip import parse_ip
from app.profile import ListenerSpec, Tls


@frozen
class TlsFiles:
    """Paths of PEM files, absolute."""

    certificate: Path
    """What the server shows: its certificate, and those between that and its CA."""

    key: Path
    """May be the same file."""

    client_ca: Path | None
    """Whose certificates clients must show, if they must."""

    ca: Path | None
    """What a client has to trust; `None` where the CAs of the system will do."""

    names: tuple[str, ...]
    """The hosts and addresses that the certificate is valid for."""

    minimum_version: str

    @property
    def server_name(self) -> str:
        """The first host among the names; empty if there are only addresses."""
        return next((each for each in self.names if parse_ip(each) is None), "")


def tls_files(spec: ListenerSpec, folder: Path, ca_folder: Path | None = None) -> TlsFiles | None:
    """Those of `spec`; `None` if its TLS is not Portdeck's. What it lacks is made at once.

    Relative paths begin in `folder`, and the local CA is in `ca_folder`, or where the user's is.
    Raises `TlsError`.
    """
    if spec.tls is None:
        return None
    # Whoever encrypts nothing does not wait for OpenSSL's many parts.
    from app.tls import certificates
    from app.tls.issuing import names_for
    from app.tls.local_ca import LocalCa, certificate_path

    tls = spec.tls
    if not tls.certificate:
        names = names_for(Endpoint.parse(spec.endpoint).bound())
        authority = LocalCa(ca_folder)
        authority.identity_for(names)
        path = authority.path_for(names).absolute()
        return _files(tls, folder, path, path, certificate_path(ca_folder).absolute(), names)
    certificate = resolve_path(tls.certificate, folder)
    key = resolve_path(tls.key, folder) if tls.key else certificate
    own = certificates.read_identity(certificate, key)
    signs_itself = own.certificate.issuer == own.certificate.subject
    return _files(
        tls, folder, certificate, key, certificate if signs_itself else None, own.facts.names
    )


def _files(
    tls: Tls, folder: Path, certificate: Path, key: Path, ca: Path | None, names: tuple[str, ...]
) -> TlsFiles:
    return TlsFiles(
        certificate=certificate,
        key=key,
        client_ca=resolve_path(tls.client_ca, folder) if tls.client_ca else None,
        ca=ca,
        names=names,
        minimum_version=tls.minimum_version,
    )
