"""`portdeck replay`: the client side of a recorded conversation, played to a target."""

from __future__ import annotations
