"""Replies by rule: a listener that answers messages as a list of rules says.

`spec` is the rule set as a value, `reading` and `writing` turn TOML tables into it and back,
`template` renders replies, `matching` finds the rule of a message, `engine` decides without any
socket, `outbox` keeps replies in order, and `protocol` puts all of it on Twisted.
"""

from __future__ import annotations
