"""How to reach a listener, and how to do without Portdeck: lines for a shell, and a script.

What is written here is read, kept and run by others, so it is made to be read.
"""
