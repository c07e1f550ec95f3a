"""A deck with its profile, with a real file and fake ports."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from app.faults.spec import Fault, FaultKind
from app.net.endpoint import Endpoint
from app.profile import FIRST_LISTENERS, ListenerSpec, ProfileFile, parse
from app.profile.spec import LONGEST_NAME
from app.profile.writing import render
from app.server.deck import Deck
from app.server.listener import State
from app.server.workspace import Workspace
from app.user_code.reference import UserCodeError
from tests.server.reactors import Client, HandReactor
from tests.server.record import Record

API = ListenerSpec(name="API", protocol="echo", endpoint="tcp:8080")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile.toml"


@pytest.fixture
def hand() -> HandReactor:
    return HandReactor()


@pytest.fixture
def workspace(path: Path, hand: HandReactor) -> Workspace:
    workspace = Workspace(Deck(hand, Record()), ProfileFile(path))
    workspace.load()
    return workspace


def names(workspace: Workspace) -> list[str]:
    return [each.spec.name for each in workspace.deck.listeners]


def saved(path: Path) -> tuple[ListenerSpec, ...]:
    reading = parse(path.read_text())
    assert reading.problems == ()
    return reading.listeners


def on_deck(workspace: Workspace) -> tuple[ListenerSpec, ...]:
    return tuple(each.spec for each in workspace.deck.listeners)


def test_the_first_start_has_two_stopped_listeners_and_a_file(
    workspace: Workspace, path: Path
) -> None:
    assert on_deck(workspace) == saved(path) == FIRST_LISTENERS
    assert {each.state for each in workspace.deck.listeners} == {State.STOPPED}
    assert (workspace.problems, workspace.save_error) == ((), "")


def test_a_new_listener_is_saved(workspace: Workspace, path: Path) -> None:
    listener = workspace.add(API)
    assert workspace.deck.listeners[-1] is listener
    assert on_deck(workspace) == saved(path) == (*FIRST_LISTENERS, API)


def test_a_change_is_saved_and_restarts_the_listener_if_needed(
    workspace: Workspace, path: Path
) -> None:
    listener = workspace.add(API)
    workspace.deck.start(listener)
    first = listener.factory
    moved = evolve(API, endpoint="tcp:8081")
    assert workspace.change(listener, moved).called
    assert listener.state is State.LISTENING
    assert listener.factory is not first
    assert saved(path)[-1] == moved


def test_a_change_of_name_keeps_the_connections(workspace: Workspace, path: Path) -> None:
    listener = workspace.add(API)
    workspace.deck.start(listener)
    first = listener.factory
    renamed = evolve(API, name="Other", max_connections=3)
    assert workspace.change(listener, renamed).called
    assert listener.factory is first
    assert saved(path)[-1] == renamed


def test_a_change_of_a_stopped_listener_does_not_start_it(workspace: Workspace) -> None:
    listener = workspace.add(API)
    workspace.change(listener, evolve(API, endpoint="tcp:8081"))
    assert listener.state is State.STOPPED


def test_a_restored_listener_has_its_position_and_is_on_again(
    workspace: Workspace, path: Path
) -> None:
    echo, hello = workspace.deck.listeners
    workspace.deck.start(echo)
    removed = workspace.remove(echo)
    assert echo.state is State.STOPPED
    assert saved(path) == (hello.spec,)
    (back,) = workspace.restore(removed)
    assert workspace.deck.listeners == [back, hello]
    assert back.state is State.LISTENING
    assert saved(path) == FIRST_LISTENERS


def test_a_restored_listener_that_was_off_stays_off(workspace: Workspace) -> None:
    _, hello = workspace.deck.listeners
    (back,) = workspace.restore(workspace.remove(hello))
    assert back.state is State.STOPPED


def test_a_listener_is_restored_even_if_the_deck_is_shorter(workspace: Workspace) -> None:
    echo, hello = workspace.deck.listeners
    removed = workspace.remove(hello)
    workspace.remove(echo)
    workspace.restore(removed)
    assert names(workspace) == ["Hello"]


@pytest.mark.parametrize("taken", ["Hello", "HELLO"])
def test_a_restored_listener_gets_a_free_name(workspace: Workspace, path: Path, taken: str) -> None:
    removed = workspace.remove(workspace.deck.listeners[1])
    workspace.add(evolve(API, name=taken))
    workspace.restore(removed)
    assert names(workspace) == ["Echo", "Hello 2", taken]
    assert [each.name for each in saved(path)] == names(workspace)


def test_a_free_name_is_the_name_itself_or_the_next_number(workspace: Workspace) -> None:
    assert workspace.free_name("API") == "API"
    assert workspace.free_name("Echo") == "Echo 2"
    workspace.add(evolve(API, name="echo 2"))
    assert workspace.free_name("Echo") == "Echo 3"


def test_a_change_that_cannot_be_saved_takes_effect_and_says_why(
    workspace: Workspace, path: Path
) -> None:
    path.write_text("# by somebody else\n")
    listener = workspace.add(API)
    assert listener in workspace.deck.listeners
    assert str(path) in workspace.save_error
    assert path.read_text() == "# by somebody else\n"


def test_the_save_error_is_cleared_by_the_next_save(workspace: Workspace, path: Path) -> None:
    before = path.read_text()
    path.write_text("# by somebody else\n")
    workspace.add(API)
    path.write_text(before)
    workspace.save()
    assert workspace.save_error == ""
    assert on_deck(workspace) == saved(path)


# Reload


def test_a_reload_updates_the_deck_from_the_file(workspace: Workspace, path: Path) -> None:
    echo, _ = workspace.deck.listeners
    workspace.deck.start_all()
    text = path.read_text().replace('"Hello"', '"Greeter"')
    path.write_text(text)
    assert workspace.reload().called
    assert names(workspace) == ["Echo", "Greeter"]
    assert workspace.deck.listeners[0] is echo
    assert echo.state is State.LISTENING
    assert workspace.save_error == ""


def test_a_reload_changes_the_faults_of_open_connections(
    workspace: Workspace, path: Path, hand: HandReactor
) -> None:
    echo, _ = workspace.deck.listeners
    workspace.deck.start(echo)
    factory = echo.factory
    assert factory is not None
    client = Client(hand, factory.buildProtocol(None))
    plain = path.read_text()
    stall = Fault(kind=FaultKind.STALL)
    path.write_text(render([evolve(echo.spec, faults=(stall,)), FIRST_LISTENERS[1]], plain))
    assert workspace.reload().called
    assert (echo.factory, factory.faults.faults) == (factory, (stall,))
    (connection,) = factory.connections
    client.send(b"hello")
    client.until(lambda: connection.held_bytes == 5)
    path.write_text(plain)
    assert workspace.reload().called
    assert client.read_all(5) == b"hello"
    assert factory.faults.faults == ()
    client.close()
    client.until(lambda: not factory.connections)


def test_a_reload_of_a_broken_file_stops_nothing(workspace: Workspace, path: Path) -> None:
    workspace.deck.start_all()
    path.write_text(path.read_text().replace('"hello"', '"helo"'))
    assert workspace.reload().called
    assert names(workspace) == ["Echo", "Hello"]
    assert {each.state for each in workspace.deck.listeners} == {State.LISTENING}
    assert "listener[1].protocol" in str(workspace.problems[0])


def test_a_reload_of_a_missing_file_stops_nothing(workspace: Workspace, path: Path) -> None:
    workspace.deck.start_all()
    path.unlink()
    assert workspace.reload().called
    assert {each.state for each in workspace.deck.listeners} == {State.LISTENING}
    assert "is not there any more" in str(workspace.problems[0])
    workspace.add(API)
    assert on_deck(workspace) == saved(path)


def test_a_corrected_file_is_loaded_again(workspace: Workspace, path: Path) -> None:
    good = path.read_text()
    path.write_text("[[listener]")
    workspace.reload()
    assert workspace.problems
    path.write_text(good)
    workspace.reload()
    assert workspace.problems == ()
    workspace.add(API)
    assert workspace.save_error == ""


def test_a_save_during_a_reload_keeps_what_was_written_into_the_file(
    workspace: Workspace, path: Path, hand: HandReactor
) -> None:
    echo, _ = workspace.deck.listeners
    workspace.deck.start(echo)
    assert echo.factory is not None
    client = Client(hand, echo.factory.buildProtocol(None))
    path.write_text(path.read_text().replace('"echo"', '"discard"'))
    reloaded = workspace.reload()
    assert not reloaded.called, "a connection is still open"
    workspace.add(API)
    client.close()
    client.until(lambda: reloaded.called)
    assert [each.protocol for each in saved(path)] == ["discard", "hello", "echo"]
    assert on_deck(workspace) == saved(path)


# A broken file


@pytest.fixture
def broken(path: Path) -> Workspace:
    """A workspace whose file has a mistake in the second listener."""
    path.write_text(
        'version = 1\n[[listener]]\nname = "Echo"\nprotocol = "echo"\nendpoint = "tcp:8007"\n'
        '[[listener]]\nname = "Odd"\nprotocol = "echo"\nendpoint = "tcp:many"\n'
    )
    workspace = Workspace(Deck(HandReactor(), Record()), ProfileFile(path))
    workspace.load()
    return workspace


def test_valid_listeners_of_a_broken_file_are_loaded_and_the_file_is_unchanged(
    broken: Workspace, path: Path
) -> None:
    before = path.read_text()
    assert names(broken) == ["Echo"]
    assert [problem.path for problem in broken.problems] == ["listener[1].endpoint"]
    broken.add(API)
    assert names(broken) == ["Echo", "API"]
    assert broken.save_error
    assert path.read_text() == before


def test_replacing_a_broken_file_renames_it_and_writes_a_new_one(
    broken: Workspace, path: Path
) -> None:
    before = path.read_text()
    listener = broken.deck.listeners[0]
    broken.deck.start_all()
    broken.replace_broken_file()
    assert (broken.problems, broken.save_error) == ((), "")
    assert broken.deck.listeners == [listener]
    assert listener.state is State.LISTENING
    assert saved(path) == on_deck(broken)
    (aside,) = path.parent.glob("profile.broken-*.toml")
    assert aside.read_text() == before


def test_a_broken_file_that_cannot_be_renamed_is_a_save_error(
    broken: Workspace, path: Path
) -> None:
    path.unlink()
    broken.replace_broken_file()
    assert str(path) in broken.save_error
    assert names(broken) == ["Echo"]


# Import


def test_imported_listeners_are_last_and_saved_under_free_names(
    workspace: Workspace, path: Path
) -> None:
    taken = workspace.import_listeners([API, evolve(API, name="ECHO"), evolve(API, name="Echo")])
    assert [each.spec.name for each in taken] == ["API", "ECHO 2", "Echo 3"]
    assert names(workspace) == ["Echo", "Hello", "API", "ECHO 2", "Echo 3"]
    assert saved(path) == on_deck(workspace)


def test_a_free_name_is_no_longer_than_a_name_may_be(workspace: Workspace, path: Path) -> None:
    longest = "x" * LONGEST_NAME
    for _ in range(11):
        workspace.import_listeners([evolve(API, name=longest)])
    assert len(set(names(workspace))) == 13
    assert workspace.save_error == ""
    assert saved(path) == on_deck(workspace)


def test_conflicting_listeners_are_found(workspace: Workspace) -> None:
    def in_the_way(endpoint: str) -> list[str]:
        spec = evolve(API, endpoint=endpoint)
        return [each.spec.name for each in workspace.conflicting(spec)]

    assert in_the_way("tcp:8007") == ["Echo"]
    assert in_the_way("tcp:8007:interface=0.0.0.0") == ["Echo"]
    assert in_the_way("tcp:8007:interface=192.0.2.1") == []
    assert in_the_way("udp:8007") == []
    assert in_the_way("tcp:0") == []
    workspace.add(evolve(API, endpoint="tcp:0"))
    assert in_the_way("tcp:0") == []
    workspace.add(evolve(API, name="Unix", endpoint="unix:/tmp/a"))
    assert in_the_way("unix:address=/tmp/a:mode=600") == ["Unix"]
    assert in_the_way("unix:/tmp/b") == []
    workspace.add(evolve(API, name="Beside", endpoint="unix:run/a"))
    assert in_the_way(f"unix:{workspace.file.path.parent}/run/a") == ["Beside"]
    echo = workspace.deck.listeners[0]
    assert workspace.conflicting(echo.spec) == [], "none is in its own way"


# Several listeners


def test_listeners_removed_together_are_restored_together(workspace: Workspace, path: Path) -> None:
    api = workspace.add(API)
    echo, hello, _ = workspace.deck.listeners
    workspace.deck.start(echo, api)
    removal = workspace.remove(api, echo)
    assert saved(path) == (hello.spec,)
    back = workspace.restore(removal)
    assert names(workspace) == ["Echo", "Hello", "API"]
    assert [each.state for each in back] == [State.LISTENING, State.LISTENING]
    assert hello.state is State.STOPPED
    assert saved(path) == (*FIRST_LISTENERS, API)


def test_selected_listeners_move_together(workspace: Workspace, path: Path) -> None:
    api = workspace.add(API)
    echo, hello, _ = workspace.deck.listeners
    assert not workspace.move([echo, hello], -1)
    assert workspace.move([hello, echo], +1)
    assert workspace.deck.listeners == [api, echo, hello]
    assert saved(path) == (API, *FIRST_LISTENERS)
    assert workspace.move([hello], -1)
    assert names(workspace) == ["API", "Hello", "Echo"]
    assert not workspace.move([], +1)


# Duplicate


def test_a_duplicate_has_a_free_name_and_port(workspace: Workspace, path: Path) -> None:
    echo = workspace.deck.listeners[0]
    workspace.change(echo, evolve(echo.spec, max_connections=7, autostart=True))
    copy = workspace.duplicate(echo)
    assert workspace.deck.listeners[1] is copy
    assert copy.state is State.STOPPED
    assert (copy.spec.name, copy.spec.max_connections, copy.spec.autostart) == ("Echo 2", 7, False)
    port = Endpoint.parse(copy.spec.endpoint).port
    assert port is not None
    assert port > 8007
    assert copy.spec.endpoint == f"tcp:{port}:interface=127.0.0.1"
    third = workspace.duplicate(echo)
    assert third.spec.endpoint not in (echo.spec.endpoint, copy.spec.endpoint)
    assert saved(path)[:3] == (echo.spec, third.spec, copy.spec)


@pytest.mark.parametrize(
    ("endpoint", "copy"),
    [
        ("tcp:0", "tcp:0"),
        ("unix:/tmp/a.b/echo.sock", "unix:/tmp/a.b/echo-2.sock"),
        ("unix:/tmp/echo:mode=600", "unix:/tmp/echo-2:mode=600"),
    ],
)
def test_a_second_duplicate_has_another_name_and_port(
    workspace: Workspace, endpoint: str, copy: str
) -> None:
    listener = workspace.add(evolve(API, endpoint=endpoint))
    assert workspace.duplicate(listener).spec.endpoint == copy


# Change and move


def test_a_change_may_wait_for_the_next_start(workspace: Workspace, path: Path) -> None:
    listener = workspace.add(API)
    workspace.deck.start(listener)
    first = listener.factory
    moved = evolve(API, endpoint="tcp:8081")
    assert workspace.change(listener, moved, restart=False).called
    assert listener.factory is first
    assert listener.is_stale
    assert (listener.running_spec, saved(path)[-1]) == (API, moved)
    workspace.change(listener, evolve(moved, name="Other"))
    assert listener.factory is not first, "draining is over"
    assert not listener.is_stale


def test_a_listener_moves_to_another_port_of_its_address(workspace: Workspace, path: Path) -> None:
    listener = workspace.add(evolve(API, endpoint=r"tcp:8080:interface=\:\:1:backlog=5"))
    workspace.move_to_port(listener, 8099)
    assert listener.state is State.LISTENING
    assert saved(path)[-1].endpoint == r"tcp:8099:interface=\:\:1:backlog=5"


@pytest.mark.parametrize(
    ("gap", "order"),
    [
        (0, ["Hello", "Echo", "API"]),
        (1, ["Echo", "Hello", "API"]),
        (2, ["Echo", "Hello", "API"]),
        (3, ["Echo", "API", "Hello"]),
    ],
)
def test_a_listener_goes_into_the_gap_it_is_dropped_at(
    workspace: Workspace, path: Path, gap: int, order: list[str]
) -> None:
    workspace.add(API)
    workspace.place(workspace.deck.listeners[1], gap)
    assert names(workspace) == order == [spec.name for spec in saved(path)]


def test_a_temporary_listener_is_not_saved_until_it_is_kept(
    workspace: Workspace, path: Path
) -> None:
    before = path.read_text(encoding="utf-8")
    spec = ListenerSpec(name="Tour", protocol="echo", endpoint="tcp:0:interface=127.0.0.1")
    listener = workspace.add_temporary(spec)
    workspace.save()
    assert path.read_text(encoding="utf-8") == before
    workspace.reload()
    assert listener in workspace.deck.listeners
    (restored,) = workspace.restore(workspace.remove(listener))
    workspace.save()
    assert path.read_text(encoding="utf-8") == before
    workspace.keep(restored)
    assert 'name = "Tour"' in path.read_text(encoding="utf-8")


def test_the_code_of_a_temporary_listener_needs_no_trust(
    workspace: Workspace, tmp_path: Path
) -> None:
    own, other = tmp_path / "own" / "server.py", tmp_path / "other.py"
    own.parent.mkdir()
    own.touch()
    workspace.add_temporary(
        ListenerSpec(name="Tour", protocol=f"python:{own}:Factory", endpoint="tcp:0")
    )
    workspace.untrusted_files = (other,)
    workspace.require_trust(own)
    with pytest.raises(UserCodeError):
        workspace.require_trust(other)
    with pytest.raises(UserCodeError):
        workspace.require_trust()
