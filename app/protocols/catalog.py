"""The protocols a listener can speak, by name: what a form offers and what a profile may say.

A protocol is one file or package beside this one that has a `DEFINITION`. No other code names it.
"""

from __future__ import annotations

import pkgutil
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Any

from app import protocols
from app.protocols.definition import DatagramDefinition, ProtocolDefinition


class UnknownProtocol(ValueError):
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
    for definition in definitions():
        if definition.name == name:
            return definition
    close = get_close_matches(name.strip().lower(), names(), n=1)
    advice = f"Did you mean {close[0]}?" if close else f"Choose one of: {', '.join(names())}."
    raise UnknownProtocol(f"There is no protocol called {name!r}. {advice}")


def find_datagrams(name: str) -> DatagramDefinition[Any]:
    """The protocol called `name` over UDP. Raises `UnknownProtocol` if it needs connections too."""
    definition = find(name)
    if definition.datagrams is None:
        raise UnknownProtocol(
            f"{definition.title} needs connections, which UDP does not have. Choose one of: "
            f"{', '.join(datagram_names())}; or an endpoint such as tcp:{definition.port}."
        )
    return definition.datagrams
