"""Exports of traffic to files that other programs read."""
