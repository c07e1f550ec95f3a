"""Encrypted keys of listeners and clients, a listener by its name, and what a terminal shows."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from socket import create_server

import pytest
import trustme
from attrs import evolve
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from twisted.internet.defer import Deferred

from app.profile import ListenerSpec, Tls
from app.profile.writing import render
from app.server.deck import Deck
from app.server.listener import State
from app.tls import PassphraseError
from app.ui.reactor.reactor import DeckReactor
from tests.integration.programs import PATIENCE_SECONDS, ROOT, connecting, running, serving
from tests.integration.sockets import Beside, ResultOf, Until, connect, port_of, read_exactly
from tests.server.record import Record

SECRET = b"correct horse"
SPEC = ListenerSpec(
    name="Secure", protocol="echo", endpoint="tcp:0", tls=Tls(certificate="server.p12")
)


@pytest.fixture
def folder(authority: trustme.CA, tmp_path: Path) -> Path:
    """A profile's folder: `server.p12`, and the same as `server.pem` with `server.key`."""
    leaf = authority.issue_cert("localhost", "127.0.0.1")
    key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    certificate = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())
    lock = BestAvailableEncryption(SECRET)
    bundle = serialize_key_and_certificates(None, key, certificate, None, lock)
    (tmp_path / "server.p12").write_bytes(bundle)
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "server.pem")
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
    (tmp_path / "server.key").write_bytes(locked)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    (tmp_path / "passphrases").write_bytes(b"another one\n" + SECRET + b"\n")
    return tmp_path


class Questions:
    """Takes the questions of a deck, and is answered by the test."""

    def __init__(self) -> None:
        self.problems: list[PassphraseError] = []
        self.asked: Deferred[Sequence[bytes] | None] = Deferred()

    def __call__(self, problem: PassphraseError) -> Deferred[Sequence[bytes] | None]:
        self.problems.append(problem)
        self.asked = Deferred()
        return self.asked


@pytest.fixture
def questions() -> Questions:
    return Questions()


@pytest.fixture
def deck(
    reactor: DeckReactor, record: Record, folder: Path, questions: Questions, result_of: ResultOf
) -> Iterator[Deck]:
    deck = Deck(reactor, record, folder=folder, ask_passphrases=questions)
    yield deck
    result_of(deck.close())


@pytest.mark.parametrize(
    "tls", [Tls(certificate="server.p12"), Tls(certificate="server.pem", key="server.key")]
)
def test_a_listener_asks_until_the_passphrase_is_right(
    deck: Deck,
    questions: Questions,
    beside: Beside[bytes],
    until: Until,
    result_of: ResultOf,
    folder: Path,
    record: Record,
    tls: Tls,
) -> None:
    listener = deck.add(evolve(SPEC, tls=tls))
    started = deck.start(listener)
    assert listener.state is State.STARTING
    questions.asked.callback((b"wrong",))
    assert [each.is_wrong for each in questions.problems] == [False, True]
    questions.asked.callback((SECRET,))
    result_of(started)
    assert listener.state is State.LISTENING

    def talk() -> bytes:
        context = ssl.create_default_context(cafile=folder / "ca.pem")
        with context.wrap_socket(connect(port_of(listener)), server_hostname="localhost") as client:
            client.sendall(b"hello")
            return read_exactly(client, 5)

    assert beside(talk) == b"hello"
    until(lambda: not record.live)
    result_of(deck.stop(listener))
    assert listener._server is None  # and with it the decrypted key
    assert not any(SECRET.decode() in str(each) for each in questions.problems)


def test_a_question_without_an_answer_fails_the_start(
    deck: Deck, questions: Questions, result_of: ResultOf
) -> None:
    listener = deck.add(SPEC)
    started = deck.start(listener)
    questions.asked.callback(None)
    result_of(started)
    assert listener.state is State.FAILED
    assert "is encrypted and needs its passphrase" in listener.reason


def test_stopping_a_listener_takes_its_question_back(
    deck: Deck, questions: Questions, result_of: ResultOf
) -> None:
    listener = deck.add(SPEC)
    started = deck.start(listener)
    stopped = deck.stop(listener)
    assert questions.asked.called
    result_of(started)
    result_of(stopped)
    assert listener.state is State.STOPPED


def test_each_start_asks_anew(deck: Deck, questions: Questions, result_of: ResultOf) -> None:
    listener = deck.add(SPEC)
    for _ in range(2):
        started = deck.start(listener)
        questions.asked.callback((SECRET,))
        result_of(started)
        result_of(deck.stop(listener))
    assert len(questions.problems) == 2


# The programs


def profile(folder: Path, *specs: ListenerSpec) -> str:
    path = folder / "profile.toml"
    path.write_text(render(specs))
    return str(path)


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
    return port


def run(arguments: Sequence[str], **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments,
        cwd=ROOT,
        env=os.environ | variables,
        input="",
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def test_serve_takes_passphrases_of_a_file_and_connect_finds_the_listener_by_name(
    folder: Path,
) -> None:
    spec = evolve(SPEC, endpoint=f"tcp:{free_port()}")
    path = profile(folder, spec)
    with running(
        *serving("--profile", path, "--passphrase-file", str(folder / "passphrases"), "--json")
    ) as program:
        port = program.event()["port"]
        by_name = ["secure", "--profile", path, "--ca", str(folder / "ca.pem")]
        done = run([*connecting(*by_name), "--send", "hello", "--quiet"])
        assert (done.returncode, done.stdout, done.stderr) == (0, "hello", "")
        openssl = shutil.which("openssl")
        if openssl is not None:
            ca = str(folder / "ca.pem")
            place = f"127.0.0.1:{port}"
            shown = run([openssl, "s_client", "-connect", place, "-CAfile", ca])
            assert "Verify return code: 0 (ok)" in shown.stdout


def test_connect_trusts_the_local_ca_for_a_listener_that_it_names(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    path = profile(folder, evolve(SPEC, endpoint=f"tcp:{free_port()}", tls=Tls()))
    with running(*serving("--profile", path, "--json")) as program:
        program.event()
        done = run([*connecting("SECURE", "--profile", path), "--send", "hello", "--quiet"])
        assert (done.returncode, done.stdout, done.stderr) == (0, "hello", "")


@pytest.mark.parametrize(
    ("passphrase", "sentence"),
    [("", "needs its passphrase"), ("hunter2", "The passphrase for")],
)
def test_serve_without_the_right_passphrase_ends_with_a_sentence(
    folder: Path, passphrase: str, sentence: str
) -> None:
    done = run(serving("--profile", profile(folder, SPEC)), PORTDECK_PASSPHRASE=passphrase)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.stderr + done.stdout


def test_the_own_code_of_serve_does_not_get_the_variable(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "spy.py").write_text(
        "import os\n"
        "from twisted.internet.protocol import Protocol\n"
        "class Spy(Protocol):\n"
        "    def connectionMade(self):\n"
        "        found = os.environ.get('PORTDECK_PASSPHRASE', 'nothing')\n"
        "        self.transport.write(found.encode())\n"
        "        self.transport.loseConnection()\n"
    )
    spec = ListenerSpec(
        name="Spy", protocol="python:spy.py:Spy", endpoint=f"tcp:{free_port()}", tls=SPEC.tls
    )
    path = profile(folder, spec)
    monkeypatch.setenv("PORTDECK_PASSPHRASE", SECRET.decode())
    with running(*serving("--profile", path, "--json")) as program:
        program.event()
        ca = ["--ca", str(folder / "ca.pem")]
        done = run([*connecting("spy", "--profile", path, *ca), "--quiet"])
    assert done.stdout == "nothing", done.stderr


@pytest.mark.parametrize("form", [["server.p12"], ["server.pem", "server.key"]])
def test_a_client_certificate_is_decrypted_too(folder: Path, form: list[str]) -> None:
    spec = ListenerSpec(
        name="Strict",
        protocol="echo",
        endpoint=f"tcp:{free_port()}",
        tls=Tls(certificate="server.p12", client_ca="ca.pem"),
    )
    path = profile(folder, spec)
    own = ["--cert", str(folder / form[0]), *(["--key", str(folder / form[1])] if form[1:] else [])]
    passphrases = ["--passphrase-file", str(folder / "passphrases")]
    with running(*serving("--profile", path, *passphrases, "--json")) as program:
        program.event()
        ca = ["--ca", str(folder / "ca.pem")]
        to_strict = connecting("strict", "--profile", path, *ca, *own, "--quiet", "--send", "hello")
        done = run([*to_strict, *passphrases])
        assert (done.returncode, done.stdout) == (0, "hello"), done.stderr
        assert "needs its passphrase" in run(to_strict).stderr
        wrong = run(to_strict, PORTDECK_PASSPHRASE="hunter2")
        assert wrong.returncode == 2
        assert "The passphrase for" in wrong.stderr
        assert "hunter2" not in wrong.stderr


# A terminal

HOSTILE = rb"\x1b]0;mine\x07ok\r\n"
SHOWN_ON_A_TERMINAL = "\\x1b]0;mine\\x07ok\r\n"  # the terminal makes CR LF of a line feed


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(
    ("options", "shown"),
    [([], SHOWN_ON_A_TERMINAL), (["--raw"], "\x1b]0;mine\x07ok\r\r\n")],
)
def test_a_terminal_shows_control_characters_of_the_peer_harmlessly(
    folder: Path, options: list[str], shown: str
) -> None:
    import pty

    spec = ListenerSpec(name="Echo", protocol="echo", endpoint=f"tcp:{free_port()}")
    path = profile(folder, spec)
    with running(*serving("--profile", path, "--json")) as program:
        program.event()
        to_echo = connecting("echo", "--profile", path, "--quiet", "--send", HOSTILE.decode())
        ours, theirs = pty.openpty()
        try:
            subprocess.run(
                [*to_echo, *options],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                timeout=PATIENCE_SECONDS,
                check=True,
            )
            assert os.read(ours, 1000).decode() == shown
        finally:
            os.close(ours)
            os.close(theirs)
        assert run(to_echo).stdout.encode() in (b"\x1b]0;mine\x07ok\n", b"\x1b]0;mine\x07ok\r\n")
