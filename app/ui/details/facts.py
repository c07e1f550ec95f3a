"""The facts about a listener or a connection, as titled lists of lines for the panel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen
from PySide6.QtCore import QCoreApplication

from app.server.connections.closing import ReasonCounter
from app.server.listener import Listener, State
from app.text import readable
from app.ui.connections.columns import Row, target_text
from app.ui.widgets.translation import translated

translate = QCoreApplication.translate


@frozen
class Line:
    """A line: what it is, and its value. Without a label, the value has all of the width."""

    label: str
    value: str
    is_copied: bool = False
    """Whether a button copies the value."""

    @property
    def name(self) -> str:
        """What it is, in words: the label, or else the value of a line that is copied."""
        return self.label or (self.value if self.is_copied else "")


@frozen
class Section:
    """Some lines below a title. One without lines is not shown."""

    title: str
    lines: tuple[Line, ...]


def listener_sections(listener: Listener, folder: Path) -> Iterator[Section]:
    """The facts about a listener; the relative paths of its spec begin in `folder`."""
    yield Section(translate("Details", "Addresses"), tuple(_addresses(listener, folder)))
    yield Section(translate("Details", "Totals"), tuple(_totals(listener)))
    yield Section(translate("Details", "Limits"), tuple(_limits(listener)))
    factory = listener.factory
    if factory is not None:
        yield Section(translate("Details", "Refused"), _counted(factory.refusals))
        yield Section(
            translate("Details", "Closed by a limit"),
            _counted(factory.closed_by_limit),
        )
    yield Section(translate("Details", "Certificate"), tuple(_certificate(listener)))
    yield Section(translate("Details", "Last errors"), tuple(_errors(listener)))


def connection_sections(row: Row, now: float) -> Iterator[Section]:
    """The facts about a connection, live or closed, at the time `now` of its clock."""
    yield Section(
        translate("Details", "Addresses"),
        (
            Line(translate("Details", "Peer"), row.peer, is_copied=True),
            Line(translate("Details", "Local address"), row.local, is_copied=True),
        ),
    )
    age = readable.format_duration((row.closed_at or now) - row.opened_at)
    idle = readable.format_duration((row.closed_at or now) - row.active_at)
    totals = [
        Line(translate("Details", "Open for"), age),
        Line(translate("Details", "Idle for"), idle),
        Line(translate("Details", "Received"), readable.format_size(row.bytes_in)),
        Line(translate("Details", "Sent"), readable.format_size(row.bytes_out)),
    ]
    if row.bytes_unsent:
        totals.append(
            Line(
                translate("Details", "Unsent"),
                readable.format_size(row.bytes_unsent),
            )
        )
    yield Section(translate("Details", "Totals"), tuple(totals))
    if row.warning:
        yield Section(translate("Details", "Warning"), (Line("", translated(row.warning)),))
    link = row.target
    if link is not None:
        words = (
            (translate("Details", "Target"), target_text()(row, now)),
            (translate("Details", "In the traffic"), f"#{row.number}, #{link.number}"),
            (translate("Details", "Sent to it"), readable.format_size(link.bytes_out)),
            (translate("Details", "Received from it"), readable.format_size(link.bytes_in)),
        )
        lines = tuple(Line(label, text) for label, text in words)
        yield Section(translate("Details", "Forwarded"), lines)
    if row.tls is not None:
        facts = (
            (translate("Details", "Version"), row.tls.version),
            (translate("Details", "Cipher"), row.tls.cipher),
            (translate("Details", "Client certificate"), row.tls.client),
        )
        yield Section("TLS", tuple(Line(label, text) for label, text in facts if text))
    if not row.connected:
        yield Section(
            translate("Details", "Closed"),
            (Line(translate("Details", "Reason"), translated(row.reason)),),
        )


def _addresses(listener: Listener, folder: Path) -> Iterator[Line]:
    # Imported late for a faster start.
    from app.codegen.command_lines import client_address, command_lines

    yield Line("", listener.where, is_copied=True)
    where = client_address(listener.spec, listener.address, folder)
    if where is not None:
        for line in command_lines(where)[:2]:
            yield Line("", line.text, is_copied=True)


def _totals(listener: Listener) -> Iterator[Line]:
    factory = listener.factory
    if factory is None:
        return
    yield Line(translate("Details", "Connected"), f"{listener.connection_count:,}")
    yield Line(translate("Details", "Received"), readable.format_size(factory.bytes_in))
    yield Line(translate("Details", "Sent"), readable.format_size(factory.bytes_out))


def _limits(listener: Listener) -> Iterator[Line]:
    spec = listener.spec
    yield Line(translate("Details", "Connections"), f"{spec.max_connections:,}")
    if spec.max_connections_per_address:
        yield Line(
            translate("Details", "From one address"),
            f"{spec.max_connections_per_address:,}",
        )
    if spec.idle_timeout:
        yield Line(
            translate("Details", "Idle"),
            readable.format_duration(spec.idle_timeout),
        )
    yield Line(translate("Details", "Unsent data"), _kibibytes(spec.max_unsent_bytes // 1024))


def _kibibytes(count: int) -> str:
    """A number in the unit of the form, or in the next larger one if that is a whole number."""
    mebibytes, rest = divmod(count, 1024)
    return f"{count:,} KiB" if rest or not mebibytes else f"{mebibytes:,} MiB"


def _certificate(listener: Listener) -> Iterator[Line]:
    facts = listener.certificate
    if facts is not None:
        from app.ui.listener_form.tls import certificate_summary  # imported late: it loads slowly

        for text in certificate_summary(facts).splitlines():
            yield Line("", text)


def _errors(listener: Listener) -> Iterator[Line]:
    # The panel begins with the reason of a failure.
    reason = "" if listener.state is State.FAILED else listener.reason
    for text in (reason, listener.reload_error):
        if text:
            yield Line("", translated(text))
    if listener.factory is not None:
        yield from _counted(listener.factory.code_errors)


def _counted(counter: ReasonCounter) -> tuple[Line, ...]:
    return tuple(Line(f"{count:,} ×", translated(reason)) for reason, count in counter.by_reason())
