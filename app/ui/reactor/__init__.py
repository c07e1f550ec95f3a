"""The Twisted reactor of the window, driven by the event loop of Qt."""
