"""What is numbered in the HTML is in the PDF's text. Each check returns its problems, and none for a good pair."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from page.programs import output

CAPTIONS = ("figcaption", "caption")
CAPTION = re.compile(r"(?:Table|Figure) \d+\. \S+")  # with a word, so that no sentence that ends so is taken for one
VOID = {"br", "img", "hr", "wbr", "col", "input", "meta", "link"}


class _Labels(HTMLParser):
    """The equation numbers and the beginnings of the captions on a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.equations: Counter[str] = Counter()
        self.captions: Counter[str] = Counter()
        self._open: list[tuple[str, str]] = []
        self._text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            self._text += " "
            return
        self._open.append((tag, dict(attrs).get("class") or ""))
        if tag in CAPTIONS or self._is_number():
            self._text = ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        text = " ".join(self._text.split())
        if tag in CAPTIONS and (match := CAPTION.match(text)):
            self.captions[match[0]] += 1
        elif self._is_number():
            self.equations[text] += 1
        while self._open and self._open.pop()[0] != tag:
            pass

    def _is_number(self) -> bool:
        """Whether the innermost open element is the number of an equation."""
        classes = [name.split() for _, name in self._open]
        return "number" in classes[-1] and any("equation" in names for names in classes[:-1]) if classes else False


def equation_numbers(html: str, pdf: Path) -> list[str]:
    """The number of an equation stands alone at the right end of its line."""
    lines = [line.rstrip() for line in _lines(pdf)]
    found = [match[1] for line in lines if (match := re.search(r"(?:^|\s{3})(\(\d+\))$", line))]
    return _differences(_Labels(html).equations, Counter(found))


def captions(html: str, pdf: Path) -> list[str]:
    """A caption begins a line or, beside another, follows a gap."""
    parts = [part for line in _lines(pdf) for part in re.split(r"\s{2,}", line)]
    found = [match[0] for part in parts if (match := CAPTION.match(part))]
    return _differences(_Labels(html).captions, Counter(found))


def _lines(pdf: Path) -> list[str]:
    text = output("pdftotext", "-layout", pdf, "-")
    return text.replace("\u00a0", " ").splitlines()


def _differences(expected: Counter[str], found: Counter[str]) -> list[str]:
    if not expected:
        return ["HTML: expected something numbered, found nothing"]
    return [
        f"{label}: expected {expected[label]} in the PDF as in the HTML, found {found[label]}"
        for label in expected | found
        if expected[label] != found[label]
    ]
