"""The usable objects of a file are found without running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.user_code.errors import LoadingFailed
from app.user_code.inspection import FoundObject, ObjectKind, found_objects, reference_to, usable
from app.user_code.reference import UserCodeError
from tests.user_code.conftest import Write


def found(path: Path) -> dict[str, ObjectKind]:
    return {offer.name: offer.kind for offer in found_objects(path)}


def test_an_object_is_found_with_its_line_and_its_docstring(write: Write) -> None:
    path = write(
        "echo.py",
        '''
        from twisted.internet.protocol import Protocol

        class Echo(Protocol):
            """Sends it back.

            All of it.
            """
        ''',
    )
    assert found_objects(path) == (FoundObject("Echo", ObjectKind.PROTOCOL, 4, "Sends it back."),)


def test_nothing_is_executed(write: Write) -> None:
    path = write("echo.py", "raise Exception\nclass Echo(Protocol): ...\n")
    assert found(path) == {"Echo": ObjectKind.PROTOCOL}


def test_kinds_are_recognized_by_their_base_classes(write: Write) -> None:
    path = write(
        "echo.py",
        """
        import twisted.internet.protocol as p
        from twisted.internet import protocol
        from twisted.internet.protocol import Factory as Works, Protocol as Talk
        from twisted.protocols.basic import LineReceiver

        class A(Talk): ...
        class B(protocol.Protocol): ...
        class C(p.Protocol): ...
        class D(LineReceiver): ...
        class E(A): ...
        class F(Mixin, E): ...
        class G(Works): ...
        class H(Works["A"]): ...
        class I(G): ...
        class J(protocol.DatagramProtocol): ...
        k = G()
        l = protocol.Factory.forProtocol(A)
        def m(): return A()
        def n(answer=42):
            if answer:
                return B()
        """,
    )
    assert found(path) == {
        **dict.fromkeys("ABCDEF", ObjectKind.PROTOCOL),
        **dict.fromkeys("GHI", ObjectKind.FACTORY),
        "J": ObjectKind.DATAGRAM,
        **dict.fromkeys("kl", ObjectKind.FACTORY_OBJECT),
        **dict.fromkeys("mn", ObjectKind.FUNCTION),
    }


def test_a_class_with_unknown_bases_is_recognized_by_its_methods(write: Write) -> None:
    path = write(
        "echo.py",
        """
        from helper import Base

        class A(Base):
            def dataReceived(self, data): ...

        class B:
            def buildProtocol(self, addr): ...

        class C(Base):
            def datagramReceived(self, data, addr): ...
        """,
    )
    assert found(path) == {
        "A": ObjectKind.PROTOCOL,
        "B": ObjectKind.FACTORY,
        "C": ObjectKind.DATAGRAM,
    }


def test_unusable_objects_are_left_out(write: Write) -> None:
    path = write(
        "echo.py",
        """
        import asyncio, typing
        from typing import Protocol
        from twisted.internet.protocol import Factory

        class A(Protocol):
            def dataReceived(self, data): ...
        class B(asyncio.Protocol):
            def dataReceived(self, data): ...
        class C(typing.Protocol[int]): ...
        class D: ...
        class E(make_a_class()): ...
        class _F(Factory): ...
        def g(factory): return _F()
        def h(): return 7
        i = 7
        j, k = _F(), _F()
        """,
    )
    assert found(path) == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "There is no file"),
        (b"class Echo(\n", "echo.py, line 1: '(' was never closed"),
        (b"\xff", "echo.py, line 1: this is not UTF-8"),
        (b"\0", "echo.py is no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    folder: Path, content: bytes | None, message: str
) -> None:
    if content is not None:
        (folder / "echo.py").write_bytes(content)
    with pytest.raises(LoadingFailed) as raised:
        found_objects(folder / "echo.py")
    assert str(raised.value).startswith(message)


def test_objects_that_make_datagram_protocols_are_recognized(write: Write) -> None:
    path = write(
        "echo.py",
        """
        from twisted.internet.protocol import DatagramProtocol

        class A(DatagramProtocol): ...
        b = A()
        def c(): return A()
        def d(needed): return A()
        """,
    )
    assert found(path) == dict.fromkeys("Abc", ObjectKind.DATAGRAM)


def test_the_best_default_is_the_factory() -> None:
    kinds = (
        ObjectKind.DATAGRAM,
        ObjectKind.FUNCTION,
        ObjectKind.PROTOCOL,
        ObjectKind.FACTORY_OBJECT,
        ObjectKind.FACTORY,
    )
    offered = tuple(FoundObject(kind.name, kind, 1, "") for kind in kinds)
    for count, kind in enumerate(kinds[1:], 2):
        first, *others = usable(offered[:count])
        assert first.kind is kind
        assert others == list(offered[1 : count - 1])
    assert usable(offered[:1]) == []
    assert usable(offered, datagrams=True) == [offered[0]]


def test_a_file_below_the_profile_gets_a_relative_path() -> None:
    folder = Path("/profiles")
    inside = reference_to(folder / "servers" / "echo.py", "Echo", folder)
    outside = reference_to(Path("/elsewhere/echo.py"), "Echo", folder)
    assert str(inside) == "python:servers/echo.py:Echo"
    assert str(outside) == "python:/elsewhere/echo.py:Echo"
    with pytest.raises(UserCodeError):
        reference_to(folder / "echo.txt", "Echo", folder)
