"""A listener as a stand-alone Twisted script: protocol, factory, `listen`, `run`.

The script looks like one from a Twisted tutorial. It needs Python and Twisted, but not Portdeck.
User code is not executed here; the script imports it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from textwrap import indent
from typing import Final

from attrs import frozen

from app.codegen.tls_files import TlsFiles
from app.codegen.user_code_import import literal, user_code_import
from app.faults.describing import describe
from app.faults.spec import armed
from app.net.endpoint import Endpoint
from app.net.ip import LARGEST_READ
from app.profile import ListenerSpec
from app.protocols import catalog
from app.protocols.definition import ScriptSource, describe_options
from app.server.sockets.addresses import LOOPBACKS
from app.text.sentence import SentenceError
from app.user_code.programs.reference import OWN_PLACES, ProgramReference, is_program
from app.user_code.reference import Reference, is_user_code

_RUN = 'print("Listening on", port.getHost(), flush=True)\nreactor.run()\n'
_TLS_VERSIONS = {"1.2": "TLS1_2_VERSION", "1.3": "TLS1_3_VERSION"}

_FULL = '''\
class Full(Protocol):
    """Meets whoever is one too many."""

    def connectionMade(self):
        self.transport.write(b"Too many connections, try later")
        self.transport.loseConnection()
'''

_LIMITED = '''\
class Limited(WrappingFactory):
    """Lets no more than so many connections reach another factory. It has all that there are."""

    maxProtocols = {most}

    def buildProtocol(self, addr):
        if len(self.protocols) >= self.maxProtocols:
            return Full()
        protocol = self.wrappedFactory.buildProtocol(addr)
        return None if protocol is None else self.protocol(self, protocol)
'''


@frozen
class ServerCode:
    """The part of a script before it listens."""

    imports: tuple[str, ...]
    constants: tuple[str, ...]
    """The lines directly below the imports."""

    parts: tuple[str, ...]
    """Classes and functions."""

    expression: str
    """The expression for the factory, or for the protocol of UDP."""


class NoScript(SentenceError):
    """No script does the same without Portdeck. The text is a sentence for the user."""


def has_script(spec: ListenerSpec) -> bool:
    """Whether `script` has a script for `spec`."""
    if is_user_code(spec.protocol):
        return True
    definition = catalog.find(spec.protocol)
    is_datagram = Endpoint.parse(spec.endpoint).is_datagram
    served = catalog.find_datagrams(spec.protocol) if is_datagram else definition
    return served.script is not None


def script(spec: ListenerSpec, folder: Path, tls: TlsFiles | None = None) -> str:
    """The source of a script that does the same as the listener `spec`. Raises `NoScript`.

    Relative paths of user code start in `folder`. `tls` is the result of `tls_files`.
    """
    if is_program(spec.protocol):
        command = ProgramReference.parse(spec.protocol).command
        raise NoScript(
            "no-script-program",
            "This is a program already. Without Portdeck, run: {command}",
            command=command,
        )
    if spec.endpoint == OWN_PLACES:
        raise NoScript(
            "no-script-services",
            "These services listen where they say. Without Portdeck, start them in a .tac "
            "file, with setServiceParent(application).",
        )
    endpoint = Endpoint.parse(spec.endpoint).bound(folder)
    if is_user_code(spec.protocol):
        server = _user_code_server(spec, endpoint, folder)
    elif endpoint.is_datagram:
        server = _datagram_server(spec)
    else:
        server = _stream_server(spec)
    listen = listen_code(endpoint, server.expression, tls)
    imports = {*server.imports, *listen.imports}
    title = _title(spec, endpoint) + _faults_left_out(spec)
    head = "\n\n".join((title, _import_lines(imports), *server.constants))
    parts = (head, *server.parts, listen.code)
    return "\n\n".join(part.strip("\n") + "\n" for part in parts)


def file_name(spec: ListenerSpec) -> str:
    """The file name for the script: `my_echo.py`."""
    words = "".join(each if each.isascii() and each.isalnum() else " " for each in spec.name)
    return f"{'_'.join(words.lower().split()) or 'server'}.py"


def _title(spec: ListenerSpec, endpoint: Endpoint) -> str:
    name = spec.name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""{name}: a server on {endpoint.display.replace(chr(92), "/")}, with Twisted."""'


def _faults_left_out(spec: ListenerSpec) -> str:
    """A comment for the faults of the listener, which a script cannot act out."""
    left_out = [f"#   {describe(fault)}" for fault in armed(spec.faults)]
    if not left_out:
        return ""
    first = "\n\n# Only Portdeck disturbs connections on purpose. Here is no:"
    return "\n".join((first, *left_out))


def _import_lines(imports: set[str]) -> str:
    """The imports: the standard library, a blank line, then the others."""
    others = sorted((each for each in imports if _is_installed(each)), key=_module)
    own = sorted((each for each in imports if not _is_installed(each)), key=_module)
    return "\n\n".join("\n".join(group) for group in (own, others) if group)


def _is_installed(line: str) -> bool:
    return _module(line).partition(".")[0] in ("twisted", "zope", "OpenSSL", "wsproto")


def _module(line: str) -> str:
    return line.split()[1]


def _source(source: ScriptSource | None, spec: ListenerSpec) -> ScriptSource:
    if source is None:
        raise NoScript(
            "no-script-inside-only",
            "{title} runs only inside Portdeck. Use portdeck serve with its profile.",
            title=catalog.find(spec.protocol).title,
        )
    return source


def _stream_server(spec: ListenerSpec) -> ServerCode:
    source = _source(catalog.find(spec.protocol).script, spec)
    name = f"{source.protocol}Factory"
    factory = f'''\
class {name}(Factory):
    """What all connections share: how many there are."""

    protocol = {source.protocol}
    numProtocols = 0
    maxProtocols = {spec.max_connections}
{_class_body(source.shared)}
    def buildProtocol(self, addr):
        if self.numProtocols >= self.maxProtocols:
            return Full()
        return Factory.buildProtocol(self, addr)
'''
    base = "from twisted.internet.protocol import Factory, Protocol"
    imports = (base, *source.imports)
    parts = (source.code, _FULL, factory)
    return ServerCode(imports, _constants(spec, source), parts, f"{name}()")


def _datagram_server(spec: ListenerSpec) -> ServerCode:
    source = _source(catalog.find_datagrams(spec.protocol).script, spec)
    base = "from twisted.internet.protocol import DatagramProtocol"
    imports = (base, *source.imports)
    return ServerCode(imports, _constants(spec, source), (source.code,), f"{source.protocol}()")


def _user_code_server(spec: ListenerSpec, endpoint: Endpoint, folder: Path) -> ServerCode:
    code = user_code_import(Reference.parse(spec.protocol), folder)
    if endpoint.is_datagram:
        return ServerCode(code.imports, (code.loads.rstrip(),), (), code.datagrams)
    limited = _LIMITED.format(most=spec.max_connections)
    imports = (
        "from twisted.internet.protocol import Factory, Protocol",
        "from twisted.protocols.policies import WrappingFactory",
        *code.imports,
    )
    parts = (*code.parts, _FULL, limited)
    return ServerCode(imports, (code.loads.rstrip(),), parts, f"Limited({code.factory})")


def _constants(spec: ListenerSpec, source: ScriptSource) -> tuple[str, ...]:
    """The options that the source uses, as constants. Options that were not set have their
    defaults."""
    lines = []
    for option in describe_options(catalog.find(spec.protocol).options):
        value = spec.options.get(option.name, option.default)
        plain = value.value if isinstance(value, Enum) else value
        name = option.name.upper()
        if name in source.code + source.shared:
            lines.append(f"{name} = {literal(plain)}")
    return ("\n".join(lines),) if lines else ()


def _class_body(code: str) -> str:
    """`code` indented for a class body, with a blank line before it."""
    return f"\n{indent(code.strip(chr(10)), '    ')}\n" if code else ""


_LISTEN: Final = {
    "tcp": "listenTCP",
    "tcp6": "listenTCP",
    "udp": "listenUDP",
    "unix": "listenUNIX",
    "unix-dgram": "listenUNIXDatagram",
}
"""The method of the reactor for each kind of endpoint."""


@frozen
class ListenCode:
    """The lines that listen and run the reactor, and their imports."""

    code: str
    imports: tuple[str, ...]


def listen_code(endpoint: Endpoint, expression: str, tls: TlsFiles | None) -> ListenCode:
    """The code that listens on `endpoint`. `expression` gives the factory, or the protocol for UDP.

    `endpoint` must be bound: its interface, or an absolute path, is written out.
    """
    if endpoint.kind not in ("tcp", "tcp6", "udp", "unix", "unix-dgram"):
        return _by_description(endpoint, expression)
    if tls is None:
        name = "listenMulticast" if endpoint.is_shared else _LISTEN[endpoint.kind]
        code = _calls(name, endpoint, [expression])
        imports = ["from twisted.internet import reactor"]
        if endpoint.kind == "unix-dgram":  # Twisted leaves the file of an earlier run there
            imports.append("from pathlib import Path")
            code = f"Path({literal(endpoint.value('address'))}).unlink(missing_ok=True)\n{code}"
    else:
        imports = ["from OpenSSL import SSL", "from twisted.internet import reactor, ssl"]
        if endpoint.kind == "unix":
            imports.append("from twisted.protocols.tls import TLSMemoryBIOFactory")
            wrapped = f"TLSMemoryBIOFactory(contextFactory, False, {expression})"
            code = _calls("listenUNIX", endpoint, [wrapped])
        else:
            code = _calls("listenSSL", endpoint, [expression, "contextFactory"])
        code = f"{''.join(_context(tls))}\n{code}"
    return ListenCode(f"{code}{_RUN}", tuple(imports))


def _calls(name: str, endpoint: Endpoint, served: list[str]) -> str:
    """The call of `reactor.NAME` with the arguments `served`. Two calls for `localhost`, which has
    two addresses."""
    if (endpoint.interface or "").lower() != "localhost":
        return _call(
            f"port = reactor.{name}", [*_port_or_path(endpoint), *served, *_options(endpoint)]
        )
    first, second = (endpoint.with_value("interface", each) for each in LOOPBACKS)
    second_arguments = ["port.getHost().port", *served, *_options(second)]
    return _call(
        f"port = reactor.{name}", [*_port_or_path(first), *served, *_options(first)]
    ) + _call(f"reactor.{name}", second_arguments)


def _port_or_path(endpoint: Endpoint) -> Iterator[str]:
    if endpoint.is_unix:
        yield literal(endpoint.value("address"))
    else:
        yield str(endpoint.port)


def _options(endpoint: Endpoint) -> Iterator[str]:
    if endpoint.interface is not None:
        # Twisted's `listenUDP` does not accept host names.
        is_name = endpoint.is_datagram and endpoint.interface.lower() == "localhost"
        yield f"interface={literal('127.0.0.1' if is_name else endpoint.interface)}"
    if endpoint.is_datagram:
        yield f"maxPacketSize={LARGEST_READ}"
    if endpoint.is_shared:
        yield "listenMultiple=True"
    backlog, mode = endpoint.value("backlog"), endpoint.value("mode")
    if backlog is not None:
        yield f"backlog={int(backlog)}"
    if endpoint.is_unix:
        yield f"mode=0o{(mode or '666').removeprefix('0')}"
    if endpoint.kind == "unix":
        yield "wantPID=True"  # removes the socket file of an earlier run


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


def _by_description(endpoint: Endpoint, expression: str) -> ListenCode:
    """The code for the endpoints of plugins. Their port comes later, from a Deferred."""
    return ListenCode(
        f"""\
def listening(port):
    print("Listening on", port.getHost(), flush=True)


endpoint = serverFromString(reactor, {literal(str(endpoint))})
endpoint.listen({expression}).addCallbacks(listening, log.err)
reactor.run()
""",
        (
            "from twisted.internet import reactor",
            "from twisted.internet.endpoints import serverFromString",
            "from twisted.python import log",
        ),
    )
