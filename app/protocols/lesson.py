"""A protocol as a Twisted teacher would write it on a board: the catalog has one of each.

A stand-alone script is made of it: see `app.recipes.script`. So a lesson is without types, without
asserts, and without anything of Portdeck. What may be chosen about the protocol stands above it as
constants, in capitals: `longest_line` is `LONGEST_LINE`.
"""

from __future__ import annotations

from attrs import frozen


@frozen
class Lesson:
    """The source of one class, and what it takes to run it."""

    protocol: str
    """The name of the class."""

    code: str
    """The class, and constants and functions above it. A `Protocol` keeps count of itself in
    `self.factory.numProtocols`."""

    imports: tuple[str, ...] = ()
    """Lines besides those for `reactor`, `Factory`, `Protocol` and `DatagramProtocol`."""

    shared: str = ""
    """What its factory has besides the count and the limit: the body of a class."""
