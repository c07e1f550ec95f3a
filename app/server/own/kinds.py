"""What the user's code may give for a listener to serve with."""

from __future__ import annotations

from enum import Enum

from twisted.internet.interfaces import IProtocol, IProtocolFactory
from twisted.internet.protocol import AbstractDatagramProtocol


class Kind(Enum):
    """How a factory is made of an object. The value is what a person calls such an object."""

    PROTOCOL = "protocol"
    FACTORY = "factory"
    FACTORY_OBJECT = "factory object"
    FUNCTION = "function that returns a protocol"
    DATAGRAM = "datagram protocol"


def kind_of(found: object) -> Kind | None:
    """What `found` is; `None` if no factory can be made of it. Calls nothing but zope.interface."""
    if isinstance(found, type):
        return _kind_of_class(found)
    if isinstance(found, AbstractDatagramProtocol):
        return Kind.DATAGRAM
    if IProtocolFactory.providedBy(found):
        return Kind.FACTORY_OBJECT
    if callable(found) and not IProtocol.providedBy(found):
        return Kind.FUNCTION
    return None


def _kind_of_class(found: type) -> Kind | None:
    if issubclass(found, AbstractDatagramProtocol):
        return Kind.DATAGRAM
    if IProtocolFactory.implementedBy(found):
        return Kind.FACTORY
    if IProtocol.implementedBy(found):
        return Kind.PROTOCOL
    return None
