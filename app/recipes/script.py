"""A listener as a stand-alone Twisted script: protocol, factory, `listen`, `run`.

It is what a Twisted teacher would write: it needs Python and Twisted, and nothing of Portdeck.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from textwrap import indent

from attrs import frozen

from app.endpoint import Endpoint
from app.own_protocol import Reference, is_own
from app.profile import ListenerSpec
from app.protocols import catalog
from app.protocols.lesson import Lesson
from app.protocols.options import describe
from app.recipes.listening import listening
from app.recipes.literals import literal
from app.recipes.own_code import own_code
from app.recipes.tls_files import TlsFiles

FULL = '''\
class Full(Protocol):
    """Meets whoever is one too many."""

    def connectionMade(self):
        self.transport.write(b"Too many connections, try later")
        self.transport.loseConnection()
'''

LIMITED = '''\
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
class Served:
    """What a script serves, before it listens."""

    imports: tuple[str, ...]
    constants: tuple[str, ...]
    """Lines right below the imports."""

    parts: tuple[str, ...]
    """Classes and functions."""

    maker: str
    """The expression that gives the factory, or the protocol of UDP."""


def script(spec: ListenerSpec, folder: Path, tls: TlsFiles | None = None) -> str:
    """The source of a script that does what `spec` says, as it stands.

    The paths of code of one's own begin in `folder`. `tls` is what `tls_files` gives for the spec.
    """
    endpoint = Endpoint.parse(spec.endpoint).bound(folder)
    if is_own(spec.protocol):
        served = _of_own_code(spec, endpoint, folder)
    elif endpoint.is_datagram:
        served = _of_datagrams(spec)
    else:
        served = _of_connections(spec)
    listens = listening(endpoint, served.maker, tls)
    imports = {*served.imports, *listens.imports}
    head = "\n\n".join((_title(spec, endpoint), _import_lines(imports), *served.constants))
    parts = (head, *served.parts, listens.code)
    return "\n\n".join(part.strip("\n") + "\n" for part in parts)


def file_name(spec: ListenerSpec) -> str:
    """What to call the file of the script: `my_echo.py`."""
    words = "".join(each if each.isascii() and each.isalnum() else " " for each in spec.name)
    return f"{'_'.join(words.lower().split()) or 'server'}.py"


def _title(spec: ListenerSpec, endpoint: Endpoint) -> str:
    name = spec.name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""{name}: a server on {endpoint.display.replace(chr(92), "/")}, with Twisted."""'


def _import_lines(imports: set[str]) -> str:
    """Those of Python's own library, a blank line, and the others."""
    others = sorted((each for each in imports if _is_installed(each)), key=_module)
    own = sorted((each for each in imports if not _is_installed(each)), key=_module)
    return "\n\n".join("\n".join(group) for group in (own, others) if group)


def _is_installed(line: str) -> bool:
    return _module(line).partition(".")[0] in ("twisted", "zope", "OpenSSL")


def _module(line: str) -> str:
    return line.split()[1]


def _of_connections(spec: ListenerSpec) -> Served:
    lesson = catalog.find(spec.protocol).lesson
    name = f"{lesson.protocol}Factory"
    factory = f'''\
class {name}(Factory):
    """What all connections share: how many there are."""

    protocol = {lesson.protocol}
    numProtocols = 0
    maxProtocols = {spec.max_connections}
{_body(lesson.shared)}
    def buildProtocol(self, addr):
        if self.numProtocols >= self.maxProtocols:
            return Full()
        return Factory.buildProtocol(self, addr)
'''
    base = "from twisted.internet.protocol import Factory, Protocol"
    imports = (base, *lesson.imports)
    parts = (lesson.code, FULL, factory)
    return Served(imports, _constants(spec, lesson), parts, f"{name}()")


def _of_datagrams(spec: ListenerSpec) -> Served:
    lesson = catalog.find_datagrams(spec.protocol).lesson
    base = "from twisted.internet.protocol import DatagramProtocol"
    imports = (base, *lesson.imports)
    return Served(imports, _constants(spec, lesson), (lesson.code,), f"{lesson.protocol}()")


def _of_own_code(spec: ListenerSpec, endpoint: Endpoint, folder: Path) -> Served:
    code = own_code(Reference.parse(spec.protocol), folder)
    if endpoint.is_datagram:
        return Served(code.imports, (code.loads.rstrip(),), (), code.datagrams)
    limited = LIMITED.format(most=spec.max_connections)
    imports = (
        "from twisted.internet.protocol import Factory, Protocol",
        "from twisted.protocols.policies import WrappingFactory",
        *code.imports,
    )
    parts = (*code.parts, FULL, limited)
    return Served(imports, (code.loads.rstrip(),), parts, f"Limited({code.factory})")


def _constants(spec: ListenerSpec, lesson: Lesson) -> tuple[str, ...]:
    """What was chosen of the options that the lesson uses, or else their defaults."""
    lines = []
    for option in describe(catalog.find(spec.protocol).options):
        value = spec.options.get(option.name, option.default)
        plain = value.value if isinstance(value, Enum) else value
        name = option.name.upper()
        if name in lesson.code + lesson.shared:
            lines.append(f"{name} = {literal(plain)}")
    return ("\n".join(lines),) if lines else ()


def _body(code: str) -> str:
    """`code` as a part of a class, with a blank line before it."""
    return f"\n{indent(code.strip(chr(10)), '    ')}\n" if code else ""
