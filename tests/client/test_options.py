"""The connection options, saved and restored."""

from __future__ import annotations

import pytest

from app.client.options import Options, TlsOptions, options_from_dict, options_to_dict


def test_no_verification_and_added_authorities_are_not_saved() -> None:
    options = Options(tls=TlsOptions(verify=False, more_ca_files=("/ca.pem",), ca_file="/own.pem"))
    assert options_from_dict(options_to_dict(options)) == Options(
        tls=TlsOptions(ca_file="/own.pem")
    )


def test_a_decrypted_key_is_not_saved_or_restored() -> None:
    options = Options(tls=TlsOptions(certificate_file="/own.p12", identity=object()))
    saved = options_to_dict(options)
    assert "identity" not in saved["tls"]
    assert "object" not in repr(options)
    saved["tls"]["identity"] = "forged"
    assert options_from_dict(saved).tls.identity is None


@pytest.mark.parametrize(
    "plain",
    [
        None,
        5,
        {"tls": 5},
        {"connect_seconds": "soon"},
        {"connect_seconds": -1},
        {"connect_seconds": float("nan")},
        {"local_port": 70_000},
        {"local_host": "eth0"},
        {"tls": {"more_ca_files": 3}},
    ],
)
def test_invalid_saved_options_give_the_defaults(plain: object) -> None:
    assert options_from_dict(plain) == Options()
