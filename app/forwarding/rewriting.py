"""Rewrite rules: change bytes in messages on their way. No socket here."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from app.forwarding.holding import Direction
from app.rules.expression import Budget, Expression
from app.rules.template import CONSOLE_VARIABLES, RenderError, Scope, Template, Values, read_part
from app.text.notation import Notation
from app.text.sentence import Sentence


@frozen
class RewriteRule:
    """Replaces every occurrence of some bytes, or every match of an expression."""

    directions: frozenset[Direction]
    replace: str
    """Text with variables, and with captures of an expression."""

    notation: Notation = Notation.ESCAPES
    """Of `replace`."""

    find: bytes = b""
    regex: str = ""
    """One of the two is set."""

    name: str = ""
    enabled: bool = True


Replacement = Callable[[bytes, Values], bytes]


class RunningRewrite:
    """A rule that is applied, and how many messages it has changed."""

    __slots__ = ("hits", "replacement", "rule")

    def __init__(self, rule: RewriteRule) -> None:
        self.rule = rule
        self.replacement = _replacement(rule)
        self.hits = 0

    def acts(self, direction: Direction) -> bool:
        """Whether it looks at messages of `direction`."""
        return self.rule.enabled and direction in self.rule.directions


class Rewriter:
    """The rules of one listener, one after the other, for all of its connections."""

    def __init__(
        self,
        rules: Sequence[RewriteRule],
        seconds: Callable[[], float],
        failed: Callable[[str], None],
    ) -> None:
        """`seconds` returns Unix seconds, and `failed` gets a sentence when a rule cannot be
        applied. Raises `ValueError` for a rule that `check_rule` refuses."""
        self.failed = failed
        self.count = 0
        """How many messages were changed."""
        self.rules: tuple[RunningRewrite, ...] = ()
        self._seconds = seconds
        self._acting: dict[Direction, tuple[RunningRewrite, ...]] = {}
        self.change(rules)

    def change(self, rules: Sequence[RewriteRule]) -> None:
        """Apply other rules from the next message on. Those that stay keep their hits."""
        before = list(self.rules)
        running = []
        for rule in rules:
            same = next((each for each in before if each.rule == rule), None)
            if same is not None:
                before.remove(same)
            running.append(same or RunningRewrite(rule))
        self.rules = tuple(running)
        self._acting = {
            direction: tuple(each for each in running if each.acts(direction))
            for direction in Direction
        }

    def acts(self, direction: Direction) -> bool:
        """Whether any rule looks at messages of `direction`."""
        return bool(self._acting[direction])

    def rewrite(self, message: bytes, direction: Direction) -> bytes:
        """`message`, without its frame, as the rules change it. A rule that takes too long changes
        nothing."""
        result = message
        values = Values(self.count + 1, self._seconds(), message=message)
        for running in self._acting[direction]:
            before = result
            try:
                result = running.replacement(before, values)
            except TimeoutError:
                self.failed(
                    Sentence("rewrite-slow", "A rewrite expression takes too long on a message.")
                )
            except RenderError as error:
                self.failed(str(error))
            running.hits += result != before
        self.count += result != message
        return result


def check_rule(rule: RewriteRule) -> None:
    """Raises `ValueError` with a sentence for a rule that cannot be applied."""
    _replacement(rule)


def _replacement(rule: RewriteRule) -> Replacement:
    if rule.regex:
        return _by_expression(rule, Expression(rule.regex))
    template = _template(rule, None)
    find = rule.find

    def replace(message: bytes, values: Values) -> bytes:
        return message.replace(find, template.render(values)) if find in message else message

    return replace


def _by_expression(rule: RewriteRule, expression: Expression) -> Replacement:
    template = _template(rule, expression.groups)

    def replace(message: bytes, values: Values) -> bytes:
        def render(match: Any) -> bytes:
            values.captures = match
            return template.render(values)

        return expression.replace(message, render, Budget.full())

    return replace


def _template(rule: RewriteRule, captures: frozenset[str] | None) -> Template:
    scope = Scope(CONSOLE_VARIABLES, captures)
    return Template([read_part(rule.replace, rule.notation, scope, chance=random.Random())])
