"""The plugins of `twist` and `twistd`: their names, their options and their services."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, Final

from attrs import frozen
from twisted.application.service import IService, IServiceMaker
from twisted.logger import ILogObserver, LogEvent, formatEvent, globalLogPublisher
from twisted.plugin import getPlugins
from twisted.python import usage
from zope.interface import provider

from app.text.sentence import Sentence
from app.user_code.reference import UserCodeError

_IRRELEVANT: Final = ("version", "help")


class OptionKind(Enum):
    """The kinds of options."""

    FLAG = "flag"
    VALUE = "value"
    REPEATED = "repeated"
    """It takes a value, and may be given several times."""


@frozen
class PluginOption:
    """One option of a plugin, from its `usage.Options`."""

    name: str
    """The long name, without its dashes."""

    kind: OptionKind
    short: str = ""
    default: str | None = None
    help: str = ""


@frozen
class Plugin:
    """One plugin that can run."""

    name: str
    """The name after `twist` on a command line."""

    description: str


@frozen
class PluginDescription:
    """The options of one plugin."""

    options: tuple[PluginOption, ...] = ()
    problem: str = ""
    """A sentence if the plugin failed to load, and its options are unknown; else empty."""


@frozen
class Plugins:
    """The installed plugins, and a sentence for each that could not be loaded."""

    usable: tuple[Plugin, ...]
    problems: tuple[str, ...]


def find_plugins() -> Plugins:
    """Find plugins in the same places as Twisted. Executes the modules that announce them."""
    problems: list[str] = []

    @provider(ILogObserver)
    def listen(event: LogEvent) -> None:
        failure = event.get("log_failure")
        if failure is not None:
            said = formatEvent(event).partition("\n")[0]
            problems.append(
                Sentence(
                    "plugin-unusable",
                    "A plugin of twist cannot be used. {said} {error}",
                    said=said,
                    error=failure.getErrorMessage(),
                )
            )

    globalLogPublisher.addObserver(listen)
    try:
        makers = _makers()
    finally:
        globalLogPublisher.removeObserver(listen)
    usable = (Plugin(name, str(makers[name].description)) for name in sorted(makers))
    return Plugins(tuple(usable), tuple(problems))


def describe_plugin_options(name: str) -> PluginDescription:
    """The options of the plugin `name`, in the order of its own help. Raises nothing."""
    try:
        options = _maker(name).options()
    except UserCodeError as error:
        return PluginDescription(problem=str(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin may raise anything
        return PluginDescription(problem=_why_it_failed(name, error))
    flags = [_flag(each) for each in _all(options, "optFlags")]
    values = [_value(each) for each in _all(options, "optParameters")]
    known = {each.name for each in (*flags, *values)}
    methods = [each for each in _methods(options) if each.name not in known]
    return PluginDescription((*values, *methods, *flags))


def make_service(name: str, arguments: Sequence[str]) -> IService:
    """The service of the plugin `name`. Raises `UserCodeError` for bad arguments, and any exception
    of the plugin."""
    maker = _maker(name)
    options = maker.options()
    try:
        options.parseOptions(list(arguments))
    except usage.UsageError as error:
        raise UserCodeError(
            "plugin-arguments-wrong",
            "twist {name} does not take these arguments: {error}. Correct them.",
            name=name,
            error=error,
        ) from None
    except SystemExit:
        raise UserCodeError(
            "plugin-shows-help",
            "twist {name} only shows help with these arguments. Take out --help and --version.",
            name=name,
        ) from None
    service: IService = maker.makeService(options)
    return service


def _makers() -> dict[str, Any]:
    return {maker.tapname: maker for maker in getPlugins(IServiceMaker)}


def _maker(name: str) -> Any:
    makers = _makers()
    if name not in makers:
        there = ", ".join(sorted(makers))
        raise UserCodeError(
            "no-such-plugin",
            "There is no plugin {name} of twist. Choose one of: {there}; or install the "
            "package that has it.",
            name=name,
            there=there,
        )
    return makers[name]


def _why_it_failed(name: str, error: BaseException) -> str:
    why = str(error) or type(error).__name__
    return Sentence(
        "plugin-not-loaded",
        "The plugin {name} cannot be loaded: {why}. Install what it needs.",
        name=name,
        why=why,
    )


def _all(options: Any, attribute: str) -> list[Sequence[Any]]:
    """The rows of `attribute` in all classes of `options`, as Twisted's parser collects them."""
    found: list[Sequence[Any]] = []
    for kind in type(options).__mro__:
        found += vars(kind).get(attribute, ())
    return found


def _flag(row: Sequence[Any]) -> PluginOption:
    name, short, text = _padded(row, 3)
    return PluginOption(name, OptionKind.FLAG, short or "", None, text or "")


def _value(row: Sequence[Any]) -> PluginOption:
    name, short, default, text = _padded(row, 4)
    shown = None if default is None else str(default)
    return PluginOption(name, OptionKind.VALUE, short or "", shown, text or "")


def _padded(row: Sequence[Any], length: int) -> list[Any]:
    return [*row, *([None] * length)][:length]


def _methods(options: Any) -> list[PluginOption]:
    """The options that are methods: `opt_path(self, path)`."""
    found = []
    for name in dir(options):
        if not name.startswith("opt_") or name.removeprefix("opt_") in _IRRELEVANT:
            continue
        method = getattr(options, name)
        takes_value = method.__func__.__code__.co_argcount > 1
        long = name.removeprefix("opt_").replace("_", "-")
        if len(long) == 1:  # another name of an option that has a long one
            continue
        text = " ".join((method.__doc__ or "").split())
        kind = OptionKind.REPEATED if takes_value else OptionKind.FLAG
        found.append(PluginOption(long, kind, help=text))
    return found
