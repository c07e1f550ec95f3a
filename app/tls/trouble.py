"""What goes wrong with certificates and keys."""

from __future__ import annotations


class TlsError(ValueError):
    """A certificate, a key or a CA cannot be used. Its text is for the user: what to do now."""
