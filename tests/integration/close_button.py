"""Asks a window to close, as its frame's button does: `python -m … DISPLAY WINDOW` (ICCCM, 4.2.8).

Xvfb has no window manager whose button one could press. This runs in a process of its own, as Xlib
ends its process when it meets an error.
"""

from __future__ import annotations

import sys
from ctypes import CDLL, Structure, byref, c_char_p, c_int, c_long, c_ulong, c_void_p
from ctypes.util import find_library

CLIENT_MESSAGE = 33


class ClientMessage(Structure):
    """`XClientMessageEvent`, padded to the size of `XEvent`."""

    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("send_event", c_int),
        ("display", c_void_p),
        ("window", c_ulong),
        ("message_type", c_ulong),
        ("format", c_int),
        ("data", c_long * 5),
        ("padding", c_long * 24),
    )


def press(display_name: str, window: int) -> None:
    """Send WM_DELETE_WINDOW. Raises `OSError` if there is no such display."""
    xlib = CDLL(find_library("X11"))
    xlib.XOpenDisplay.restype = c_void_p
    xlib.XInternAtom.restype = c_ulong
    xlib.XInternAtom.argtypes = (c_void_p, c_char_p, c_int)
    xlib.XSendEvent.argtypes = (c_void_p, c_ulong, c_int, c_long, c_void_p)
    xlib.XCloseDisplay.argtypes = (c_void_p,)
    display = xlib.XOpenDisplay(display_name.encode())
    if not display:
        raise OSError(f"no display {display_name}")
    message = ClientMessage(
        type=CLIENT_MESSAGE,
        window=window,
        message_type=xlib.XInternAtom(display, b"WM_PROTOCOLS", False),
        format=32,
    )
    message.data[0] = xlib.XInternAtom(display, b"WM_DELETE_WINDOW", False)
    xlib.XSendEvent(display, window, False, 0, byref(message))
    xlib.XCloseDisplay(display)


if __name__ == "__main__":
    press(sys.argv[1], int(sys.argv[2]))
