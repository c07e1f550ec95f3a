"""What a window says of a certificate."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.tls.identity import CertificateFacts

_SHOWN_NAMES = 6


def about(facts: CertificateFacts) -> str:
    """For whom it is, until when, and its fingerprint, in lines."""
    names = facts.names or (facts.subject,)
    shown = ", ".join(names[:_SHOWN_NAMES]) + (", …" if len(names) > _SHOWN_NAMES else "")
    lines = (
        QCoreApplication.translate("Certificate", "For {0}").format(shown),
        QCoreApplication.translate("Certificate", "Valid until {0}").format(
            f"{facts.not_after:%Y-%m-%d}"
        ),
        QCoreApplication.translate("Certificate", "SHA-256 {0}").format(
            breakable(facts.fingerprint)
        ),
    )
    return "\n".join(lines)


def breakable(fingerprint: str) -> str:
    """A fingerprint that may go on in the next line."""
    return fingerprint.replace(":", ":\N{ZERO WIDTH SPACE}")
