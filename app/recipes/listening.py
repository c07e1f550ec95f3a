"""The last lines of a script: `reactor.listenTCP` or its like, and `reactor.run`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from app.datagram_sizes import LARGEST_READ
from app.endpoint import Endpoint
from app.recipes.literals import literal
from app.recipes.tls_files import TlsFiles
from app.server.loopbacks import LOOPBACKS

_RUN = 'print("Listening on", port.getHost(), flush=True)\nreactor.run()\n'

_TLS_VERSIONS = {"1.2": "TLS1_2_VERSION", "1.3": "TLS1_3_VERSION"}


@frozen
class Listening:
    """The lines, and what they import."""

    code: str
    imports: tuple[str, ...]


def listening(endpoint: Endpoint, maker: str, tls: TlsFiles | None) -> Listening:
    """How to listen on `endpoint`, whose interface or path is written out, with what the expression
    `maker` gives."""
    if endpoint.kind not in ("tcp", "tcp6", "udp", "unix"):
        return _by_description(endpoint, maker)
    if tls is None:
        names = {"udp": "listenUDP", "unix": "listenUNIX"}
        name = names.get(endpoint.kind, "listenTCP")
        code, imports = _calls(name, endpoint, [maker]), ["from twisted.internet import reactor"]
    else:
        imports = ["from OpenSSL import SSL", "from twisted.internet import reactor, ssl"]
        if endpoint.kind == "unix":
            imports.append("from twisted.protocols.tls import TLSMemoryBIOFactory")
            wrapped = f"TLSMemoryBIOFactory(contextFactory, False, {maker})"
            code = _calls("listenUNIX", endpoint, [wrapped])
        else:
            code = _calls("listenSSL", endpoint, [maker, "contextFactory"])
        code = f"{''.join(_context(tls))}\n{code}"
    return Listening(f"{code}{_RUN}", tuple(imports))


def _calls(name: str, endpoint: Endpoint, what: list[str]) -> str:
    """The call of `reactor.NAME`, with `what` after the place; two for both loopback addresses."""
    if (endpoint.interface or "").lower() != "localhost":
        return _call(f"port = reactor.{name}", [*_place(endpoint), *what, *_options(endpoint)])
    first, second = (endpoint.at("interface", each) for each in LOOPBACKS)
    also = ["port.getHost().port", *what, *_options(second)]
    return _call(f"port = reactor.{name}", [*_place(first), *what, *_options(first)]) + _call(
        f"reactor.{name}", also
    )


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
        yield f"maxPacketSize={LARGEST_READ}"
    backlog, mode = endpoint.value("backlog"), endpoint.value("mode")
    if backlog is not None:
        yield f"backlog={int(backlog)}"
    if endpoint.kind == "unix":
        yield f"mode=0o{(mode or '666').removeprefix('0')}"
        yield "wantPID=True"  # what an earlier run left there is removed


def _call(name: str, arguments: list[str]) -> str:
    line = f"{name}({', '.join(arguments)})\n"
    if len(line) <= 88:
        return line
    return f"{name}(\n{''.join(f'    {each},{chr(10)}' for each in arguments)})\n"


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
