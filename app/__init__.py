"""Portdeck: the control panel for the servers on your own machine."""

__version__ = "0.1.0"
