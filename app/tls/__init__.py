"""Certificates: those of the user's own, and those that Portdeck makes at once.

`authority` is the local CA that signs the latter, `issuing` makes the certificates themselves,
`identity` is a certificate with its key, read and checked, and `context` lets OpenSSL use one.
Whatever is wrong with a file is a `TlsError` with a sentence for the user.
"""


# MERGED tls/trouble: What goes wrong with certificates and keys.


class TlsError(ValueError):
    """A certificate, a key or a CA cannot be used. Its text is for the user: what to do now."""
