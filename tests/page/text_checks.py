"""What is numbered in the HTML is in the PDF's text. Each check returns its problems, and none for a good pair."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from page.programs import output

NUMBER = re.compile(r"\(\d+\)")
CAPTION = re.compile(
    r"(?:Table|Figure) [A-Z]?\d+\. \S+"
)  # with a word, so that no sentence that ends so is taken for one
CAPTIONS = ("figcaption", "caption")
NOT_TEXT = ("head", "script", "svg")


def equation_numbers(html: str, pdf: Path) -> list[str]:
    """The numbers at the equations and in the sentences that refer to them."""
    return _differences(NUMBER.findall(_Page(html).text), NUMBER.findall(_text(pdf)))


def captions(html: str, pdf: Path) -> list[str]:
    """The beginnings of the captions; in the PDF, one begins a line or follows a gap beside another."""
    expected = [match[0] for text in _Page(html).captions if (match := CAPTION.match(text))]
    parts = re.split(r"\n\s*|\s{2,}", _text(pdf))
    return _differences(expected, [match[0] for part in parts if (match := CAPTION.match(part))])


class _Page(HTMLParser):
    """The text of a page and of its captions; drawings have no text that counts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.captions: list[str] = []
        self._start = 0
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in NOT_TEXT
        if tag == "br":
            self.text += " "
        if tag in CAPTIONS:
            self._start = len(self.text)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in NOT_TEXT
        if tag in CAPTIONS:
            self.captions.append(" ".join(self.text[self._start :].split()))


def _text(pdf: Path) -> str:
    return output("pdftotext", "-layout", pdf, "-").replace("\u00a0", " ")


def _differences(in_html: list[str], in_pdf: list[str]) -> list[str]:
    expected, found = Counter(in_html), Counter(in_pdf)
    if not expected:
        return ["HTML: expected something numbered, found nothing"]
    return [
        f"{label}: expected {expected[label]} in the PDF as in the HTML, found {found[label]}"
        for label in expected | found
        if expected[label] != found[label]
    ]
