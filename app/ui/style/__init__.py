"""The design of the window: its measures and colours, and the one style that applies them."""

from __future__ import annotations
