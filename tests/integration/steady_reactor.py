"""The reactor of `portdeck serve`, under a name by which Twisted's own tests can find it.

It has the name of Twisted's class, as one of the tests knows by it which files epoll rejects.
"""

from __future__ import annotations

from twisted.internet import epollreactor

from app.runtime.clocks import steady

EPollReactor = steady(epollreactor.EPollReactor)
