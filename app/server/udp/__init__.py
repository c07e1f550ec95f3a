"""Listeners on UDP, where datagrams arrive and there are no connections.

Whoever sends a datagram is a row for as long as datagrams come and go: a `peer.Peer`, which the
window and the observers take for a connection. The `factory` keeps these peers, sorts what arrives
and lets go of who is silent; the one `DatagramProtocol` that serves them all sees an
`outlet.Outlet` as its transport; `port` is the socket, and `binding` binds it.
"""
