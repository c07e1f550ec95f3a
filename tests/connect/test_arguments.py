"""A listener of a profile by its name, as the target of `portdeck connect`."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.connect.arguments import find_listener
from app.net.target import TargetError
from app.profile import ListenerSpec, Tls
from app.profile.writing import render
from app.tls.local_ca import LocalCa, certificate_path


def spec(name: str, endpoint: str = "tcp:8007", **more: object) -> ListenerSpec:
    values = {"protocol": "echo"} | more
    return ListenerSpec(name=name, endpoint=endpoint, **values)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the local CA in the folder of the test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def write(folder: Path, *specs: ListenerSpec) -> Path:
    path = folder / "profile.toml"
    path.write_text(render(specs))
    return path


@pytest.mark.parametrize(
    ("listener", "target"),
    [
        (spec("Echo"), "127.0.0.1:8007"),
        (spec("Echo", "tcp:8007:interface=0.0.0.0"), "127.0.0.1:8007"),
        (spec("Echo", r"tcp:8007:interface=\:\:"), "[::1]:8007"),
        (spec("Echo", "tcp:8007:interface=localhost"), "localhost:8007"),
        (spec("Echo", "udp:8007"), "udp:127.0.0.1:8007"),
        (spec("Echo", tls=Tls()), "tls:127.0.0.1:8007"),
        (spec("Echo", "haproxy:tcp:8007"), "127.0.0.1:8007"),
        (spec("Echo", protocol="websocket"), "ws://127.0.0.1:8007/"),
        (spec("Echo", protocol="websocket", tls=Tls()), "wss://127.0.0.1:8007/"),
    ],
)
def test_the_target_is_that_of_the_profile(
    tmp_path: Path, listener: ListenerSpec, target: str
) -> None:
    path = write(tmp_path, spec("Other", "tcp:9"), listener)
    assert str(find_listener("eCHO", path)[0]) == target


def test_a_unix_socket_begins_where_the_profile_lies(tmp_path: Path) -> None:
    path = write(tmp_path, spec("Echo", "unix:echo.sock"))
    assert find_listener("Echo", path)[0].path == str(tmp_path / "echo.sock")


def test_the_local_ca_is_trusted_for_a_listener_with_tls_alone(tmp_path: Path) -> None:
    path = write(tmp_path, spec("Plain"), spec("Secure", "tcp:8443", tls=Tls()))
    assert find_listener("Secure", path)[1] == ()  # there is no CA yet
    LocalCa().identity_for(["localhost"])
    assert find_listener("Secure", path)[1] == (str(certificate_path()),)
    assert find_listener("Plain", path)[1] == ()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nobody", 'There is no listener "nobody" in .* There is "Web one", "Web two", "Any"'),
        ("web", '"web" is not clear: there are "Web one", "Web two". Write the whole name.'),
        ("two", 'There is no listener "two" in .* There is "Web two".'),
        ("any", "Any takes any free port at each start"),
        ("program", "program does not say in the profile where it listens"),
        ("locked socket", "is a Unix socket with TLS"),
    ],
)
def test_another_name_is_a_sentence_with_what_there_is(
    tmp_path: Path, name: str, sentence: str
) -> None:
    path = write(
        tmp_path,
        spec("Web one"),
        spec("Web two", "tcp:8008"),
        spec("Any", "tcp:0"),
        ListenerSpec(name="program", protocol="python:server.py", endpoint="program"),
        spec("Locked socket", "unix:a.sock", tls=Tls()),
    )
    with pytest.raises(TargetError, match=sentence):
        find_listener(name, path)


def test_a_missing_profile_is_told_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    with pytest.raises(TargetError, match="is no address, and there is no profile"):
        find_listener("Echo", path)
    assert not path.exists()


def test_a_profile_with_mistakes_is_not_used(tmp_path: Path) -> None:
    path = write(tmp_path, spec("Echo"))
    path.write_text(path.read_text() + path.read_text().partition("\n\n")[2].lower())
    with pytest.raises(TargetError, match="Correct the profile"):
        find_listener("Echo", path)


def test_an_empty_profile_has_no_listener(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="It has none"):
        find_listener("Echo", write(tmp_path))
