"""The options of `replies`: its rules, as the tables of a profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen


@frozen
class RepliesOptions:
    """The rules in plain values. `service.read_tables` has checked them."""

    tables: Mapping[str, Any] = field(factory=dict)
