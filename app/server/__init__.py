"""Layers two and three: what the connections of a listener share, and where it listens.

From the inside out: `connection` (one accepted peer), `factory` (the connections of one listener),
`listener` (start, stop, state), `deck` (all listeners); `datagrams` is what differs for UDP. Who
wants to know what happens passes an `observer.Observer` in; the reactor and the clock are arguments
too, so all of it runs in a window, without one, and in a test.
"""
