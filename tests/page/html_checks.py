"""Checks of an HTML page. Each returns its problems, and none for a good page."""

import json
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from page.programs import TOOLS, output, path_of

VALIDATOR = TOOLS / "node_modules/vnu-jar/build/dist/vnu.jar"


def validity(page: Path) -> list[str]:
    """Every error, warning and remark of the Nu Html Checker, about the HTML and the CSS in it."""
    answer = output("java", "-jar", VALIDATOR, "--format", "json", "--stdout", "--exit-zero-always", page)
    return [f"line {m.get('lastLine', '?')}: {m['message']}" for m in json.loads(answer)["messages"]]


class _Names(HTMLParser):
    """The ids of a page and the links within it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.targets: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if "id" in attributes:
            self.ids[attributes["id"]] += 1
        for name in ("href", "xlink:href"):
            if attributes.get(name, "").startswith("#"):
                self.targets.append(attributes[name][1:])


def broken_links(html: str) -> list[str]:
    """Links to an id that the page does not have."""
    names = _Names(html)
    return [f"#{target}: no element has this id" for target in sorted(set(names.targets) - set(names.ids))]


def repeated_ids(html: str) -> list[str]:
    """Ids that more than one element has."""
    return [f"{name}: the id of {count} elements" for name, count in _Names(html).ids.items() if count > 1]


@dataclass(frozen=True)
class Finding:
    """What the browser found: its kind is axe, overflow, sight, contrast, contents, request, console or error."""

    where: str
    kind: str
    what: str


def in_browser(page: Path) -> list[Finding]:
    """All findings in light and dark, wide and narrow, with details closed and open, and of the layout on a tablet."""
    answer = output("node", TOOLS / "inspect.mjs", path_of("chromium"), page)
    return [Finding(**finding) for finding in json.loads(answer)]
