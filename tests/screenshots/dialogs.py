"""The dialogs and the other windows of the program, each in the states that it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QTableView

from app.client.draft import Draft
from app.client.saved.snippets import Snippet
from app.protocols.catalog import definitions
from app.tls import PassphraseError
from app.ui.command_palette.palette import CommandPalette
from app.ui.console.snippets_panel import SnippetForm
from app.ui.conversations.compare_window import CompareWindow
from app.ui.conversations.make_listener import MakeListenerDialog
from app.ui.conversations.play_window import PlayWindow
from app.ui.conversations.reading import RecordedConnection
from app.ui.help.guide import GuideWindow
from app.ui.listener_form.form import ListenerForm
from app.ui.listener_form.program import PLUGIN, PROGRAM
from app.ui.listener_form.section import TransportChoice
from app.ui.listeners.closing_question import Closing
from app.ui.settings_dialog.pages import PAGES
from app.ui.widgets.dialogs import open_modal
from app.ui.widgets.passphrase_dialog import PassphraseDialog
from app.user_code.reference import PREFIX
from tests.screenshots.panes import conversation, session, traffic
from tests.screenshots.stage import Scene, Stage, at_once
from tests.screenshots.world import Steps
from tests.traffic.capture.packets import exchange, pcap, timed


def _of(name: str, command: str) -> Callable[[Stage], Steps]:
    """A command on a listener."""

    def act(stage: Stage) -> None:
        stage.choose(name)
        stage.command(command)

    return at_once(act)


# The form of a listener


def _form_for(protocol: str) -> Callable[[Stage], Steps]:
    def act(stage: Stage) -> None:
        stage.command("new")
        choice = stage.opened(ListenerForm).identity.protocol
        choice.setCurrentIndex(choice.findData(protocol))

    return at_once(act)


def _form_over(transport: TransportChoice) -> Callable[[Stage], Steps]:
    def act(stage: Stage) -> None:
        stage.command("new")
        stage.opened(ListenerForm).address.choose(transport)

    return at_once(act)


def _form_with_mistakes(stage: Stage) -> Steps:
    stage.command("new")
    form = stage.opened(ListenerForm)
    form.identity.name.setText("Echo")
    yield form.identity.name.hasFocus
    form.identity.protocol.setFocus()
    yield form.identity.protocol.hasFocus


# Dialogs about connections and conversations


def _send(stage: Stage) -> None:
    stage.choose("Team chat")
    stage.window.rest.send_to_listener()


def _columns(stage: Stage) -> None:
    stage.window.rest.connections._arrange_columns()


def _options(stage: Stage) -> None:
    stage.session_tab.target_bar.ask_for_options()


def _certificate(stage: Stage) -> Steps:
    yield from session("Secure echo")(stage)
    stage.session_tab.target_bar.menu.show_certificate()


def _closing(closing: Closing) -> Callable[[Stage], Steps]:
    def act(stage: Stage) -> None:
        question = stage.window.rest.listener_actions.question
        assert question is not None
        question.ask(
            closing,
            [stage.listener("Echo"), stage.listener("Team chat")],
            lambda: None,
            drain=lambda: None,
        )

    return at_once(act)


def _passphrase(stage: Stage) -> None:
    problem = PassphraseError(
        "passphrase-wrong",
        "The passphrase for the key in {path} is wrong. Check it and try again.",
        path=Path("/home/ada/certificates/server.key"),
        is_wrong=True,
    )
    open_modal(PassphraseDialog(problem, stage.window))


def _snippet(stage: Stage) -> None:
    snippet = Snippet("Log in", Draft('{"user": 42}'), "API")
    open_modal(SnippetForm(snippet, ["API", "Lab"], stage.window))


def _recorded(stage: Stage, name: str) -> RecordedConnection:
    tab = stage.window.rest.traffic
    numbers = {
        each.connection for each in map(tab.log.chunk, range(tab.log.first, tab.log.end)) if each
    }
    of_name = (
        number
        for number in sorted(numbers)
        if (info := tab.directory.info(number)) and info.listener == stage.listener(name).spec.name
    )
    return RecordedConnection(tab.log, tab.directory, next(of_name))


def _make_listener(stage: Stage) -> Steps:
    stage.window.rest.task_windows.conversations._make_listener(
        _recorded(stage, "Instrument"), None, stage.window
    )
    yield lambda: stage.opened(MakeListenerDialog)


def _play(stage: Stage) -> Steps:
    stage.window.rest.task_windows.conversations._play(
        _recorded(stage, "Instrument"), None, stage.window
    )
    yield stage.opened(PlayWindow).play.isEnabled


def _compare(stage: Stage) -> Steps:
    tab = stage.window.rest.traffic
    numbers = [_recorded(stage, name).number for name in ("Echo", "Team chat")]
    stage.window.rest.task_windows.conversations.compare(tab.log, tab.directory, numbers)
    table = stage.opened(CompareWindow).findChild(QTableView)
    assert isinstance(table, QTableView)
    yield lambda: table.model().rowCount() > 0


def _capture(stage: Stage) -> Steps:
    path = stage.file("ftp.pcap")
    said = (True, b"USER ada\r\n"), (False, b"331 and the password\r\n"), (True, b"QUIT\r\n")
    path.write_bytes(pcap(timed(exchange(*said))))
    captures = stage.window.rest.task_windows.captures
    captures.open(path)
    yield lambda: captures.opened and not captures.opened[-1].is_reading


def _recording(stage: Stage) -> Steps:
    yield from traffic(stage)
    bar = stage.pane.recording
    assert bar is not None
    path = stage.file("session.pdrec")
    path.unlink(missing_ok=True)
    bar.record(path)
    yield from conversation(stage)
    yield lambda: not bar.is_behind
    bar.stop()
    yield lambda: not bar.is_recording and path.exists()
    stage.window.rest.task_windows.recordings.open(path)


# Help, settings and the palette


def _search_palette(stage: Stage) -> None:
    stage.command("palette")
    stage.opened(CommandPalette).line.setText("echo")


def _guide_search(stage: Stage) -> None:
    stage.command("guide")
    stage.opened(GuideWindow).search.setText("latency")


def _settings(page: str) -> Callable[[Stage], Steps]:
    return at_once(lambda stage: stage.window.rest.open_settings(page))


def _forms() -> Iterator[Scene]:
    yield Scene("form-new", at_once(lambda stage: stage.command("new")))
    for definition in definitions():
        yield Scene(f"form-{definition.name}", _form_for(definition.name))
    for name, kind in (("code", PREFIX), ("program", PROGRAM), ("plugin", PLUGIN)):
        yield Scene(f"form-{name}", _form_for(kind))
    for each in (TransportChoice.TLS, TransportChoice.UDP, TransportChoice.UNIX):
        yield Scene(f"form-{each.value}", _form_over(each))
    yield Scene("form-endpoint", _form_over(TransportChoice.DESCRIPTION))
    yield Scene("form-mistakes", _form_with_mistakes)
    yield Scene("form-edit", _of("Secure echo", "edit"))


DIALOGS = (
    *_forms(),
    Scene("rules", _of("Instrument", "rules")),
    Scene("rules-rewrite", _of("Gateway", "rules")),
    Scene("held", _of("Gateway", "held")),
    Scene("faults", _of("Orders", "faults")),
    Scene("faults-none", _of("Echo", "faults")),
    Scene("send", at_once(_send)),
    Scene("columns", at_once(_columns)),
    Scene("options", at_once(_options)),
    Scene("certificate", _certificate),
    Scene("question-stop", _closing(Closing.STOP)),
    Scene("question-quit", _closing(Closing.QUIT)),
    Scene("passphrase", at_once(_passphrase)),
    Scene("snippet", at_once(_snippet)),
    Scene("export", at_once(lambda stage: stage.command("export_profile"))),
    Scene("make-listener", _make_listener),
    Scene("replay", _play),
    Scene("compare", _compare),
    Scene("capture", _capture),
    Scene("recording", _recording),
    Scene("palette", at_once(lambda stage: stage.command("palette"))),
    Scene("palette-search", at_once(_search_palette)),
    Scene("help-guide", at_once(lambda stage: stage.command("guide"))),
    Scene("help-guide-search", at_once(_guide_search)),
    Scene("help-shortcuts", at_once(lambda stage: stage.command("shortcuts"))),
    Scene("help-licences", at_once(lambda stage: stage.command("licences"))),
    Scene("help-about", at_once(lambda stage: stage.command("about"))),
    *(Scene(f"settings-{page.name}", _settings(page.name)) for page in PAGES),
)
