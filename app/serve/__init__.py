"""`portdeck serve`: the listeners without a window, with events as lines on standard output.

`arguments` reads the listeners of the command line. `events` has the event classes, which are an
interface for scripts, and writes them as lines. `run` starts, reloads and stops the listeners.
"""
