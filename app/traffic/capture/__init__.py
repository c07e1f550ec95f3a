"""Capture files of other programs (pcap and pcapng) as traffic to look into."""

from __future__ import annotations
