"""Runs protocols that the user wrote: from `python:echo_server.py:Echo` to a factory.

`inspection` guesses what a file offers without running it, `loading` runs the file and finds the
object, `building` makes a factory of it. Each load executes anew what the user wrote, as a
`generation` of modules of its own, so that new connections can be on new code while old ones
finish on theirs; `sources` knows what was read and whether it changed since. What goes wrong on
the way becomes a sentence in `failures`. `starter` writes a file to begin with.
"""
