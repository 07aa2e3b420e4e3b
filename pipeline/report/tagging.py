"""What WeasyPrint leaves open in the tags of a PDF.

It tags page by page. Here a table that goes on over pages becomes one table with one header, header cells get a scope,
links the words that they show, and what only belongs to the page, such as its number, is said to be an artifact.
"""

from collections.abc import Iterator
from typing import Any

import pydyf

Element = Any  # a structure element: a dictionary of pydyf, whose kids K are references


def finish(document: Any, pdf: Any) -> None:
    """Complete the tags of a PDF that is set but not written, as WeasyPrint's `finisher`."""
    boxes = [box for page in document.pages for box in _within(page._page_box)]
    for box in boxes:
        if box.link_annotation:
            box.link_annotation["Contents"] = pydyf.String(" ".join("".join(box.element.itertext()).split()))
        if _is_cell(box) and box.element_tag == "th":
            box.mark["A"]["Scope"] = "/Column" if box.element.get("scope", "col").startswith("col") else "/Row"
    tree = _Tree(pdf)
    _drop_inner_links(boxes, pdf, tree)
    _join_tables([box for box in boxes if box.is_table_wrapper and box.element_tag == "table"], tree)
    _exclude_artifacts(pdf, tree)


class _Tree:
    """The structure elements of a PDF."""

    def __init__(self, pdf: Any) -> None:
        self.objects = {each.reference: each for each in pdf.objects}
        self.root = self.objects[pdf.catalog["StructTreeRoot"]]

    def above(self, element: Element, kind: str) -> Element:
        """The nearest element of a kind above one."""
        while element["S"] != kind:
            element = self.objects[element["P"]]
        return element

    def remove(self, element: Element) -> None:
        """Take an element, and all below it, out of the tree."""
        self.objects[element["P"]]["K"].remove(element.reference)

    def move(self, element: Element, parent: Element) -> None:
        """Make an element the last kid of another."""
        self.remove(element)
        element["P"] = parent.reference
        parent["K"].append(element.reference)

    def reached(self) -> set[bytes]:
        """The references of all elements that are in the tree."""
        found: set[bytes] = set()
        left = list(self.root["K"])
        while left:
            if (key := left.pop()) in self.objects and "S" in self.objects[key]:
                found.add(key)
                left += self.objects[key]["K"]
        return found


def _within(box: Any) -> Iterator[Any]:
    yield from box.descendants(placeholders=True)


def _is_cell(box: Any) -> bool:
    return hasattr(box, "mark")  # the cell's structure element


def _drop_inner_links(boxes: list[Any], pdf: Any, tree: _Tree) -> None:
    """Leave the link of an <a> alone: WeasyPrint gives what is marked up in it, such as <i>, a second one."""
    inner = {
        box.link_annotation.reference
        for box in boxes
        if box.link_annotation and box.element_tag.partition("::")[0] != "a"
    }
    for element in tree.objects.values():
        if isinstance(element, dict) and "K" in element:
            element["K"][:] = [key for key in element["K"] if not _points_to(tree.objects.get(key), inner)]
    for page in (tree.objects[key] for key in pdf.page_references):
        page["Annots"] = pydyf.Array([key for key in page.get("Annots", []) if key not in inner])


def _points_to(reference: Any, annotations: set[bytes]) -> bool:
    return isinstance(reference, dict) and reference.get("Obj") in annotations


def _join_tables(tables: list[Any], tree: _Tree) -> None:
    """Append the rows of a table's later pieces to its first one, without the header that they repeat."""
    first: dict[Any, Element] = {}  # of each table, group of rows and cell of the page: its first piece
    for table in tables:
        cells = [box for box in _within(table) if _is_cell(box)]
        piece = tree.above(cells[0].mark, "/Table")
        names = {
            box.mark["ID"].data: first.setdefault(box.element, box.mark)["ID"] for box in cells if "ID" in box.mark
        }
        for box in cells:
            if headers := box.mark["A"].get("Headers"):
                headers[:] = [names[name.data] for name in headers]
        for group in (box for box in _within(table) if box.element_tag in ("thead", "tbody")):
            rows = tree.above(next(filter(_is_cell, _within(group))).mark, f"/T{group.element_tag[1:].capitalize()}")
            if group.element not in first:
                first[group.element] = rows
                tree.move(rows, first.get(table.element, piece))
            elif group.element_tag == "tbody":
                for key in list(rows["K"]):
                    tree.move(tree.objects[key], first[group.element])
        if first.setdefault(table.element, piece) is not piece:
            tree.remove(piece)


def _exclude_artifacts(pdf: Any, tree: _Tree) -> None:
    """Mark what no element of the tree holds as an artifact of its page: running titles, numbers, repeated headers."""
    reached = tree.reached()
    owners = tree.objects[tree.root["ParentTree"]]["Nums"]
    for number, page in enumerate(tree.objects[key] for key in pdf.page_references):
        held = owners[2 * number + 1]  # the reference of the element that holds each piece of content
        outside = {mcid for mcid, key in enumerate(held) if key not in reached}
        content = tree.objects[page["Contents"]].stream
        for at, operand in enumerate(content):
            if isinstance(operand, dict) and operand.get("MCID") in outside:
                content[at - 1 : at + 1] = ["/Artifact", pydyf.Dictionary({"Type": "/Pagination"})]
        held[:] = ["null" if mcid in outside else key for mcid, key in enumerate(held)]
