"""Listeners on UDP, where datagrams arrive and there are no connections.

Each sender is a `peer.Peer` while it is active; the window and the observers treat it as a
connection. `factory.DatagramFactory` keeps the peers, and removes the idle ones. One
`DatagramProtocol` serves all peers; its transport and the socket are in `transport`, and `reports`
tells what was lost, at a readable rate. `app.server.binder` binds the socket.
"""
