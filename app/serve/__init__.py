"""`portdeck serve`: the same listeners without a window, told as lines on standard output.

`announcer` turns what the deck tells into the values of `events`, which are documented there and
are an interface for scripts; `lines` writes each as one line. `serving` runs it all, `signals` and
`notify` are what the system and systemd say to it and hear from it, and `arguments` reads the
listeners that the command line names.
"""
