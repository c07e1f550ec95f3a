"""Plain servers: ``python -m tests.benchmarks.subjects.peer_servers VARIANT [PORT]``.

They echo on TCP and UDP, but for ``portforward``, which forwards to ``PORT``. Each prints its ports
as ``{"port": N, "udp": M}`` and serves until standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from tests.benchmarks.subjects.echo_servers import BACKLOG, AsyncioEcho

HOST = "127.0.0.1"


class DatagramEcho(asyncio.DatagramProtocol):
    """Sends each datagram back."""

    transport: asyncio.DatagramTransport

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.transport.sendto(data, addr)


async def _serve_asyncio() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(AsyncioEcho, HOST, 0, backlog=BACKLOG)
    datagrams, _ = await loop.create_datagram_endpoint(DatagramEcho, local_addr=(HOST, 0))
    _announce(server.sockets[0].getsockname()[1], datagrams.get_extra_info("sockname")[1])
    await server.serve_forever()


def _asyncio() -> None:
    asyncio.run(_serve_asyncio())


def _uvloop() -> None:
    import uvloop

    uvloop.run(_serve_asyncio())


def _twisted() -> None:
    from twisted.internet import epollreactor

    epollreactor.install()
    from twisted.internet import reactor
    from twisted.internet.protocol import DatagramProtocol, Factory, Protocol

    class Echo(Protocol):
        def dataReceived(self, data: bytes) -> None:
            self.transport.write(data)  # type: ignore[union-attr]

    class Datagrams(DatagramProtocol):
        def datagramReceived(self, datagram: bytes, addr: Any) -> None:
            self.transport.write(datagram, addr)  # type: ignore[union-attr]

    loop: Any = reactor
    port = loop.listenTCP(0, Factory.forProtocol(Echo), backlog=BACKLOG, interface=HOST)
    datagrams = loop.listenUDP(0, Datagrams(), HOST)
    loop.callWhenRunning(_announce, port.getHost().port, datagrams.getHost().port)
    loop.run()


def _portforward() -> None:
    from twisted.internet import epollreactor

    epollreactor.install()
    from twisted.internet import reactor
    from twisted.protocols.portforward import ProxyFactory

    loop: Any = reactor
    factory = ProxyFactory(HOST, int(sys.argv[2]))
    port = loop.listenTCP(0, factory, backlog=BACKLOG, interface=HOST)
    loop.callWhenRunning(_announce, port.getHost().port, None)
    loop.run()


def _announce(port: int, datagrams: int | None) -> None:
    print(json.dumps({"port": port, "udp": datagrams}), flush=True)
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    sys.stdin.read()
    os._exit(0)


VARIANTS: dict[str, Callable[[], None]] = {
    "twisted": _twisted,
    "asyncio": _asyncio,
    "uvloop": _uvloop,
    "portforward": _portforward,
}


if __name__ == "__main__":
    VARIANTS[sys.argv[1]]()
