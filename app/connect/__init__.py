"""`portdeck connect`: the console's client in a terminal, for people, pipes and scripts.

`arguments` reads the command line. `terminal_session` connects standard input and output to the
peer. `stdio` reads and writes them on threads, so that they do not block the reactor.
"""
