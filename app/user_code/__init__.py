"""Python protocols written by the user: from `python:echo_server.py:Echo` to a Twisted factory.

`reference` parses such a text. `inspection` guesses which protocols a file has, without running it.
`loading` runs the file and finds the object, and `factories` makes a factory of it. `code` does
this for one listener, again after each change of the file. Each load executes the user's modules
again beside the old ones, so that new connections use the new code while old connections finish
with the old code. `errors` turns exceptions of the user's code into sentences. `template` writes an
example file.
"""
