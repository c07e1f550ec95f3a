"""The forms of content."""

from __future__ import annotations

from enum import Enum


class Form(Enum):
    """How content is shown. The values are saved, so they never change."""

    AUTO = "auto"
    """As it is found out from the bytes."""

    TEXT = "text"
    JSON = "json"
    XML = "xml"
    HTTP = "http"
    HEX = "hex"
