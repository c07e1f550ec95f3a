"""How many bytes one UDP datagram has: whoever sends them, reads them or writes scripts that do."""

from __future__ import annotations

from typing import Final

LARGEST_DATAGRAM: Final = 65_507
"""What can be sent as one over IPv4, whose packets have 65 535 bytes with their headers."""

LARGEST_READ: Final = 65_535
"""What to have room for when reading. Twisted reads 8192 bytes of each if not told otherwise, and
drops the rest without a word."""
