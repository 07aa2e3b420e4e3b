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

from markupsafe import Markup

from pipeline.errors import InputError

_LINK_TEXT = {"section": "Section {}", "table": "Table {}", "figure": "Figure {}", "equation": "({})"}
_TOP_LEVEL = 2  # <h1> is the document's title

_Key = tuple[str, str]


class Numbering:
    """The numbers of one document."""

    def __init__(self) -> None:
        self._known: dict[_Key, str] = {}
        self._start_pass()

    def passes(self) -> Iterator[None]:
        """Yield twice; render the whole document each time and keep the second result.

        Raises InputError after the second pass, with one problem for each unknown reference.
        """
        self._start_pass()
        yield
        self._known = self._assigned
        self._start_pass()
        yield
        if self._unknown:
            raise InputError(*(_unknown(kind, name) for kind, name in self._unknown))

    def number(self, kind: str, name: str, level: int = _TOP_LEVEL) -> str:
        """Assign `name` the next number of its kind; a section has the level of its heading, <h2> being "1".

        Raises InputError if the kind is unknown, the name is taken, or a section's parent is missing.
        """
        _check_kind(kind, name)
        if (kind, name) in self._assigned:
            raise InputError(f"{kind} {name!r}: expected a name used once, found it twice. Hint: rename one of them")
        number = self._next_section(name, level) if kind == "section" else self._next(kind)
        self._assigned[kind, name] = number
        return number

    def ref(self, kind: str, name: str) -> Markup:
        """A link to what `name` names, such as `<a href="#table-and">Table 1</a>`.

        Raises InputError if the kind is unknown. The text is a placeholder in the first pass.
        """
        _check_kind(kind, name)
        if (kind, name) not in self._known:
            self._unknown[kind, name] = None
        text = _LINK_TEXT[kind].format(self._known.get((kind, name), "?"))
        return Markup('<a href="#{}-{}">{}</a>').format(kind, name, text)

    def _start_pass(self) -> None:
        self._assigned: dict[_Key, str] = {}
        self._unknown: dict[_Key, None] = {}  # a set that keeps the order
        self._counts: Counter[str] = Counter()
        self._section: list[int] = []

    def _next(self, kind: str) -> str:
        self._counts[kind] += 1
        return str(self._counts[kind])

    def _next_section(self, name: str, level: int) -> str:
        depth = level - _TOP_LEVEL
        if not 0 <= depth <= len(self._section):
            raise InputError(
                f"section {name!r}: expected level {_TOP_LEVEL} to {_TOP_LEVEL + len(self._section)}, found {level}. "
                "Hint: a heading is at most one level below the one before it"
            )
        previous = self._section[depth] if depth < len(self._section) else 0
        self._section = [*self._section[:depth], previous + 1]
        return ".".join(map(str, self._section))


def _check_kind(kind: str, name: str) -> None:
    if kind not in _LINK_TEXT:
        raise InputError(f"{name!r}: expected one of the kinds {', '.join(_LINK_TEXT)}, found {kind!r}")


def _unknown(kind: str, name: str) -> str:
    return f"reference: expected a {kind} named {name!r}, found none. Hint: name one so, or correct the reference"
