"""Forwarding: what one peer says goes to another, and back.

`relay` is the engine: a `leg` to the client makes the `target_leg`. `link` is what the connection
of the listener sees of that. `connecting` connects it, and `proxy_header` tells it who the client
is.
`stream` cuts what passes into messages, which `rewriting` changes and `holding` stops. With UDP,
`datagrams` is the side of the clients, and `datagram_leg` that of the target. `socks` asks the
client where to forward, in the words that `negotiation` reads. `reading` reads the tables of a
profile.
"""
