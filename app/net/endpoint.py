"""Endpoint descriptions: the address of a listener as a value.

A profile holds and a form edits a description such as `tcp:8007:interface=127.0.0.1`. Nothing here
needs a reactor; `twisted.internet.endpoints.serverFromString` takes `str(endpoint.bound())`.
Twisted has no description for a socket that receives datagrams. `udp:8007` and
`unix-dgram:/tmp/echo.sock` are Portdeck's own, in the same syntax.

The quoting is Twisted's: `:` separates the values, the first `=` of a part makes it an option, and
a backslash makes the next character an ordinary one. Without an interface Twisted listens on all
interfaces; `bound` chooses loopback instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from attrs import evolve, field, frozen

from app.files.paths import home_folder_problem, resolve_path
from app.net.endpoint_kinds import KINDS, EndpointKind, installed_kinds
from app.net.ip import is_address, is_loopback
from app.text.problems import did_you_mean, listed
from app.text.sentence import Sentence, SentenceError, quoted

LARGEST_PORT: Final = 65535

LONGEST_PATH: Final = 107
"""The most bytes that Linux allows for the path of a Unix socket (unix(7))."""

_TLS_PORT: Final = 443
_COLON_ADVICE: Final = Sentence(
    "endpoint-colon-advice", "A colon inside a value needs a backslash, as in interface=\\:\\:1."
)


class EndpointError(SentenceError):
    """A description that is no valid endpoint. The text is for the user and says what to do."""


def _last_of_each(options: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """`options` with each name once. If a name is written twice, Twisted takes the last value."""
    return tuple(dict(options).items())


@frozen
class Endpoint:
    """One endpoint description, checked as far as possible without opening a socket.

    Twisted's kinds for listening (tcp, tcp6, ssl, tls, unix) and Portdeck's own are checked value
    by value. Any other kind must be that of an installed plugin. It is not changed, except for an
    endpoint that it wraps. `parse` and the constructor raise `EndpointError` for invalid values.
    """

    kind: str
    """In lower case, as Twisted's kinds are. Plugins accept any case."""

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
        """The value written for `parameter`, by position or by name; None if there is none."""
        kind = KINDS.get(self.kind)
        if kind is not None and parameter in kind.parameters:
            index = kind.parameters.index(parameter)
            if index < len(self.args):
                return self.args[index]
        return dict(self.options).get(parameter)

    @property
    def is_datagram(self) -> bool:
        """Whether it receives datagrams instead of connections."""
        return self.kind in ("udp", "unix-dgram")

    @property
    def is_unix(self) -> bool:
        """Whether it is a Unix socket, whose `address` is a path."""
        return self.kind in ("unix", "unix-dgram")

    @property
    def is_shared(self) -> bool:
        """Whether other sockets may be bound to the same UDP port, as the members of a multicast
        group on one machine are."""
        return self.value("shared") == "1"

    @property
    def port(self) -> int | None:
        """The port, 0 if the system chooses it; None for kinds without a port."""
        kind = KINDS.get(self.kind)
        if kind is None or "port" not in kind.parameters:
            return None
        return int(self.value("port") or _TLS_PORT)

    @property
    def interface(self) -> str | None:
        """The interface that `bound` writes out; None for kinds without one and for plugins."""
        kind = KINDS.get(self.kind)
        if kind is None or kind.loopback is None:
            return None
        return self.value("interface") or kind.loopback

    def bound(self, folder: Path = Path()) -> Endpoint:
        """This endpoint with its interface written out: loopback, unless the user wrote one.

        The paths of a Unix socket and of PEM files are written out too. Relative ones start in
        `folder`.

        An empty `interface=` counts as not written. Twisted takes it as all interfaces, but a port
        must not become public because the user left something out.
        """
        inner = self.inner
        if inner is not None:
            return self._wrapping(inner.bound(folder))
        resolved = self.with_paths(lambda path: str(resolve_path(path, folder)))
        if self.interface is None or self.value("interface"):
            return resolved
        return resolved.with_value("interface", self.interface)

    @property
    def paths(self) -> dict[str, str]:
        """The parameters that are paths, each with the path as written or Twisted's default."""
        kind = KINDS.get(self.kind)
        paths = {} if kind is None else kind.paths
        found = {name: self.value(name) or default for name, default in paths.items()}
        return {name: path for name, path in found.items() if path}

    def with_paths(self, change: Callable[[str], str]) -> Endpoint:
        """This endpoint with `change` applied to each path, also to those that are defaults."""
        inner = self.inner
        if inner is not None:
            return self._wrapping(inner.with_paths(change))
        endpoint = self
        for name, path in self.paths.items():
            changed = change(path)
            if changed != path:
                endpoint = endpoint.with_value(name, changed)
        return endpoint

    def _wrapping(self, inner: Endpoint) -> Endpoint:
        """This plugin endpoint with `inner` as the endpoint that it wraps."""
        return evolve(self, args=(inner.kind, *inner.args), options=inner.options)

    def with_value(self, parameter: str, value: str) -> Endpoint:
        """This endpoint with `value` for one parameter. A positional value stays positional."""
        index = KINDS[self.kind].parameters.index(parameter)
        if index < len(self.args):
            return evolve(self, args=_replaced(self.args, index, value))
        return evolve(self, options=(*self.options, (parameter, value)))

    @property
    def inner(self) -> Endpoint | None:
        """The endpoint inside a plugin endpoint: `tcp:8007` in `haproxy:tcp:8007`. None if it
        cannot be parsed."""
        if self.kind in KINDS or not self.args or self.args[0].lower() not in KINDS:
            return None
        try:
            return Endpoint(self.args[0].lower(), self.args[1:], self.options)
        except EndpointError:
            return None

    @property
    def supports_tls(self) -> bool:
        """Whether Portdeck can add TLS: it carries streams and does not encrypt itself."""
        return not (self.has_tls or self.is_datagram)

    @property
    def has_tls(self) -> bool:
        """Whether the endpoint itself encrypts, by Twisted."""
        return self.kind in ("ssl", "tls")

    @property
    def loopback_only(self) -> bool:
        """Whether only this machine can connect. False if that is unknown."""
        if self.is_unix:
            return True
        if self.inner is not None:
            return self.inner.loopback_only
        return self.interface is not None and is_loopback(self.interface)

    @property
    def display(self) -> str:
        """The text for a window: `127.0.0.1:8007`, `[::1]:8007`, a path, or the description."""
        if self.is_unix:
            return self.value("address") or ""
        if self.port is None or self.interface is None:
            return str(self)
        host = f"[{self.interface}]" if ":" in self.interface else self.interface
        return f"{host}:{self.port}"


@lru_cache(maxsize=4096)  # the window parses the endpoint of each listener at every refresh
def _parsed(text: str) -> Endpoint:
    if not text:
        raise EndpointError("endpoint-empty", "Write an endpoint, such as tcp:8007.")
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
                raise EndpointError(
                    "endpoint-backslash", "Remove the backslash at the end, or write two of them."
                )
            part[-1] += escaped
    yield part


def _escaped(value: str, marks: str) -> str:
    return "".join(f"\\{c}" if c == "\\" or c in marks else c for c in value)


def _replaced(values: tuple[str, ...], index: int, value: str) -> tuple[str, ...]:
    return (*values[:index], value, *values[index + 1 :])


def _is_kind(text: str) -> bool:
    # `localhost:8007` is the most common mistake, so it gets this error without a plugin search.
    return re.fullmatch("[A-Za-z][A-Za-z0-9_+-]*", text) is not None and text != "localhost"


def _no_kind(text: str) -> EndpointError:
    return EndpointError(
        "endpoint-no-kind",
        "Begin the endpoint with its kind, as in tcp:8007 or tcp:8007:interface=127.0.0.1, "
        "not {text}.",
        text=quoted(text),
    )


def _check_shape(endpoint: Endpoint) -> None:
    """Raises unless the description is one printable line that begins with a kind."""
    if not _is_kind(endpoint.kind) or endpoint.kind != endpoint.kind.lower():
        raise _no_kind(endpoint.kind)
    if not str(endpoint).isprintable():
        raise EndpointError(
            "endpoint-not-one-line", "Write the endpoint on one line, without invisible characters."
        )


def _check_installed(kind: str) -> None:
    """Raises unless a plugin for this kind of endpoint is installed."""
    installed = installed_kinds()
    if kind in installed:
        return
    known = sorted({*KINDS, *installed})
    all_known = Sentence("use-one-of", "Use one of: {known}.", known=listed(known))
    advice = did_you_mean(kind, known, all_known)
    raise EndpointError(
        "endpoint-unknown-kind",
        "There is no kind of endpoint called {kind}. {advice}",
        kind=quoted(kind),
        advice=advice,
    )


def _check_parameters(endpoint: Endpoint, kind: EndpointKind) -> None:
    """Raises for a parameter that is unknown, written twice, or missing though required."""
    names = kind.parameters
    written = dict(endpoint.options)
    twice = next((name for name in names[: len(endpoint.args)] if name in written), None)
    if twice is not None:
        raise EndpointError(
            "endpoint-twice",
            "Write the {twice} once. {colon_advice}",
            twice=twice,
            colon_advice=_COLON_ADVICE,
        )
    if len(endpoint.args) > len(names):
        raise EndpointError(
            "endpoint-too-many-values",
            "{kind} takes no more than {most} values, here are {count}. {colon_advice}",
            kind=endpoint.kind,
            most=len(names),
            count=len(endpoint.args),
            colon_advice=_COLON_ADVICE,
        )
    for name in written:
        if name not in names:
            takes = Sentence("endpoint-takes", "It takes: {names}.", names=listed(names))
            advice = did_you_mean(name, names, takes)
            raise EndpointError(
                "endpoint-unknown-option",
                "{kind} has no option {name}. {advice}",
                kind=endpoint.kind,
                name=quoted(name),
                advice=advice,
            )
    if kind.needs and not endpoint.value(kind.needs):
        raise EndpointError(
            "endpoint-missing-value",
            "{kind} needs its {needs}, as in {example}.",
            kind=endpoint.kind,
            needs=kind.needs,
            example=kind.example,
        )


def _check_values(endpoint: Endpoint) -> None:
    """Raises for an invalid value. Twisted's own error for it is not meant for users."""
    for parameter, (is_valid, expected) in _RULES.items():
        value = endpoint.value(parameter)
        if value is not None and not is_valid(value):
            raise EndpointError(
                "endpoint-value-wrong",
                "The {parameter} must be {expected}, not {value}.",
                parameter=parameter,
                expected=expected,
                value=quoted(value),
            )
    for path in endpoint.paths.values():
        if problem := home_folder_problem(path):
            raise EndpointError(problem)
    # Twisted looks up the name of an interface only for TCP.
    if endpoint.kind == "udp" and not is_address(endpoint.interface or ""):
        raise EndpointError(
            "endpoint-interface-wrong",
            "The interface must be an address such as 127.0.0.1, 0.0.0.0 or \\:\\:1, not "
            "{interface}.",
            interface=quoted(endpoint.interface or ""),
        )


def _is_port(text: str) -> bool:
    return _is_number(text) and int(text) <= LARGEST_PORT


def _is_number(text: str) -> bool:
    """Whether `text` is 1 to 9 ASCII digits. `int` would also accept "8_0", " 80" and "٨٠"."""
    return re.fullmatch("[0-9]{1,9}", text) is not None


def _is_mode(text: str) -> bool:
    return re.fullmatch("0?[0-7]{3}", text) is not None


_RULES: Final[dict[str, tuple[Callable[[str], bool], str]]] = {
    "port": (
        _is_port,
        Sentence(
            "number-up-to", "a whole number from 0 to {largest_port}", largest_port=LARGEST_PORT
        ),
    ),
    "backlog": (_is_number, Sentence("a-whole-number", "a whole number")),
    "mode": (_is_mode, Sentence("octal-digits", "three octal digits such as 660")),
    "lockfile": (("0", "1").__contains__, Sentence("zero-or-one", "0 or 1")),
    "shared": (("0", "1").__contains__, Sentence("zero-or-one", "0 or 1")),
}
