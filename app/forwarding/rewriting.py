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


class Rewriter:
    """The rules of one direction, one after the other. Counts what they did."""

    def __init__(
        self,
        rules: Sequence[RewriteRule],
        direction: Direction,
        seconds: Callable[[], float],
        failed: Callable[[str], None],
    ) -> None:
        """`seconds` returns Unix seconds, and `failed` gets a sentence when a rule cannot be
        applied. Raises `ValueError` for a rule that `check_rule` refuses."""
        self.failed = failed
        self.count = 0
        """How many messages were changed."""
        self._seconds = seconds
        chosen = [rule for rule in rules if rule.enabled and direction in rule.directions]
        self._replacements = [_replacement(rule) for rule in chosen]
        self.is_empty = not chosen

    def rewrite(self, message: bytes) -> bytes:
        """`message`, without its frame, as the rules change it. A rule that takes too long changes
        nothing."""
        result = message
        values = Values(self.count + 1, self._seconds(), message=message)
        for replacement in self._replacements:
            try:
                result = replacement(result, values)
            except TimeoutError:
                self.failed("A rewrite expression takes too long on a message.")
            except RenderError as error:
                self.failed(str(error))
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
