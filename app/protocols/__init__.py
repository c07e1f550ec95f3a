"""Layer one: what a single connection does.

Each file here is one protocol, written as plain Twisted and nothing more: no word of Portdeck, of
limits, or of windows. `catalog` lists them for those who let a person choose.
"""
