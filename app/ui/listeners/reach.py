"""Who can reach a listener: this computer, one of its networks, or everybody."""

from __future__ import annotations

from attrs import field, frozen
from PySide6.QtCore import QCoreApplication

from app.endpoint import Endpoint
from app.network_addresses import network_addresses


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
    networks = (Reach(str(address), device) for device, address in network_addresses())
    return [
        Reach("127.0.0.1"),
        Reach("::1"),
        *sorted(networks, key=lambda each: (each.device, ":" in each.interface)),
        Reach("0.0.0.0"),
    ]
