"""Who can reach a listener: this computer, one of its networks, or everybody."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from attrs import field, frozen
from PySide6.QtCore import QCoreApplication

from app.endpoint import Endpoint


@frozen
class Reach:
    """An address to listen on."""

    interface: str

    device: str = field(default="", eq=False)
    """The network device that has the address, if it is an address of a network."""

    @classmethod
    def of(cls, endpoint: Endpoint) -> Reach | None:
        """The reach of a TCP endpoint that has nothing but an address and a port; else `None`."""
        if endpoint.port is None or not endpoint.interface:
            return None
        is_plain = endpoint == Endpoint.tcp(endpoint.port, endpoint.interface)
        return cls(endpoint.interface) if is_plain else None

    def endpoint(self, port: int) -> Endpoint:
        """Where a listener of this reach listens on TCP `port`."""
        return Endpoint.tcp(port, self.interface)

    def title(self) -> str:
        """What a person chooses."""
        words = {
            "127.0.0.1": QCoreApplication.translate("Reach", "This computer only"),
            "::1": QCoreApplication.translate("Reach", "This computer only, IPv6"),
            "0.0.0.0": QCoreApplication.translate("Reach", "Everybody who reaches this computer"),
        }
        if self.interface in words:
            return f"{words[self.interface]} ({self.interface})"
        if self.device:
            network = QCoreApplication.translate("Reach", "The network on {0} ({1})")
            return network.format(self.device, self.interface)
        return QCoreApplication.translate("Reach", "The address {0}").format(self.interface)


def reaches() -> list[Reach]:
    """Those to choose from on this computer, the narrowest first."""
    return [
        Reach("127.0.0.1"),
        Reach("::1"),
        *sorted(_networks(), key=lambda each: (each.device, ":" in each.interface)),
        Reach("0.0.0.0"),
    ]


def _networks() -> Iterator[Reach]:
    """The addresses of this computer's networks. Those of a link alone need a zone: not offered."""
    import psutil  # only a form needs it, and the start of the window would wait for it

    for device, addresses in psutil.net_if_addrs().items():
        for each in addresses:
            address = _ip(each.address)
            if address is not None and not (address.is_loopback or address.is_link_local):
                yield Reach(str(address), device)


def _ip(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:  # a hardware address, or one with a zone
        return None
