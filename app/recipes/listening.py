"""The last lines of a script: `reactor.listenTCP` or its like, and `reactor.run`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from app.endpoint import Endpoint
from app.recipes.literals import literal
from app.recipes.tls_files import TlsFiles

LARGEST_DATAGRAM = 65535
"""Bytes. Without saying so, what is beyond the 8192th of a datagram is dropped."""

_RUN = 'print("Listening on", port.getHost(), flush=True)\nreactor.run()\n'

_TLS_VERSIONS = {"1.2": "TLS1_2_VERSION", "1.3": "TLS1_3_VERSION"}


@frozen
class Listening:
    """The lines, and what they import."""

    code: str
    imports: tuple[str, ...]


def listening(endpoint: Endpoint, maker: str, tls: TlsFiles | None) -> Listening:
    """How to listen on `endpoint` with what the expression `maker` gives."""
    if endpoint.kind not in ("tcp", "tcp6", "udp", "unix"):
        return _by_description(endpoint, maker)
    arguments = [*_place(endpoint), maker]
    if tls is None:
        calls = {"udp": "listenUDP", "unix": "listenUNIX"}
        name = calls.get(endpoint.kind, "listenTCP")
        code = _call(name, [*arguments, *_options(endpoint)]) + _RUN
        return Listening(code, ("from twisted.internet import reactor",))
    if endpoint.kind == "unix":
        wrapped = f"TLSMemoryBIOFactory(contextFactory, False, {maker})"
        call = _call("listenUNIX", [*_place(endpoint), wrapped, *_options(endpoint)])
        more: tuple[str, ...] = ("from twisted.protocols.tls import TLSMemoryBIOFactory",)
    else:
        call = _call("listenSSL", [*arguments, "contextFactory", *_options(endpoint)])
        more = ()
    imports = ("from OpenSSL import SSL", "from twisted.internet import reactor, ssl", *more)
    return Listening(f"{''.join(_context(tls))}\n{call}{_RUN}", imports)


def _place(endpoint: Endpoint) -> Iterator[str]:
    if endpoint.kind == "unix":
        yield literal(endpoint.value("address"))
    else:
        yield str(endpoint.port)


def _options(endpoint: Endpoint) -> Iterator[str]:
    if endpoint.interface is not None:
        # For UDP, Twisted alone takes no name; Portdeck binds what it means twice.
        is_name = endpoint.is_datagram and endpoint.interface.lower() == "localhost"
        yield f"interface={literal('127.0.0.1' if is_name else endpoint.interface)}"
    if endpoint.is_datagram:
        yield f"maxPacketSize={LARGEST_DATAGRAM}"
    backlog, mode = endpoint.value("backlog"), endpoint.value("mode")
    if backlog is not None:
        yield f"backlog={int(backlog)}"
    if endpoint.kind == "unix":
        yield f"mode=0o{(mode or '666').removeprefix('0')}"
        yield "wantPID=True"  # what an earlier run left there is removed


def _call(name: str, arguments: list[str]) -> str:
    line = f"port = reactor.{name}({', '.join(arguments)})\n"
    if len(line) <= 88:
        return line
    return f"port = reactor.{name}(\n{''.join(f'    {each},{chr(10)}' for each in arguments)})\n"


def _context(tls: TlsFiles) -> Iterator[str]:
    key, certificate = literal(str(tls.key)), literal(str(tls.certificate))
    yield f"KEY = {key}\nCERTIFICATE = {certificate}\n\n"
    yield "contextFactory = ssl.DefaultOpenSSLContextFactory(KEY, CERTIFICATE)\n"
    yield "context = contextFactory.getContext()\n"
    yield "context.use_certificate_chain_file(CERTIFICATE)\n"
    yield f"context.set_min_proto_version(SSL.{_TLS_VERSIONS[tls.minimum_version]})\n"
    if tls.client_ca is not None:
        yield f"context.load_verify_locations({literal(str(tls.client_ca))})\n"
        yield "context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)\n"


def _by_description(endpoint: Endpoint, maker: str) -> Listening:
    """Whatever Twisted or a plugin listens on. What it gives comes later."""
    return Listening(
        f"""\
def listening(port):
    print("Listening on", port.getHost(), flush=True)


endpoint = serverFromString(reactor, {literal(str(endpoint))})
endpoint.listen({maker}).addCallbacks(listening, log.err)
reactor.run()
""",
        (
            "from twisted.internet import reactor",
            "from twisted.internet.endpoints import serverFromString",
            "from twisted.python import log",
        ),
    )
