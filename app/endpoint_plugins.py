"""The kinds of endpoints that Twisted's plugins bring to this machine."""

from __future__ import annotations

from functools import cache


@cache
def installed_kinds() -> frozenset[str]:
    """The words that such endpoints begin with: those of Twisted's own plugins, and of others.

    Looking for plugins takes a tenth of a second, once: it is only for a kind that Portdeck does
    not know itself. A plugin that fails to load is left out, and Twisted logs why.
    """
    from twisted.internet.interfaces import IStreamServerEndpointStringParser
    from twisted.plugin import getPlugins

    return frozenset(str(each.prefix) for each in getPlugins(IStreamServerEndpointStringParser))
