"""Filling the pages of the PDF: text flows past a figure or table that has no room on its page.

WeasyPrint leaves the rest of a page empty before what it may not break. Here that is moved behind what follows it;
figures and tables, each for themselves, stay in their order.
"""

from collections.abc import Iterator
from typing import Any

import cssselect2

PASSES = 4  # a move changes all pages after it, so they are set again, so often at most
HOLE = 0.1  # of the page's height; less than this may stay empty
TEXT = ("p", "ul")  # beside tables that break between their rows


def fill(page: Any, **options: Any) -> Any:
    """The document of a page, an HTML of WeasyPrint, with figures and tables moved to where they leave no holes."""
    document = page.render(**options)
    for _ in range(PASSES):
        if not _move_exhibits(document, page.etree_element):
            break
        page.wrapper_element = cssselect2.ElementWrapper.from_html_root(page.etree_element)
        document = page.render(**options)
    return document


def _move_exhibits(document: Any, root: Any) -> bool:
    """Move each exhibit that begins a page behind what the page before it has room for; whether any was moved."""
    parents = {child: parent for parent in root.iter() for child in parent}
    pages = [list(_blocks(page._page_box)) for page in document.pages]
    heights: dict[Any, float] = {}  # of text, and of tables that may break
    for box in (box for boxes in pages for box in boxes):
        if box.element.tag in TEXT or (_is_table(box.element) and box.style["break_inside"] == "auto"):
            heights[box.element] = heights.get(box.element, 0) + box.height
    moved = False
    for page, boxes, following in zip(document.pages, pages, pages[1:], strict=False):
        if not boxes or not following:
            continue
        bottom = max(box.position_y + box.height for box in boxes)
        room = page._page_box.content_box_y() + page._page_box.height - bottom
        exhibit = following[0].element
        if room > HOLE * page.height and (exhibit.get("class") == "exhibit" or _is_table(exhibit)):
            siblings = parents[exhibit]
            place = list(siblings).index(exhibit)
            others = {each: height for each, height in heights.items() if not _is_table(exhibit) or not _is_table(each)}
            if behind := _filling(siblings[place + 1 :], others, room, room + page._page_box.height):
                siblings.remove(exhibit)
                siblings.insert(place + behind, exhibit)
                moved = True
    return moved


def _blocks(box: Any) -> Iterator[Any]:
    """The paragraphs, headings and exhibits of a page."""
    for child in box.children:
        if child.element_tag in ("html", "body", "main", "section"):
            yield from _blocks(child)
        elif child.element is not None and child.is_in_normal_flow():
            yield child


def _is_table(element: Any) -> bool:
    return bool(element.get("class") == "table")


def _filling(elements: list[Any], heights: dict[Any, float], room: float, most: float) -> int:
    """How many of the elements, which follow each other, fill the room: at most so high, and up to the next heading."""
    count, total = 0, 0.0
    for element in elements:
        total += heights.get(element, most + 1)
        if total > most:
            break
        count += 1
        if total >= room:
            break
    return count
