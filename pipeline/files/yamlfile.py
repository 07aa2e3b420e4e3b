"""Reading YAML so that its mistakes are named, and so that no file takes more memory or time than its size explains."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from pipeline.errors import InputError, shown

# bytes of a file; levels of its lists and mappings; its values, aliases written out
LARGEST, DEEPEST, MOST = 2**20, 20, 100_000
_LONGEST = 200  # characters of what a message shows
# What libyaml's loader and PyYAML's own read differently: marks that are no text or end a line, tabs, a comment right
# behind the head of a block, and question marks between brackets.
_ODD_MARK = re.compile("[\ufeff\x85\u2028\u2029]")
_INDENTING_TAB = re.compile(r"^ *\t[ \t]*[^\s#]", re.MULTILINE)
_HEAD_WITH_COMMENT = re.compile(r"[^|>]*[|>][-+0-9]*#")


def read_yaml(path: Path, most: int = MOST) -> Any:
    """Read one YAML document, in which every value is the text that stands there: 0.9450 keeps its last digit.

    So nothing is read in two ways: 010, 1:10 and yes, which versions of YAML differ on, are texts. Only an empty value,
    ~ and null are None. Raises InputError.

    Besides wrong syntax, these are errors: keys given twice or that are no texts; tags; values inside themselves; more
    than `most` values, which aliases can make of a short file; deep nesting; tabs that indent; a large file; one that
    is a pipe or a device.
    """
    name = shown(path)
    try:
        text = _content(path).decode("utf-8")
    except OSError as error:
        raise InputError(f"{name}: expected a readable file, found: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: expected UTF-8 text, found byte {error.object[error.start]:#x}.") from error
    except ValueError as error:  # a name that no file can have
        raise InputError(f"{name}: expected a readable file, found: {error}.") from error
    return parse_yaml(text, name, most)


def parse_yaml(text: str, name: str, most: int = MOST) -> Any:
    """Read a text as `read_yaml` reads a file; `name` is what errors call it. Raises InputError."""
    try:
        text = _in_one_dialect(text)
        _refuse_excess(text, most)
        return yaml.load(text, Loader=_TextLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        found = str(error.problem).removeprefix("but ").removeprefix("found ")
        raise InputError(f"{name}{where}: expected YAML, found: {_short(found)}.") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        found = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"{name}: expected YAML, found: {_short(found)}.") from error


def read_own(path: Path, words: Mapping[str, str] | None = None) -> Any:
    """Read a YAML file that is part of the project, whose mistakes nobody needs to be told, with words replaced."""
    text = path.read_text(encoding="utf-8")
    for word, meant in (words or {}).items():
        text = text.replace(word, meant)
    return yaml.load(text, Loader=_FastLoader)  # noqa: S506 - a SafeLoader


def _short(text: str) -> str:
    escaped = shown(text)
    return escaped if len(escaped) <= _LONGEST else escaped[:_LONGEST] + "..."


def _content(path: Path) -> bytes:
    """The bytes of a file. Raises InputError for what need not come to an end."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise InputError(f"{shown(path)}: expected a file, found a pipe or a device.")
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise InputError(f"{shown(path)}: expected at most {LARGEST:,} bytes, found more.")
    return content


def _in_one_dialect(text: str) -> str:
    """The text with spaces for tabs between words. Raises MarkedYAMLError for what loaders of YAML read differently."""
    text = text.removeprefix("\ufeff")
    for odd, problem in (
        (_ODD_MARK, "a mark that ends no line and is no text"),
        (_INDENTING_TAB, "a tab that indents"),
    ):
        if found := odd.search(text):
            line = text.count("\n", 0, found.start())
            column = found.start() - text.rfind("\n", 0, found.start()) - 1
            mark = yaml.Mark("", found.start(), line, column, None, 0)
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
    return text.replace("\t", " ")


def _read_differently(event: yaml.ScalarEvent, text: str, in_flow: bool) -> str | None:
    """What of a scalar only libyaml's loader takes."""
    mark: Any = event.start_mark
    if event.style in ("|", ">") and _HEAD_WITH_COMMENT.match(text, mark.index):
        return "a comment without a space before it"
    if in_flow and not event.style and "?" in event.value:
        return "a question mark between brackets and without quotes"
    return None


def _refuse_excess(text: str, most: int) -> None:
    """Raise MarkedYAMLError for tags, values inside themselves, and too much.

    That is more than `most` values, or than DEEPEST levels, which could crash libyaml's loader and which PyYAML's own
    takes seconds for.
    """
    sizes: dict[str, int] = {}  # of what an anchor names, aliases in it written out
    levels: list[tuple[str | None, int]] = [(None, 0)]
    in_flow = [False]
    for event in yaml.parse(text, Loader=_TextLoader):
        anchor, size = getattr(event, "anchor", None), 1
        mark: Any = event.start_mark
        if tag := getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(
                problem=f"the tag {tag.replace('tag:yaml.org,2002:', '!!', 1)}", problem_mark=mark
            )
        if isinstance(event, yaml.ScalarEvent) and (problem := _read_differently(event, text, in_flow[-1])):
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
        if isinstance(event, yaml.CollectionStartEvent):
            levels.append((anchor, 0))
            in_flow.append(bool(event.flow_style))
            size = 0
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, size = levels.pop()
            in_flow.pop()
        elif isinstance(event, yaml.AliasEvent):
            if any(anchor == outer for outer, _ in levels):
                raise yaml.MarkedYAMLError(problem=f"*{anchor} inside &{anchor}", problem_mark=mark)
            anchor, size = None, sizes.get(anchor or "", 0)
        outer, total = levels[-1]
        levels[-1] = outer, total + size
        if anchor and size:
            sizes[anchor] = size
        if len(levels) > DEEPEST + 1:
            raise yaml.MarkedYAMLError(problem=f"more than {DEEPEST} levels", problem_mark=mark)
        if levels[-1][1] > most:
            raise yaml.MarkedYAMLError(problem=f"more than {most:,} values", problem_mark=mark)


class _PlainKeys(yaml.constructor.SafeConstructor):
    """PyYAML's safe constructor, which would silently keep the last of two equal keys."""

    def construct_document(self, node: yaml.Node) -> Any:
        # before anything is constructed: a mapping that is merged into another one gets its keys a second time
        for mapping in _mappings(node):
            _check_keys(mapping)
        return super().construct_document(node)


def _mappings(root: yaml.Node) -> Iterator[yaml.MappingNode]:
    """The mappings in a node and below, each once, however many aliases name it."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen or isinstance(node, yaml.ScalarNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield node
            waiting += [each for pair in node.value for each in pair]
        else:
            waiting += node.value


def _check_keys(mapping: yaml.MappingNode) -> None:
    lines: dict[str, int] = {}
    for key, _ in mapping.value:
        line = key.start_mark.line + 1
        if key.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
            found = repr(key.value) if isinstance(key, yaml.ScalarNode) else "a list or a mapping"
            problem = f"{found} as a key, which is no text"
        elif key.value in lines:
            problem = f"the key {key.value!r} a second time (first in line {lines[key.value]})"
        else:
            lines[key.value] = line
            continue
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)


# libyaml is several times as fast, which counts for hundreds of files.
if TYPE_CHECKING:
    _FastLoader = yaml.SafeLoader
else:
    _FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_RESOLVED = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")


class _TextLoader(_PlainKeys, _FastLoader):
    """A loader without the rules by which plain values become numbers, dates and so on; null and << keep theirs."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML asks for a mapping of the class
        first: [rule for rule in rules if rule[0] in _RESOLVED]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
