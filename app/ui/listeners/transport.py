"""What carries the bytes of a listener, as far as the form tells transports apart."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QCoreApplication


class Transport(Enum):
    """The kinds to choose from."""

    TCP = "tcp"
    TLS = "tls"
    """TCP whose connections Portdeck encrypts."""

    UDP = "udp"
    UNIX = "unix"
    DESCRIPTION = "description"
    """Whatever a Twisted endpoint description says."""

    @property
    def has_port(self) -> bool:
        """Whether it is reached by an address and a port."""
        return self in (Transport.TCP, Transport.TLS, Transport.UDP)

    def title(self) -> str:
        """What a person chooses."""
        return {
            Transport.TCP: QCoreApplication.translate("Transport", "TCP"),
            Transport.TLS: QCoreApplication.translate("Transport", "TLS over TCP"),
            Transport.UDP: QCoreApplication.translate("Transport", "UDP"),
            Transport.UNIX: QCoreApplication.translate("Transport", "Unix socket"),
            Transport.DESCRIPTION: QCoreApplication.translate(
                "Transport", "Advanced: a Twisted endpoint"
            ),
        }[self]
