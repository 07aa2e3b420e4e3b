"""Numbers for sections, tables, figures and equations, and links to them from anywhere in the text.

A reference may come before the thing it names, so a document is rendered twice: the first pass
collects the numbers, the second one resolves the references.

>>> numbering = Numbering()
>>> for _ in numbering.passes():
...     text = numbering.ref("table", "and") + " has number " + numbering.number("table", "and")
>>> text
Markup('<a href="#table-and">Table 1</a> has number 1')
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.errors import InputError

_LINK_TEXT = {"section": "Section {}", "table": "Table {}", "figure": "Figure {}", "equation": "({})"}
_TOP_LEVEL = 2  # <h1> is the document's title

_Key = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """A heading in the table of contents; `number` is empty for one that has none."""

    level: int
    name: str
    number: str
    title: str


class Numbering:
    """The numbers of one document."""

    def __init__(self) -> None:
        self._known: dict[_Key, str] = {}
        self._known_contents: tuple[Entry, ...] = ()
        self._start_pass()

    def _start_pass(self) -> None:
        self._assigned: dict[_Key, str] = {}
        self._unknown: dict[_Key, None] = {}  # a set that keeps the order
        self._counts: Counter[_Key] = Counter()  # by kind and series
        self._section: list[int] = []
        self._lettered = False
        self._contents: list[Entry] = []

    def passes(self) -> Iterator[None]:
        """Yield twice; render the whole document each time and keep the second result.

        Raises InputError after the second pass, with one problem for each unknown reference.
        """
        self._start_pass()
        yield
        self._known, self._known_contents = self._assigned, tuple(self._contents)
        self._start_pass()
        yield
        if self._unknown:
            raise InputError(*(_unknown(kind, name) for kind, name in self._unknown))

    def number(self, kind: str, name: str, series: str = "") -> str:
        """Assign `name` the next number of its kind: table, figure or equation.

        A series counts for itself and is put before its numbers: R1, R2, beside 1, 2. Raises InputError if the
        kind is unknown or the name is taken.
        """
        self._check_free(kind, name)
        self._counts[kind, series] += 1
        return self._assign(kind, name, f"{series}{self._counts[kind, series]}")

    def section(self, level: int, name: str, title: str, *, appendix: bool = False) -> str:
        """Assign a heading the next number of its level, <h2> being "1", and list it in the contents.

        With `appendix` an <h2> begins the appendices, which have letters. Raises InputError if the
        name is taken or the heading's parent is missing.
        """
        self._check_free("section", name)
        if appendix and not self._lettered:
            self._lettered = True
            self._section.clear()
        number = self._assign("section", name, self._next_section(name, level))
        self._contents.append(Entry(level, name, number, title))
        return number

    def unnumbered(self, level: int, name: str, title: str) -> str:
        """List a heading in the contents; its number is the empty text. Raises InputError if the name is taken."""
        self._check_free("section", name)
        self._contents.append(Entry(level, name, "", title))
        return self._assign("section", name, "")

    def contents(self) -> tuple[Entry, ...]:
        """Every heading of the document in order; empty in the first pass."""
        return self._known_contents

    def ref(self, kind: str, name: str) -> Markup:
        """A link to what `name` names, such as `<a href="#table-and">Table 1</a>`.

        Raises InputError if the kind is unknown. The text is a placeholder in the first pass.
        """
        _check_kind(kind, name)
        number = self._known.get((kind, name)) or "?"
        if number == "?":
            self._unknown[kind, name] = None
        in_appendix = kind == "section" and number[:1].isalpha()
        text = ("Appendix {}" if in_appendix else _LINK_TEXT[kind]).format(number)
        return Markup('<a href="#{}-{}">{}</a>').format(kind, name, text)

    def link(self, kind: str, name: str, words: str) -> Markup:
        """A link to what `name` names, with words of its own. Raises InputError if the kind is unknown.

        A heading without a number can be linked to like this alone.
        """
        _check_kind(kind, name)
        if (kind, name) not in self._known:
            self._unknown[kind, name] = None
        return Markup('<a href="#{}-{}">{}</a>').format(kind, name, words)

    def _check_free(self, kind: str, name: str) -> None:
        _check_kind(kind, name)
        if (kind, name) in self._assigned:
            raise InputError(f"{kind} {name!r}: expected a name used once, found it twice. Hint: rename one of them")

    def _assign(self, kind: str, name: str, number: str) -> str:
        self._assigned[kind, name] = number
        return number

    def _next_section(self, name: str, level: int) -> str:
        depth = level - _TOP_LEVEL
        if not 0 <= depth <= len(self._section):
            raise InputError(
                f"section {name!r}: expected level {_TOP_LEVEL} to {_TOP_LEVEL + len(self._section)}, found {level}. "
                "Hint: a heading is at most one level below the one before it"
            )
        previous = self._section[depth] if depth < len(self._section) else 0
        self._section = [*self._section[:depth], previous + 1]
        first, *rest = self._section
        return ".".join([chr(ord("A") + first - 1) if self._lettered else str(first), *map(str, rest)])


def _check_kind(kind: str, name: str) -> None:
    if kind not in _LINK_TEXT:
        raise InputError(f"{name!r}: expected one of the kinds {', '.join(_LINK_TEXT)}, found {kind!r}")


def _unknown(kind: str, name: str) -> str:
    return f"reference: expected a {kind} named {name!r}, found none. Hint: name one so, or correct the reference"
