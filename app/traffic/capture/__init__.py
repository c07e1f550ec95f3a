"""Capture files of other programs (pcap and pcapng), read as a source of traffic."""

from __future__ import annotations
