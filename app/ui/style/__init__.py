"""The design of the window: sizes and colours, and the Qt style that applies them."""

from __future__ import annotations
