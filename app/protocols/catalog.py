"""The protocols a listener can speak, by name: what a form offers and what a profile may say.

A protocol is one file or package beside this one that has a `DEFINITION`. No other code names it.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from app import protocols
from app.protocols.definition import DatagramDefinition, ProtocolDefinition
from app.text.problems import did_you_mean, listed
from app.text.sentence import Sentence, SentenceError


class UnknownProtocol(SentenceError):
    """No protocol has that name. Its text is a sentence for the user."""


@cache
def definitions() -> tuple[ProtocolDefinition[Any], ...]:
    """Every protocol of this package, in the order of the ports that new listeners are offered."""
    modules = (
        import_module(f"{protocols.__name__}.{module.name}")
        for module in pkgutil.iter_modules(protocols.__path__)
    )
    found = (module.DEFINITION for module in modules if hasattr(module, "DEFINITION"))
    return tuple(sorted(found, key=lambda definition: definition.port))


def names() -> tuple[str, ...]:
    """Every name that `find` knows, in the order in which a form offers them."""
    return tuple(definition.name for definition in definitions())


def datagram_names() -> tuple[str, ...]:
    """Every name that `find_datagrams` knows, in the same order."""
    return tuple(each.name for each in definitions() if each.datagrams is not None)


def find(name: str) -> ProtocolDefinition[Any]:
    """The protocol called `name`. Raises `UnknownProtocol`, which names the nearest or all."""
    found = _definition_in(name) if name.isidentifier() else None
    candidates = definitions() if found is None else (found,)
    for definition in candidates:
        if definition.name == name:
            return definition
    choose = Sentence("choose-one-of", "Choose one of: {known}.", known=listed(names()))
    advice = did_you_mean(name.strip().lower(), names(), choose)
    raise UnknownProtocol(
        "no-such-protocol",
        "There is no protocol called {name!r}. {advice}",
        name=name,
        advice=advice,
    )


def _definition_in(name: str) -> ProtocolDefinition[Any] | None:
    """The definition in the module `name`, without the other modules: a profile needs few."""
    module = f"{protocols.__name__}.{name}"
    if find_spec(module) is None:
        return None
    definition: ProtocolDefinition[Any] | None
    definition = getattr(import_module(module), "DEFINITION", None)
    return definition


def find_datagrams(name: str) -> DatagramDefinition[Any]:
    """The protocol called `name` over UDP. Raises `UnknownProtocol` if it needs connections too."""
    definition = find(name)
    if definition.datagrams is None:
        raise UnknownProtocol(
            "protocol-not-over-udp",
            "{title} needs connections, which UDP does not have. Choose one of: {known}; or "
            "an endpoint such as tcp:{port}.",
            title=definition.title,
            known=", ".join(datagram_names()),
            port=definition.port,
        )
    return definition.datagrams
