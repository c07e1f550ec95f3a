"""Listeners: start them, serve their connections, watch them, save them.

From the inside out: `connections.connection` (one accepted peer), `connections.factory` (the
connections of one listener), `listener` (start, stop, state), `deck` (all listeners), `workspace`
(the deck and its profile). `udp` replaces the inner two for datagrams. Events go to a
`listener.Observer`. The observer, the reactor and the clock are arguments, so the same code runs in
the window, in `portdeck serve` and in tests.
"""
