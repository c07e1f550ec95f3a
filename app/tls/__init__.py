"""Certificates: those of the user, and those that Portdeck makes and signs with a local CA.

`certificates` reads and checks files, `issuing` makes certificates, and `local_ca` keeps the CA and
what it signed. A problem with a file is a `TlsError` with a sentence for the user.
"""


class TlsError(ValueError):
    """A certificate, a key or a CA cannot be used. The text is for the user and says what to do."""
