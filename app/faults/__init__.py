"""Faults: disturbances on purpose between a socket and the code that it serves.

`spec` and `reading` say what a fault is, `stream` and `datagrams` are the two engines, `connection`
puts the engine around one connection, and `listener` decides whom a fault hits.
"""

from __future__ import annotations
