"""The addresses that this machine has on its networks just now."""

from __future__ import annotations

from collections.abc import Iterator

from app.ip import IPAddress, parse_ip


def network_addresses() -> Iterator[tuple[str, IPAddress]]:
    """Each with the name of its device, such as `eth0`. Takes about a millisecond.

    Without those of the loopback, and without those that mean something on one link alone.
    """
    import psutil  # nothing at the start of the window needs it

    for device, found in psutil.net_if_addrs().items():
        for each in found:
            address = parse_ip(each.address)  # none for that of a device
            if address is not None and not (address.is_loopback or address.is_link_local):
                yield device, address
