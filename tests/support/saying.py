"""What a text says: its names, numbers and directions, in whatever words.

A test looks up a sentence by what it speaks of, and holds names, numbers and directions against the truth. Sentences
may be put better, while the words of a direction are among those listed here.

>>> said = Passage("With η = 1 it falls 3.0 times, with η = e−2 it rises 1.5 times.")
>>> said.paired("times"), said.words(MOVE)
({'η = 1': 3.0, 'η = e−2': 1.5}, ['fall', 'rise'])
"""

import re
from collections.abc import Mapping
from html import unescape

Group = Mapping[str, str]  # by what is meant, a pattern of the words that say it

NAME = r"[ηλ] = (?:\d+(?:\.\d+)?)?(?:e(?:−?\d+)?)?|hidden units \d+|batch size \d+"
UNITS = {
    "points": r"(−?\d+\.\d+)(?= (?:percentage )?points?\b)",
    "accuracy": r"(?<![±=] )\b(−?\d\.\d{4})\b(?! (?:percentage )?points)",
    "percent": r"(\d+(?:\.\d+)?)(?= ?%)",
    "times": r"(\d+(?:\.\d+)?)(?= times\b)",
    "epochs": r"(\d+(?:\.\d+)?)(?= epochs?\b)",
    "epoch": r"\bepoch (\d+)",
    "any": r"(?<![\w.])(−?\d[\d,]*(?:\.\d+)?)",
}

SIDE: Group = {
    "above": r"\b(?:above|higher|ahead|more|exceeds|better)\b",
    "below": r"\b(?:below|lower|behind|less|worse)\b",
}
MOVE: Group = {
    "rise": r"\b(?:ris(?:e|es|en|ing)|rose|gain\w*|grow\w*|grew|increas\w*)\b",
    "fall": r"\b(?:fall\w*|fell|drop\w*|declin\w*|shr[aiu]nk\w*|decreas\w*)\b",
}
RANK: Group = {"best": r"\b(?:best|highest)\b", "worst": r"\b(?:worst|lowest)\b"}
SIZE: Group = {"large": r"\b(?:large\w*|great\w*|big\w*)\b", "small": r"\bsmall\w*\b"}
CLEAR: Group = {
    "open": r"\b(?:not|no|cannot)\b[^.:;,]{,30}\b(?:clear\w*|told apart|said|judged)\b|\bopen whether\b|\bwithin what",
    "clear": r"\bclear\w*",
}
OUTCOME: Group = {
    "wrong": r"\b(?:wrong|fail\w*|not reproduced|contradict\w*)\b",
    "right": r"\b(?:right|reproduced|support\w*)\b",
}


class Passage(str):
    """A text with a line for each paragraph, heading and list item."""

    __slots__ = ()

    def sentences(self) -> list["Passage"]:
        """Its sentences; none goes on in another line."""
        return [Passage(each) for line in self.splitlines() for each in re.split(r"(?<=[.?!])\s+", line) if each]

    def sentence(self, *marks: str) -> "Passage":
        """The first sentence in which all the patterns occur, in any order and case."""
        return self._first(self.sentences(), "sentence", marks)

    def line(self, *marks: str) -> "Passage":
        """The first paragraph, heading or item in which all the patterns occur."""
        return self._first([Passage(each) for each in self.splitlines()], "paragraph", marks)

    def _first(self, parts: list["Passage"], kind: str, marks: tuple[str, ...]) -> "Passage":
        for part in parts:
            if part.has(*marks):
                return part
        raise AssertionError(f"the page has no {kind} with {', '.join(map(repr, marks))}. It says: {self}")

    def has(self, *marks: str) -> bool:
        """Whether all the patterns occur in it."""
        return all(re.search(mark, self, re.IGNORECASE) for mark in marks)

    def after(self, heading: str) -> "Passage":
        """What follows a line with this text."""
        lines = self.splitlines()
        return Passage("\n".join(lines[lines.index(self.line(rf"^{heading}")) + 1 :]))

    def names(self) -> list[str]:
        """η = e−2, λ = 1: in their order."""
        return re.findall(NAME, self)

    def numbers(self, unit: str) -> list[float]:
        """The numbers with this unit, in their order."""
        return [float(each.replace("−", "-").replace(",", "")) for each in re.findall(UNITS[unit], self)]

    def number(self, unit: str) -> float:
        """The one number with this unit."""
        (number,) = self.numbers(unit) or self._none(f"a number of {unit}")
        return number

    def _none(self, what: str) -> list[float]:
        raise AssertionError(f"the page does not say {what}: {self}")

    def paired(self, unit: str) -> dict[str, float]:
        """The numbers by the names, the first with the first."""
        names, numbers = self.names(), self.numbers(unit)
        assert len(names) == len(numbers), f"{names} do not belong to {numbers}: {self}"
        return dict(zip(names, numbers, strict=True))

    def words(self, group: Group) -> list[str]:
        """Which of a group's meanings its words have, in their order."""
        meanings = list(group)
        pattern = "|".join(f"({words})" for words in group.values())
        return [meanings[(match.lastindex or 1) - 1] for match in re.finditer(pattern, self, re.IGNORECASE)]

    def meaning(self, group: Group) -> str:
        """The one meaning that its words of a group have."""
        found = set(self.words(group))
        assert len(found) == 1, f"{sorted(group)} are to be told apart, and the page says {sorted(found)}: {self}"
        return found.pop()


_LEFT_OUT = re.compile(
    r"<(svg|table|details|script|style)\b.*?</\1>|<img\b[^>]*>|<div class=\"source\">.*?</div>", re.DOTALL
)
_BLOCK = re.compile(r"</?(?:p|h\d|li|ul|ol|div|figure|figcaption|section|dt|dd|dl)\b[^>]*>|<!--.*?-->")
# what a page shows if a number is missing, a value was printed as an object, or a sentence is put together badly
_MISHAP = re.compile(r"\bnan\b|\bNone\b(?! of)|Quantity\(|Markup\(|\binf\b| [.,;:](?: |$)|\.\.|\{\{|%\}")


def passage(html: str) -> Passage:
    """The text of HTML without its tables, figures and sources."""
    pieces = _BLOCK.split(_LEFT_OUT.sub(" ", html))
    lines = (" ".join(unescape(re.sub(r"<[^>]+>", "", piece)).split()) for piece in pieces)
    found = "\n".join(line for line in lines if line)
    assert not _MISHAP.search(found), found
    return Passage(found)
