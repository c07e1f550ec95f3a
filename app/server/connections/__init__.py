"""Accepted TCP and Unix connections, and what the connections of one listener share."""
