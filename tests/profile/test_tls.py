"""The table `[listener.tls]`: what it may hold, and what is said of the rest."""

from __future__ import annotations

import pytest

from app.profile import ListenerSpec, Tls, parse
from app.profile.writing import render

PLAIN = """version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:8007"
"""
MINE = Tls(certificate="mine.pem", key="mine.key", client_ca="clients.pem", minimum_version="1.3")


def problems(tls: str, endpoint: str = "tcp:8007") -> list[str]:
    return [str(each) for each in parse(PLAIN.replace("tcp:8007", endpoint) + tls).problems]


def test_without_the_table_nothing_is_encrypted() -> None:
    (spec,) = parse(PLAIN).listeners
    assert spec.tls is None


def test_an_empty_table_asks_for_a_certificate_made_at_once() -> None:
    (spec,) = parse(PLAIN + "[listener.tls]\n").listeners
    assert spec.tls == Tls()


def test_the_table_names_files_and_a_version() -> None:
    text = """[listener.tls]
certificate = "mine.pem"
key = "mine.key"
client_ca = "clients.pem"
minimum_version = "1.3"
"""
    (spec,) = parse(PLAIN + text).listeners
    assert spec.tls == MINE


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ("tls = true", "listener[0].tls: must be a table, not true"),
        ("[listener.tls]\ncertificate = 7", "listener[0].tls.certificate: must be text in quotes"),
        ('[listener.tls]\ncertificate = "a\\nb"', "listener[0].tls.certificate: must be one line"),
        (
            '[listener.tls]\nclient_ca = "~nobody-here/ca.pem"',
            'listener[0].tls.client_ca: There is no user "nobody-here". Write the whole path.',
        ),
        ('[listener.tls]\nkey = "k.pem"', "listener[0].tls.key: needs a certificate beside it"),
        (
            '[listener.tls]\nminimum_version = "1.1"',
            'listener[0].tls.minimum_version: must be "1.2" or "1.3", in quotes, not "1.1"',
        ),
        ("[listener.tls]\nminimum_version = 1.3", "in quotes, not 1.3"),
        (
            '[listener.tls]\nminimal_version = "1.2"',
            "listener[0].tls: unknown key `minimal_version`; did you mean `minimum_version`?",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_path(tls: str, said: str) -> None:
    (problem,) = problems(tls)
    assert said in problem


@pytest.mark.parametrize("endpoint", ["ssl:8443:privateKey=k.pem", "tls:certificates:8443"])
def test_what_has_tls_already_takes_no_other(endpoint: str) -> None:
    (problem,) = problems("[listener.tls]", endpoint)
    assert problem.startswith("listener[0].tls: cannot be used with an endpoint of the kind ")


@pytest.mark.parametrize("tls", [Tls(), MINE])
def test_tls_is_written_and_goes_again(tls: Tls) -> None:
    (plain,) = parse(PLAIN).listeners
    spec = ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8007", tls=tls)
    text = render([spec], PLAIN)
    assert "[listener.tls]" in text
    assert parse(text).listeners == (spec,)
    assert parse(render([plain], text)).listeners == (plain,)


def test_one_value_of_tls_changes_and_the_comments_stay() -> None:
    text = PLAIN + '\n[listener.tls] # secret\nminimum_version = "1.2" # for old clients\n'
    (before,) = parse(text).listeners
    assert before.tls == Tls()
    after = ListenerSpec(
        name="Echo", protocol="echo", endpoint="tcp:8007", tls=Tls(minimum_version="1.3")
    )
    written = render([after], text)
    assert written == text.replace('"1.2"', '"1.3"')
