"""Reading YAML so that its mistakes are named: syntax, and keys given twice."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from pipeline.errors import InputError, shown

# in a file that is read as texts: levels of lists and mappings, and values, aliases written out
DEEPEST, MOST = 20, 100_000


def read_yaml(path: Path, *, as_texts: bool = False) -> Any:
    """Read one YAML document; a key given twice is an error. Raises InputError.

    With `as_texts`, meant for other people's files, every value is the text that stands there: 0.9450 keeps its last
    digit. Tags, which could make something else of it, more than MOST values, which aliases can make of a short file,
    and deep nesting are errors, too.
    """
    name = shown(path)
    try:
        text = path.read_text(encoding="utf-8")
        if not as_texts:
            return yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 - a SafeLoader
        _refuse_excess(text)
        return yaml.load(text, Loader=_TextLoader)  # noqa: S506 - a SafeLoader, too
    except OSError as error:
        raise InputError(f"{name}: expected a readable file, found: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: expected UTF-8 text, found byte {error.object[error.start]:#x}.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InputError(f"{name}{where}: expected YAML, found: {shown(str(error.problem))}.") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        found = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"{name}: expected YAML, found: {shown(found)}.") from error


def _refuse_excess(text: str) -> None:
    """Raise MarkedYAMLError for tags, values inside themselves, and too much.

    That is more than MOST values, or than DEEPEST levels, which could crash libyaml's loader.
    """
    sizes: dict[str, int] = {}  # of what an anchor names, aliases in it written out
    levels: list[tuple[str | None, int]] = [(None, 0)]
    for event in yaml.parse(text, Loader=_TextLoader):
        anchor, size = getattr(event, "anchor", None), 1
        mark: Any = event.start_mark
        if tag := getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(
                problem=f"the tag {tag.replace('tag:yaml.org,2002:', '!!', 1)}", problem_mark=mark
            )
        if isinstance(event, yaml.CollectionStartEvent):
            levels.append((anchor, 0))
            size = 0
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, size = levels.pop()
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
        if levels[-1][1] > MOST:
            raise yaml.MarkedYAMLError(problem=f"more than {MOST:,} values", problem_mark=mark)


class _UniqueKeys(yaml.constructor.SafeConstructor):
    """PyYAML's safe constructor, which would silently keep the last of two equal keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[Any, int] = {}
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                continue
            line = key_node.start_mark.line + 1
            if key_node.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key_node.value!r} a second time (first in line {seen[key_node.value]})",
                    problem_mark=key_node.start_mark,
                )
            seen[key_node.value] = line
        return super().construct_mapping(node, deep)


class _UniqueKeyLoader(_UniqueKeys, yaml.SafeLoader):
    """PyYAML's safe loader with unique keys."""


# libyaml is several times as fast, which counts for hundreds of files; its messages are in other words.
if TYPE_CHECKING:
    _FastLoader = yaml.SafeLoader
else:
    _FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _TextLoader(_UniqueKeys, _FastLoader):
    """The same without the rules by which plain values become numbers, dates and so on."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML asks for a mapping of the class
