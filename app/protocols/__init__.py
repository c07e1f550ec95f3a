"""The catalog: protocols, each of which says what one connection does.

Each file here is one protocol in plain Twisted, with a `DEFINITION` that describes it. Limits,
sockets and windows are elsewhere. `catalog` finds the protocols by name.
"""
