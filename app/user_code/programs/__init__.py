"""Whole Twisted programs: scripts, packages, service files and plugins of `twist`.

A program is executed as it is, with a reactor of its own (`reactor.py`). Each place where it
listens becomes a value (`places.py`), and the server layer makes a listener of it.
"""
