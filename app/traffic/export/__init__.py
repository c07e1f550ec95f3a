"""Chunks as files for other programs."""
