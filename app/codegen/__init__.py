"""*Copy as*: shell command lines that connect to a listener, and stand-alone scripts that replace
it.

People read, keep and run this code, so it must be easy to read.
"""
