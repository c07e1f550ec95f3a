"""Forwarding: what one peer says goes to another, and back.

`relay` is the engine: two legs, one to the client and one to the target. `connecting` makes the
second, `proxy_header` tells it who the client is. `stream` cuts what passes into messages, which
`rewriting` changes and `holding` stops. `datagrams` does the same as `relay` over UDP.
`socks` asks the client where to forward, in the words that `negotiation` reads. `reading` reads the
tables of a profile.
"""
