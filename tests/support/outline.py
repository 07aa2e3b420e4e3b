"""The structure of a page: its headings, tables and what lies in which."""

import re
from html.parser import HTMLParser


class Outline(HTMLParser):
    """What a page is made of: ids, links, headings, addresses that a browser would fetch, images."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.fetched: list[str] = []
        self.references: list[str] = []
        self.unnamed: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("link", "iframe", "object", "embed"):
            self.fetched.append(tag)
        if (source := attributes.get("src", "data:")) and not source.startswith("data:"):
            self.fetched.append(source)
        for name, value in attributes.items():
            self.references += re.findall(r"url\(#([^)]+)\)", value)
            if name in ("xlink:href", "href") and tag != "a" and value.startswith("#"):
                self.references.append(value[1:])
        named = attributes.get("aria-label") or attributes.get("alt")
        if tag == "img" or attributes.get("role") == "img":
            self.unnamed += [] if named else [tag]
