"""How the options of a connection are saved, and what becomes of a broken file."""

from __future__ import annotations

import pytest

from app.client.options import Options, TlsOptions, as_plain, from_plain


def test_not_verifying_and_the_authorities_of_the_panel_are_not_remembered() -> None:
    options = Options(tls=TlsOptions(verify=False, more_ca_files=("/ca.pem",), ca_file="/own.pem"))
    assert from_plain(as_plain(options)) == Options(tls=TlsOptions(ca_file="/own.pem"))


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
def test_what_makes_no_sense_is_as_usual(plain: object) -> None:
    assert from_plain(plain) == Options()
