"""The finished page as a reader meets it: headings, tables by their heads, figures with captions and data, sentences.

It knows the outer form of the page and nothing of what the page should say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

VOID = frozenset({"meta", "br", "img", "col", "link", "input", "hr", "wbr"})
UNREAD = frozenset({"svg", "script", "style", "table", "details", "figure", "img", "pre"})  # in a sentence
MINUS, DASH = "\u2212", "\u2013"


class _Builder(HTMLParser):
    """HTML that is well formed but for its void elements, as a tree."""

    def __init__(self) -> None:
        super().__init__()
        self.tree = ET.TreeBuilder()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tree.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.tree.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tree.start(tag, {name: value or "" for name, value in attrs})
        self.tree.end(tag)

    def handle_endtag(self, tag: str) -> None:
        self.tree.end(tag)

    def handle_data(self, data: str) -> None:
        self.tree.data(data)


def text_of(element: ET.Element, *, without: frozenset[str] = frozenset()) -> str:
    """What an element says on one line: powers as e^-1, indices as W_1, minus signs as hyphens, formulas in words."""
    return " ".join("".join(_pieces(element, without)).replace(MINUS, "-").split())


def _pieces(element: ET.Element, without: frozenset[str]) -> Iterator[str]:
    if element.tag == "svg":
        yield f" [{element.get('aria-label', '')}] " if element.get("class") == "math" else ""
        return
    yield {"sup": "^", "sub": "_"}.get(element.tag, "")
    yield element.text or ""
    for child in element:
        if child.tag not in without or (child.tag == "svg" and child.get("class") == "math"):
            yield from _pieces(child, without)
        yield child.tail or ""


@dataclass(frozen=True)
class Row:
    """A row of a table: its head, or heads, and its cells by the heads of their columns.

    `printed` are the cells of the row below it that has the write-up's numbers; empty where there is none.
    """

    head: tuple[str, ...]
    cells: dict[str, str]
    element: ET.Element
    printed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table: its heads in their order, and groups of rows, each with its title (empty where it has none)."""

    heads: tuple[str, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    styles: tuple[str, ...] = ()  # of each group, the class of the last cell of its title

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for _, rows in self.groups for row in rows)

    @property
    def columns(self) -> tuple[str, ...]:
        """The heads above cells, without those above the heads of rows."""
        heads = len(self.rows[0].head) if self.rows else 0
        return self.heads[heads:]

    def row(self, *head: str) -> dict[str, str]:
        """The cells of the one row with this head."""
        (found,) = [row.cells for row in self.rows if row.head == head]
        return found

    def cell(self, row: str, column: str) -> str:
        return self.row(row)[column]

    def cells(self) -> dict[tuple[str, str], str]:
        """Every cell of a table with one head for each row."""
        return {(" ".join(row.head), column): text for row in self.rows for column, text in row.cells.items()}


@dataclass(frozen=True)
class Exhibit:
    """A numbered table or figure: 'Table 4', what its caption says, where it comes from, and what it holds."""

    name: str
    label: str
    caption: str
    source: str
    section: str
    table: Table | None
    description: str = ""
    data_label: str = ""
    drawing: ET.Element | None = None


@dataclass
class Section:
    """A heading with what stands below it up to the next one: paragraphs and items of lists."""

    name: str
    number: str
    title: str
    level: int
    paragraphs: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.paragraphs)


@dataclass
class Page:
    """All of it. `summary` is the list on the first page."""

    title: str
    sections: list[Section] = field(default_factory=list)
    exhibits: dict[str, Exhibit] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)  # those without a caption, by the section that names them
    summary: dict[str, str] = field(default_factory=dict)
    contents: list[str] = field(default_factory=list)
    checks: list[tuple[str, str]] = field(default_factory=list)  # the equation beside, the outcome
    equations: dict[str, str] = field(default_factory=dict)
    listings: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)  # where to, and what a reader sees

    def section(self, name: str) -> Section:
        (found,) = [each for each in self.sections if each.name == name]
        return found

    def text(self, name: str) -> str:
        """The sentences of a section and of what stands below its smaller headings."""
        at = next(n for n, each in enumerate(self.sections) if each.name == name)
        level = self.sections[at].level
        below = [self.sections[at]]
        for each in self.sections[at + 1 :]:
            if each.level <= level:
                break
            below.append(each)
        return " ".join(each.text for each in below)

    def table(self, name: str) -> Table:
        found = self.exhibits[f"table-{name}"].table
        assert found is not None
        return found

    def data(self, name: str) -> Table:
        """What unfolds under a figure."""
        found = self.exhibits[f"figure-{name}"].table
        assert found is not None, f"{name} shows no data"
        return found


def read(html: str) -> Page:
    """Read a page."""
    builder = _Builder()
    builder.feed(html[html.index("<body>") : html.index("</body>") + len("</body>")])
    body = builder.tree.close()
    title = next(body.iter("h1"))
    page = Page(text_of(title))
    page.sections.append(Section("", "", page.title, 1))
    _walk(body, page)
    own = [each for each in body.iter("a") if each.get("href", "").startswith("#")]
    page.links = [(each.get("href", "")[1:], text_of(each)) for each in own]
    return page


def _walk(element: ET.Element, page: Page) -> None:
    classes = element.get("class", "").split()
    if re.fullmatch(r"h[2-6]", element.tag):
        number = next((text_of(each) for each in element.iter("span") if each.get("class") == "number"), "")
        title = text_of(element).removeprefix(number).strip()
        name = element.get("id", "").removeprefix("section-") or title
        page.sections.append(Section(name, number, title, int(element.tag[1])))
    elif "contents" in classes:
        page.contents = [text_of(each) for each in element.iter("li")]
    elif element.tag == "dl":
        heads, told = element.findall("dt"), element.findall("dd")
        page.summary = {text_of(head): text_of(each) for head, each in zip(heads, told, strict=True)}
    elif element.get("id", "").startswith(("table-", "figure-")):
        exhibit = _exhibit(element, page.sections[-1].name)
        page.exhibits[exhibit.name] = exhibit
    elif element.tag == "table":
        page.tables[element.get("aria-labelledby", "").removeprefix("section-")] = read_table(element)
    elif element.tag == "pre":
        page.listings.append("".join(element.itertext()))
    elif "check" in classes:
        equation = max(page.equations, key=list(page.equations).index, default="")
        page.checks.append((equation, text_of(element)))
    elif "equation" in classes:
        page.equations[element.get("id", "").removeprefix("equation-")] = text_of(element)
    elif element.tag in ("p", "li") and not any(child.tag in ("p", "ul") for child in element):
        page.sections[-1].paragraphs.append(text_of(element, without=UNREAD))
    else:
        for child in element:
            _walk(child, page)


def _exhibit(element: ET.Element, section: str) -> Exhibit:
    caption = next(element.iter("figcaption"))
    label = next(text_of(each) for each in caption.iter("a") if each.get("class") == "label")
    tables = list(element.iter("table"))
    drawing = next((e for e in element.iter() if e.get("role") == "img" and e.get("class") != "math"), None)
    if drawing is None:
        drawing = next(element.iter("img"), None)
    described = "" if drawing is None else drawing.get("aria-label") or drawing.get("alt") or ""
    source = next((text_of(e) for e in element.iter("div") if e.get("class") == "source"), "")
    return Exhibit(
        name=element.get("id", ""),
        label=label.rstrip("."),
        caption=text_of(caption).removeprefix(label).strip(),
        source=source.removeprefix("Source").lstrip(": ").strip(),
        section=section,
        table=read_table(tables[0]) if tables else None,
        description=" ".join(described.replace(MINUS, "-").split()),
        data_label=tables[0].get("aria-label", "") if tables else "",
        drawing=drawing,
    )


def read_table(element: ET.Element) -> Table:
    """Rows under their heads; a head over all columns begins a group."""
    (head,) = element.findall("thead/tr")
    heads = tuple(text_of(each) for each in head)
    groups: list[tuple[str, tuple[Row, ...]]] = []
    styles: list[str] = []
    for body in element.findall("tbody"):
        title, rows = "", []
        styles.append("")
        for row in body.findall("tr"):
            own = [each for each in row if each.get("scope") == "row"]
            if any(each.get("scope") == "rowgroup" for each in row):
                title, styles[-1] = " | ".join(text_of(each) for each in row), row[-1].get("class", "")
                continue
            values = [text_of(each) for each in row if each not in own]
            columns = heads[len(own) :]
            assert len(values) <= len(columns), f"more cells than heads: {text_of(row)}"
            cells = dict(zip(columns, values, strict=False))
            if row.get("class") == "published":
                assert [text_of(each) for each in own] == ["write-up"]
                rows[-1].printed.update(cells)
                continue
            rows.append(Row(tuple(text_of(each) for each in own), cells, row))
        groups.append((title, tuple(rows)))
    return Table(heads, tuple(groups), tuple(styles))
