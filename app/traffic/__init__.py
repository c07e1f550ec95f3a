"""The record of all bytes that crossed the sockets: a bounded log, searches, exports,
recordings."""
