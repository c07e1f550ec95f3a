"""Where a listener listens, as a value: a Twisted endpoint description taken apart.

A description such as `tcp:8007:interface=127.0.0.1` is what a profile holds and a form edits. No
reactor is asked here; `twisted.internet.endpoints.serverFromString` takes `str(endpoint.bound())`.
Twisted describes no UDP socket to receive on; `udp:8007` is Portdeck's, in the same syntax.

The quoting is Twisted's: `:` parts the values, the first `=` of a part makes it an option, and a
backslash makes the next character an ordinary one. What Twisted would take without a word and
listen to everybody, `bound` confines to this machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Final

from attrs import evolve, field, frozen

from app.files.paths import home_folder_problem, resolve_path
from app.net.endpoint_kinds import KINDS, EndpointKind, installed_kinds
from app.net.ip import is_address, is_loopback

LARGEST_PORT: Final = 65535

LONGEST_PATH: Final = 107
"""Bytes of a Unix socket's path: what Linux has room for (unix(7))."""


class EndpointError(ValueError):
    """A description that cannot be an endpoint. Its text is for the user and says what to do."""


def quoted(text: str) -> str:
    """`text` as a sentence shows it: in quotes, at most 60 characters, none a screen would obey."""
    short = text if len(text) <= 60 else f"{text[:59]}…"
    return '"' + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short) + '"'


_TLS_PORT: Final = 443
_COLON_ADVICE: Final = "A colon inside a value needs a backslash, as in interface=\\:\\:1."


def _last_of_each(options: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """`options` with each name once. Of a name written twice, Twisted takes the last value."""
    return tuple(dict(options).items())


@frozen
class Endpoint:
    """One endpoint description, checked as far as it can be without opening a socket.

    The kinds that Twisted brings for listening (tcp, tcp6, ssl, tls, unix) and Portdeck's udp are
    checked value by value. Any other kind must be that of an installed plugin, and passes through
    untouched, but for an endpoint that it wraps.
    Raises `EndpointError` when its values cannot be an endpoint, however it is made.
    """

    kind: str
    """Lower case: Twisted's own kinds are, and plugins do not care."""

    args: tuple[str, ...] = ()
    """The positional values after the kind, unescaped."""

    options: tuple[tuple[str, str], ...] = field(default=(), converter=_last_of_each)
    """The `name=value` parts, unescaped; each name once."""

    def __attrs_post_init__(self) -> None:
        _check_shape(self)
        kind = KINDS.get(self.kind)
        if kind is None:
            _check_installed(self.kind)
        else:
            _check_parameters(self, kind)
            _check_values(self)

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """The endpoint that `text` describes. Raises `EndpointError`."""
        return _parsed(text)

    @classmethod
    def tcp(cls, port: int, interface: str = "127.0.0.1") -> Endpoint:
        """The endpoint of a TCP port (0 lets the system choose). Raises `EndpointError`."""
        return cls("tcp", (str(port),), (("interface", interface),))

    @classmethod
    def udp(cls, port: int, interface: str = "127.0.0.1") -> Endpoint:
        """The endpoint of a UDP port (0 lets the system choose). Raises `EndpointError`."""
        return cls("udp", (str(port),), (("interface", interface),))

    def __str__(self) -> str:
        """The description, escaped so that `parse` gives an equal endpoint."""
        values = (_escaped(value, ":=") for value in self.args)
        options = (f"{_escaped(name, ':=')}={_escaped(value, ':')}" for name, value in self.options)
        return ":".join((self.kind, *values, *options))

    def value(self, parameter: str) -> str | None:
        """What is written for `parameter`, by position or by name; None if it is not written."""
        kind = KINDS.get(self.kind)
        if kind is not None and parameter in kind.parameters:
            index = kind.parameters.index(parameter)
            if index < len(self.args):
                return self.args[index]
        return dict(self.options).get(parameter)

    @property
    def is_datagram(self) -> bool:
        """Whether single datagrams arrive there, from whoever sends them, and no connections."""
        return self.kind == "udp"

    @property
    def port(self) -> int | None:
        """The port asked for, 0 if the system shall choose; None for what has no port."""
        kind = KINDS.get(self.kind)
        if kind is None or "port" not in kind.parameters:
            return None
        return int(self.value("port") or _TLS_PORT)

    @property
    def interface(self) -> str | None:
        """The interface that `bound` binds; None for what has none and for plugins."""
        kind = KINDS.get(self.kind)
        if kind is None or kind.loopback is None:
            return None
        return self.value("interface") or kind.loopback

    def bound(self, folder: Path = Path()) -> Endpoint:
        """This endpoint with its interface written out: loopback, unless the user wrote one.

        Its paths, those of a Unix socket and of PEM files, are written out too; they begin in
        `folder` if they are not absolute.

        An empty `interface=` is none: it is Twisted's word for "all of them", and nobody opens a
        port to the world by leaving something out.
        """
        inner = self.inner
        if inner is not None:
            return self._around(inner.bound(folder))
        placed = self.with_paths(lambda path: str(resolve_path(path, folder)))
        if self.interface is None or self.value("interface"):
            return placed
        return placed.at("interface", self.interface)

    @property
    def paths(self) -> dict[str, str]:
        """Which parameter is which path, among those that are paths: as written, or as Twisted
        takes it where it is not."""
        kind = KINDS.get(self.kind)
        paths = {} if kind is None else kind.paths
        found = {name: self.value(name) or default for name, default in paths.items()}
        return {name: path for name, path in found.items() if path}

    def with_paths(self, change: Callable[[str], str]) -> Endpoint:
        """This endpoint with what `change` makes of each of its paths, written or not."""
        inner = self.inner
        if inner is not None:
            return self._around(inner.with_paths(change))
        endpoint = self
        for name, path in self.paths.items():
            changed = change(path)
            if changed != path:
                endpoint = endpoint.at(name, changed)
        return endpoint

    def _around(self, inner: Endpoint) -> Endpoint:
        """This plugin's endpoint around another one."""
        return evolve(self, args=(inner.kind, *inner.args), options=inner.options)

    def at(self, parameter: str, value: str) -> Endpoint:
        """This endpoint with another `value` for one of its parameters, written where it was."""
        index = KINDS[self.kind].parameters.index(parameter)
        if index < len(self.args):
            return evolve(self, args=_replaced(self.args, index, value))
        return evolve(self, options=(*self.options, (parameter, value)))

    @property
    def inner(self) -> Endpoint | None:
        """What a plugin wraps that is written before it, as in `haproxy:tcp:8007`; None if nothing
        that can be understood."""
        if self.kind in KINDS or not self.args or self.args[0].lower() not in KINDS:
            return None
        try:
            return Endpoint(self.args[0].lower(), self.args[1:], self.options)
        except EndpointError:
            return None

    @property
    def takes_tls(self) -> bool:
        """Whether TLS can be put on what it carries: it carries streams, and has no TLS itself."""
        return not (self.has_tls or self.is_datagram)

    @property
    def has_tls(self) -> bool:
        """Whether Twisted encrypts what it carries."""
        return self.kind in ("ssl", "tls")

    @property
    def loopback_only(self) -> bool:
        """Whether nobody outside this machine can connect. False when that cannot be told."""
        if self.kind == "unix":
            return True
        if self.inner is not None:
            return self.inner.loopback_only
        return self.interface is not None and is_loopback(self.interface)

    @property
    def display(self) -> str:
        """What a window shows: `127.0.0.1:8007`, `[::1]:8007`, a path, or the description."""
        if self.kind == "unix":
            return self.value("address") or ""
        if self.port is None or self.interface is None:
            return str(self)
        host = f"[{self.interface}]" if ":" in self.interface else self.interface
        return f"{host}:{self.port}"


@lru_cache(maxsize=4096)  # a window asks for that of each listener again and again
def _parsed(text: str) -> Endpoint:
    if not text:
        raise EndpointError("Write an endpoint, such as tcp:8007.")
    parts = list(_parts(text))
    args = [part[0] for part in parts if len(part) == 1]
    kind, *values = args or [""]
    if not _is_kind(kind):
        raise _no_kind(text)
    options = tuple((part[0], part[1]) for part in parts if len(part) == 2)
    return Endpoint(kind.lower(), tuple(values), options)


def _parts(text: str) -> Iterator[list[str]]:
    """The parts of a description, each `[value]` or `[name, value]`, unescaped."""
    part = [""]
    characters = iter(text)
    for character in characters:
        if character == ":":
            yield part
            part = [""]
        elif character == "=" and len(part) == 1:
            part.append("")
        elif character != "\\":
            part[-1] += character
        else:
            escaped = next(characters, None)
            if escaped is None:
                raise EndpointError("Remove the backslash at the end, or write two of them.")
            part[-1] += escaped
    yield part


def _escaped(value: str, marks: str) -> str:
    return "".join(f"\\{c}" if c == "\\" or c in marks else c for c in value)


def _replaced(values: tuple[str, ...], index: int, value: str) -> tuple[str, ...]:
    return (*values[:index], value, *values[index + 1 :])


def _is_kind(text: str) -> bool:
    # A host name in its place is the most common slip of all, so it gets the sentence at once.
    return re.fullmatch("[A-Za-z][A-Za-z0-9_+-]*", text) is not None and text != "localhost"


def _no_kind(text: str) -> EndpointError:
    return EndpointError(
        "Begin the endpoint with its kind, as in tcp:8007 or tcp:8007:interface=127.0.0.1, "
        f"not {quoted(text)}."
    )


def _check_shape(endpoint: Endpoint) -> None:
    """Raises unless the description is one printable line that begins with a kind."""
    if not _is_kind(endpoint.kind) or endpoint.kind != endpoint.kind.lower():
        raise _no_kind(endpoint.kind)
    if not str(endpoint).isprintable():
        raise EndpointError("Write the endpoint on one line, without invisible characters.")


def _check_installed(kind: str) -> None:
    """Raises unless a plugin brings this kind of endpoint."""
    brought = installed_kinds()
    if kind in brought:
        return
    known = sorted({*KINDS, *brought})
    close = get_close_matches(kind, known, n=1)
    advice = f"Did you mean {close[0]}?" if close else f"Use one of: {', '.join(known)}."
    raise EndpointError(f"There is no kind of endpoint called {quoted(kind)}. {advice}")


def _check_parameters(endpoint: Endpoint, kind: EndpointKind) -> None:
    """Raises for a parameter that Twisted does not take, takes only once, or cannot do without."""
    names = kind.parameters
    written = dict(endpoint.options)
    twice = next((name for name in names[: len(endpoint.args)] if name in written), None)
    if twice is not None:
        raise EndpointError(f"Write the {twice} once. {_COLON_ADVICE}")
    if len(endpoint.args) > len(names):
        raise EndpointError(
            f"{endpoint.kind} takes no more than {len(names)} values, here are "
            f"{len(endpoint.args)}. {_COLON_ADVICE}"
        )
    for name in written:
        if name not in names:
            close = get_close_matches(name, names, n=1)
            advice = f"Did you mean {close[0]}?" if close else f"It takes: {', '.join(names)}."
            raise EndpointError(f"{endpoint.kind} has no option {quoted(name)}. {advice}")
    if not endpoint.value(kind.needs):
        raise EndpointError(f"{endpoint.kind} needs its {kind.needs}, as in {kind.example}.")


def _check_values(endpoint: Endpoint) -> None:
    """Raises for a value that Twisted would fail on with words that are not for a user."""
    for parameter, (is_right, must) in _RULES.items():
        value = endpoint.value(parameter)
        if value is not None and not is_right(value):
            raise EndpointError(f"The {parameter} must be {must}, not {quoted(value)}.")
    for path in endpoint.paths.values():
        if wrong := home_folder_problem(path):
            raise EndpointError(wrong)
    # Twisted looks up the name of an interface for TCP alone.
    if endpoint.is_datagram and not is_address(endpoint.interface or ""):
        raise EndpointError(
            "The interface must be an address such as 127.0.0.1, 0.0.0.0 or \\:\\:1, "
            f"not {quoted(endpoint.interface or '')}."
        )


def _is_port(text: str) -> bool:
    return _is_number(text) and int(text) <= LARGEST_PORT


def _is_number(text: str) -> bool:
    """Whether `text` is a few plain digits. `int` would also take "8_0", " 80" and "٨٠"."""
    return re.fullmatch("[0-9]{1,9}", text) is not None


def _is_mode(text: str) -> bool:
    return re.fullmatch("0?[0-7]{3}", text) is not None


_RULES: Final[dict[str, tuple[Callable[[str], bool], str]]] = {
    "port": (_is_port, f"a whole number from 0 to {LARGEST_PORT}"),
    "backlog": (_is_number, "a whole number"),
    "mode": (_is_mode, "three octal digits such as 660"),
    "lockfile": (("0", "1").__contains__, "0 or 1"),
}
