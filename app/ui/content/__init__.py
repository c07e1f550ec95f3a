"""Bytes on the screen: as text, JSON, XML, HTTP or hex, chosen by what they are."""
