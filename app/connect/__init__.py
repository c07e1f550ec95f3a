"""`portdeck connect`: the client of the console in a terminal, for people, pipes and scripts.

`arguments` reads the command line, `talk` connects standard input and output with the peer, and
`standard` reads and writes them without holding anything up.
"""
