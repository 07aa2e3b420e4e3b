"""Reading YAML so that its mistakes are named: syntax, and keys given twice."""

from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import InputError


def read_yaml(path: Path, *, as_texts: bool = False) -> Any:
    """Read one YAML document; a key given twice is an error. Raises InputError.

    With `as_texts` every plain value is the text that stands there: 0.9450 keeps its last digit.
    """
    loader = _TextLoader if as_texts else _UniqueKeyLoader
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are SafeLoaders
    except OSError as error:
        raise InputError(f"{path}: expected a readable file, found: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected UTF-8 text, found byte {error.object[error.start]:#x}.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InputError(f"{path}{where}: expected YAML, found: {error.problem}.") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InputError(f"{path}: expected YAML, found: {str(error).splitlines()[0]}.") from error


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML's safe loader, which would silently keep the last of two equal keys."""

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


class _TextLoader(_UniqueKeyLoader):
    """The same without the rules by which plain values become numbers, dates and so on."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML asks for a mapping of the class
