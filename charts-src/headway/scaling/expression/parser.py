"""Reads a formula that somebody wrote, with expr's own grammar (expr-lang/expr v1.17.8, `parser/parser.go`).

What expr knows and a formula over metrics does not need (text, fields, `let`, pipes, ranges, lists of lists, functions
on text) is `NotUnderstood`: no verdict. Everything else is an expression or a `FormulaError`.
"""

from __future__ import annotations

from collections.abc import Callable

from headway.scaling.expression.errors import ExpressionError, FormulaError, NotUnderstood
from headway.scaling.expression.lexer import Token, tokens
from headway.scaling.expression.literals import number
from headway.scaling.expression.names import KNOWN_FUNCTIONS, OTHER_FUNCTIONS, PREDICATES, function_remedy
from headway.scaling.expression.nodes import (
    Array,
    Binary,
    Call,
    Conditional,
    Constant,
    Element,
    Expression,
    Metric,
    Unary,
    negative,
)
from headway.scaling.expression.rendering import BINDING, COMPARISON, UNARY_BINDING
from headway.scaling.expression.static_type import NUMBERS, StaticType, element_type

MAX_NESTING = 60
"""Brackets within brackets, signs before signs; Python's own recursion ends soon after."""
_SPELLINGS = {"||": "or", "&&": "and", "^": "**", "!": "not"}
_TEXT_OPERATORS = frozenset(("in", "matches", "contains", "startsWith", "endsWith", "..", "|"))
_LITERALS = {"true": True, "false": False, "nil": None}


def parse(text: str) -> Expression:
    """The expression. Raises `FormulaError` with its position, or `NotUnderstood`."""
    reader = _Parser(text)
    expression = reader.sequence()
    reader.expect("")
    return expression


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = 0
        self._nesting = 0
        self._element: StaticType | None = None

    @property
    def current(self) -> Token:
        return self._tokens[self._next]

    def advance(self) -> Token:
        token = self.current
        self._next += token.kind != "end"
        return token

    def at(self, *texts: str) -> bool:
        return self.current.kind in ("operator", "bracket") and self.current.text in texts

    def expect(self, text: str) -> None:
        """Passes over the word, or the end for an empty one."""
        if (self.current.kind == "end") if text == "" else self.at(text):
            self.advance()
            return
        raise self.unexpected(f"expected {text!r}" if text else "remove it, or put an operator before it")

    def unexpected(self, remedy: str) -> FormulaError:
        if self.at("="):
            remedy = "write == to compare"
        return FormulaError(f"{self.current} cannot stand here", remedy, self.current.position)

    def sequence(self) -> Expression:
        """An expression; several with `;` between them are not understood."""
        expression = self.expression(0)
        if self.at(";"):
            raise NotUnderstood("several expressions with ; between them", self.current.position)
        return expression

    def expression(self, least: int) -> Expression:
        """Operators that bind at least this strongly."""
        self.deeper()
        if least == 0 and self.at("let"):
            raise NotUnderstood("let", self.current.position)
        if least == 0 and self.at("if"):
            result = self.if_else()
        else:
            result = self.operators(self.primary(), least)
            if least == 0:
                result = self.ternary(result)
        self._nesting -= 1
        return result

    def deeper(self) -> None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise NotUnderstood(f"more than {MAX_NESTING} levels of nesting", self.current.position)

    def operators(self, left: Expression, least: int) -> Expression:
        before = ""
        while self.current.kind == "operator":
            token = self.current
            operator = _SPELLINGS.get(token.text, token.text) if token.text != "!" else token.text
            if operator in _TEXT_OPERATORS or operator == "not":
                return self.text_operator(left, least)
            if operator not in BINDING or BINDING[operator] < least:
                return left
            self.advance()
            if before == "??" and operator != "??":
                raise FormulaError(
                    f"{token} after ?? without parentheses", f"write (a ?? b) {operator} c", token.position
                )
            if operator in COMPARISON:
                left = self.comparison(left, token)
            else:
                right = self.expression(BINDING[operator] + (operator != "**"))
                left = self.built(token, Binary, operator, left, right)
            before = operator
        return left

    def text_operator(self, left: Expression, least: int) -> Expression:
        """`in`, `matches`, `..`, `|`: what they bind is outside what is understood."""
        strength = {"|": 0, "..": 25}.get(self.current.text, 20)
        if strength < least:
            return left
        token = self.current
        if token.text == "not" and self._tokens[self._next + 1].text not in _TEXT_OPERATORS - {"..", "|"}:
            raise self.unexpected("write and not, or or not")
        raise NotUnderstood(f"the operator {token.text}", token.position)

    def comparison(self, left: Expression, token: Token) -> Expression:
        """`1 < a < 3` is `1 < a and a < 3`."""
        whole: Expression | None = None
        while True:
            right = self.expression(BINDING[token.text] + 1)
            pair = self.built(token, Binary, token.text, left, right)
            whole = pair if whole is None else self.built(token, Binary, "and", whole, pair)
            left = right
            if not self.at(*COMPARISON):
                return whole
            token = self.advance()

    def ternary(self, condition: Expression) -> Expression:
        while self.at("?"):
            token = self.advance()
            if self.at(":"):
                self.advance()
                then = condition
            else:
                then = self.expression(0)
                self.expect(":")
            condition = self.built(token, Conditional, condition, then, self.expression(0))
        return condition

    def if_else(self) -> Expression:
        self.deeper()
        token = self.advance()
        condition = self.expression(0)
        then = self.block()
        self.expect("else")
        otherwise = self.if_else() if self.at("if") else self.block()
        self._nesting -= 1
        return self.built(token, Conditional, condition, then, otherwise)

    def block(self) -> Expression:
        self.expect("{")
        inner = self.sequence()
        self.expect("}")
        return inner

    def primary(self) -> Expression:
        token = self.current
        operator = _SPELLINGS.get(token.text, token.text)
        if token.kind == "operator" and operator in UNARY_BINDING:
            self.advance()
            operand = self.expression(UNARY_BINDING[operator])
            return self.postfix(self.unary(token, operator, operand))
        if self.at("("):
            self.advance()
            inner = self.sequence()
            self.expect(")")
            return self.postfix(inner)
        if self._element is not None and self.at("#", "."):
            return self.pointer(self._element)
        if self.at("::"):
            raise NotUnderstood("::", token.position)
        return self.word()

    def unary(self, token: Token, operator: str, operand: Expression) -> Expression:
        if operator == "not":
            return self.built(token, Unary, operator, operand)
        if operator == "-":
            return self.built(token, negative, operand)
        # + does nothing to a number; of what the type checker does not know it makes another unknown.
        return operand if operand.type in NUMBERS else self.built(token, Unary, "+", operand)

    def pointer(self, element: StaticType) -> Expression:
        token = self.advance()
        if token.text == "." or self.current.kind == "name":
            raise NotUnderstood("a field of #", token.position)
        return self.postfix(Element(element))

    def word(self) -> Expression:
        token = self.advance()
        if token.kind == "number":
            return number(token)
        if token.kind == "name":
            if token.text in _LITERALS:
                return Constant(_LITERALS[token.text])
            return self.postfix(self.call(token) if self.at("(") else self.metric(token))
        if token.text == "[":
            return self.postfix(self.built(token, Array, self.arguments("]")))
        if token.text == "{":
            raise NotUnderstood("a map", token.position)
        self._next -= token.kind != "end"
        raise self.unexpected("write a metric, a number or a bracket there")

    def metric(self, token: Token) -> Expression:
        if token.text == "$env":
            raise NotUnderstood("$env", token.position)
        return self.built(token, Metric, token.text)

    def postfix(self, expression: Expression) -> Expression:
        """Fields and indexes; nothing that is understood has any."""
        if self.at(".", "?."):
            following = self._tokens[self._next + 1]
            if following.kind in ("end", "number", "bracket") and following.text != "[":
                raise FormulaError("a field has no name", "remove the point", following.position)
            raise NotUnderstood("a field", self.current.position)
        if self.at("["):
            raise NotUnderstood("an index", self.current.position)
        return expression

    def call(self, token: Token) -> Expression:
        if token.text in OTHER_FUNCTIONS:
            raise NotUnderstood(f"the function {token.text}", token.position)
        if token.text not in KNOWN_FUNCTIONS:
            raise FormulaError(f"expr has no function {token.text}", function_remedy(token.text), token.position)
        self.advance()
        if token.text in PREDICATES:
            return self.over_list(token)
        return self.built(token, Call, token.text, self.arguments(")"))

    def arguments(self, end: str) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while not self.at(end):
            if found:
                self.expect(",")
                if self.at(end):
                    break
            found.append(self.expression(0))
        self.expect(end)
        return tuple(found)

    def over_list(self, token: Token) -> Expression:
        if self.at(")"):
            raise FormulaError(f"{token.text} has no arguments", f"write {token.text}([a, b])", token.position)
        collection = self.expression(0)
        condition: Expression | None = None
        if not self.at(")") or token.text not in ("count", "sum"):
            self.expect(",")
            condition = self.condition(collection)
            if self.at(","):
                self.advance()
        self.expect(")")
        return self.built(token, Call, token.text, (collection,), condition)

    def condition(self, collection: Expression) -> Expression:
        outer, self._element = self._element, element_type(collection.type)
        inner = self.block() if self.at("{") else self.expression(0)
        self._element = outer
        return inner

    def built(self, token: Token, make: Callable[..., Expression], *parts: object) -> Expression:
        """The node; a fault gets the position of the word it belongs to."""
        try:
            return make(*parts)
        except NotUnderstood as unknown:
            raise NotUnderstood(unknown.what, token.position) from None
        except ExpressionError as error:
            raise FormulaError(error.problem, error.remedy, token.position) from None
