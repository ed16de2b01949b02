"""Expressions of a spreadsheet to trees. What this parser does not know is refused when a guide is compiled, never met
by a resident.

    or := and ("or" and)*            and := compared ("and" compared)*
    compared := sum (("=" "!=" "<" "<=" ">" ">=") sum)*       sum := product (("+" "-") product)*
    product := unary (("*" "div" "mod") unary)*               unary := "-" unary | simple
    simple := "text" | 3.5 | ${name} | . | name | function "(" ... ")" | "(" or ")"

That is XPath 1.0, 3.5 without paths, in the spelling of XLSForm. A bare name is a column of the choices.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from controller.guides.expressions import ARGUMENTS
from controller.guides.model import Tree
from controller.guides.patterns import is_heavy

LENGTH_LIMIT = 2000  # characters
_DEPTH_LIMIT = 30  # brackets within each other
_PARTS_LIMIT = 100  # operators and calls
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<number>\d+(?:\.\d+)?)|\$\{\s*(?P<ref>[^\s{}]+)\s*\}"""
    r"""|(?P<foreign>={2,}|<>|&&?|\|\|?|[\u2018\u2019\u201a\u201c\u201d\u201e\u2260\u2264\u2265\u00d7\u2013\u2212;])"""
    r"""|(?P<sign><=|>=|!=|[=<>+*(),-])|(?P<self>\.(?![\w.]))|(?P<word>[A-Za-z_][\w:-]*)|(?P<other>\S+?))""",
)
_LEVELS = (("or",), ("and",), ("=", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
# What other programs write, or the office program makes of what was typed, and what to write here.
_INSTEAD = {
    "==": "=", "===": "=", "<>": "!=", "\u2260": "!=", "\u2264": "<=", "\u2265": ">=", "&": "and", "&&": "and",
    "|": "or", "||": "or", "AND": "and", "OR": "or", "NOT": "not( )", "và": "and", "hoặc": "or", "\u00d7": "*",
    "\u2013": "-", "\u2212": "-", "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201c": "'", "\u201d": "'",
    "\u201e": "'", ";": ",",
}  # fmt: skip
_SHOWN = 80  # characters of an expression that are said with what is wrong in it
_QUOTED_REF = re.compile(r"\$\{\s*([^\s{}]+)\s*\}")
_GROUP_REPEATED = re.compile(r"\)\s*(?:[*+]|\{)")


class ExpressionError(Exception):
    """code: a key below `guides.mistake` in the catalogues; `facts` fills its braces."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, {name: str(value) for name, value in facts.items()}
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "text", "number", "ref", "sign", "self", "word", "end"
    text: str


def parsed(source: str) -> Tree:
    """The tree of an expression; ExpressionError if it is none that is understood."""
    if len(source) > LENGTH_LIMIT:
        raise ExpressionError("expression_long", limit=LENGTH_LIMIT)
    parser = _Parser(source)
    tree = parser.level(0)
    if parser.next.kind != "end":
        raise ExpressionError("expression_unexpected", text=parser.next.text, expression=shown(source))
    return tree


def spelled(tree: Tree) -> str:
    """An expression that has this tree, as somebody would have written it: `parsed` read backwards."""
    return _spelled(tree, 0)


def _spelled(tree: Tree, inside: int) -> str:
    """inside: the level of the operator around it, of _LEVELS."""
    kind, parts = str(tree[0]), tree[1:]
    if kind == "text":
        quote = '"' if "'" in str(parts[0]) else "'"
        return f"{quote}{parts[0]}{quote}"
    if kind == "number":
        number = float(str(parts[0]))
        return str(int(number)) if number.is_integer() else str(number)
    if kind in ("ref", "self", "column"):
        return f"${{{parts[0]}}}" if kind == "ref" else "." if kind == "self" else str(parts[0])
    if kind == "call":
        written = [_spelled(each, 0) for each in parts[1:] if isinstance(each, tuple)]
        if parts[0] == "jr:choice-name":
            written[1] = f"'{written[1]}'"
        return f"{parts[0]}({', '.join(written)})"
    level = next(number for number, operators in enumerate(_LEVELS) if kind in operators)
    left, right = (each for each in parts if isinstance(each, tuple))
    whole = f"{_spelled(left, level)} {kind} {_spelled(right, level + 1)}"
    return f"({whole})" if level < inside else whole


class _Parser:
    """Recursive descent; `next` is the token that was not taken yet."""

    def __init__(self, source: str) -> None:
        self._source, self._depth, self._parts = source, 0, 0
        self._shown = shown(source)
        self._tokens = self._read()
        self.next = next(self._tokens)

    def level(self, number: int) -> Tree:
        if number == len(_LEVELS):
            return self._unary()
        left = self.level(number + 1)
        while self.next.kind in ("sign", "word") and self.next.text in _LEVELS[number]:
            self._count()
            operator = self._take().text
            left = (operator, left, self.level(number + 1))
        return left

    def _count(self) -> None:
        self._parts += 1
        if self._parts > _PARTS_LIMIT or self._depth > _DEPTH_LIMIT:
            raise ExpressionError("expression_deep", expression=self._shown)

    def _unary(self) -> Tree:
        self._depth += 1
        if self._is("-") or self._is("("):
            self._count()
        if self._is("-"):
            self._take()
            tree: Tree = ("-", ("number", 0.0), self._unary())
        else:
            tree = self._simple()
        self._depth -= 1
        return tree

    def _simple(self) -> Tree:
        token = self._take()
        if token.kind == "text":
            return ("text", token.text)
        if token.kind == "number":
            return ("number", float(token.text))
        if token.kind in ("ref", "self"):
            return ("ref", token.text) if token.kind == "ref" else ("self",)
        if token.kind == "word":
            return self._call(token.text) if self._is("(") else ("column", token.text)
        if token.text == "(":
            tree = self.level(0)
            self._expect(")")
            return tree
        if token.kind == "end":
            raise ExpressionError("expression_ends", expression=self._shown)
        raise ExpressionError("expression_unexpected", text=token.text, expression=self._shown)

    def _call(self, name: str) -> Tree:
        if name not in ARGUMENTS and name.lower() in ARGUMENTS:
            raise ExpressionError("expression_foreign", text=name, instead=name.lower())
        if name not in ARGUMENTS:
            raise ExpressionError("function_unknown", name=name, known=", ".join(ARGUMENTS))
        self._count()
        self._take()
        arguments: list[Tree] = []
        while not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self.level(0))
        self._take()
        fewest, most = ARGUMENTS[name]
        if not fewest <= len(arguments) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest}-{most}"
            raise ExpressionError("function_arguments", name=name, wanted=wanted, given=len(arguments))
        if name == "jr:choice-name":
            arguments[1] = self._quoted_ref(name, arguments[1])
        if name == "count" and arguments[0][0] != "ref":
            raise ExpressionError("function_wants_ref", name=name)
        if name == "regex":
            self._check_pattern(arguments[1])
        return ("call", name, *arguments)

    def _quoted_ref(self, name: str, tree: Tree) -> Tree:
        """XLSForm writes jr:choice-name(${x}, '${x}')."""
        found = _QUOTED_REF.fullmatch(str(tree[1])) if tree[0] == "text" else None
        if found is None:
            raise ExpressionError("function_wants_ref", name=name)
        return ("ref", found[1])

    def _check_pattern(self, tree: Tree) -> None:
        """A pattern is written out, and cannot take for ever whatever is typed: no repeated groups, few that are
        without bound, nothing that looks back."""
        if tree[0] != "text":
            raise ExpressionError("pattern_not_written", expression=self._shown)
        pattern = str(tree[1])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # "[[" and "--" mean something else in a later Python
                re.compile(pattern)
        except (re.error, OverflowError, RecursionError, FutureWarning) as error:
            raise ExpressionError("pattern_wrong", pattern=pattern, why=error) from error
        if _GROUP_REPEATED.search(pattern) or "(?" in pattern or re.search(r"\\[1-9]", pattern) or is_heavy(pattern):
            raise ExpressionError("pattern_heavy", pattern=pattern)

    def _is(self, sign: str) -> bool:
        return self.next.kind == "sign" and self.next.text == sign

    def _expect(self, sign: str) -> None:
        token = self._take()
        if token.kind != "sign" or token.text != sign:
            code = "expression_ends" if token.kind == "end" else "expression_unexpected"
            raise ExpressionError(code, text=token.text, expression=self._shown)

    def _take(self) -> _Token:
        token, self.next = self.next, _END if self.next.kind == "end" else next(self._tokens)
        return token

    def _read(self) -> Iterator[_Token]:
        at = 0
        while found := _TOKEN.match(self._source, at):
            at = found.end()
            kind = str(found.lastgroup)
            if kind in ("foreign", "word") and found[kind] in _INSTEAD:
                raise ExpressionError("expression_foreign", text=found[kind], instead=_INSTEAD[found[kind]])
            if kind in ("foreign", "other"):
                raise ExpressionError("expression_unexpected", text=found[kind], expression=self._shown)
            yield _Token(kind, found[kind][1:-1] if kind == "text" else found[kind])
        yield _END


_END = _Token("end", "")


def shown(source: str) -> str:
    """An expression as it is said with what is wrong in it."""
    line = " ".join(source.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
