"""The command line of a step follows from its function.

Light to import, since every run is a process of its own.
"""

import inspect
import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

from pipeline.cli.console import run_step
from pipeline.errors import shown
from pipeline.files.typed_json import decode


def command(step: Callable[..., None]) -> Callable[[], None]:
    """What reads the command line, calls the step with it and exits as `run_step` does; 2 for a wrong argument.

    Each parameter is an option of its name, those before `/` are arguments without one, and those with a default may be
    left out. The annotation says what is read: Path, str, datetime, Literal, a dataclass or TypedDict as JSON, any of
    them `| None`, and Sequence[X] for one or more; with a default, for any number. `--log` is a file for the messages.
    """
    return partial(_run, step)


def _run(step: Callable[..., None]) -> None:
    parser = ArgumentParser(description=(inspect.getdoc(step) or "").partition(" Raises")[0])
    kinds = get_type_hints(step, include_extras=True)
    parameters = inspect.signature(step).parameters.values()
    for parameter in parameters:
        _add(parser, parameter, kinds[parameter.name])
    parser.add_argument("--log", type=Path, help="a file for the messages")
    told = vars(parser.parse_args())
    log = told.pop("log")
    nameless = [told.pop(each.name) for each in parameters if each.kind is each.POSITIONAL_ONLY]
    run_step(lambda: step(*nameless, **told), log)


def _add(parser: ArgumentParser, parameter: inspect.Parameter, kind: Any) -> None:
    optional = parameter.default is not parameter.empty
    if get_origin(kind) is UnionType:
        kind = next(each for each in get_args(kind) if each is not NoneType)
    several = get_origin(kind) is Sequence
    how: dict[str, Any] = {"type": partial(_read, get_args(kind)[0] if several else kind)}
    if several:
        how["nargs"] = "*" if optional else "+"
    elif optional:
        how |= {"nargs": "?", "const": parameter.default}
    if optional:
        how["default"] = parameter.default
    if parameter.kind is parameter.POSITIONAL_ONLY:
        parser.add_argument(parameter.name, **how)
    else:
        parser.add_argument(f"--{parameter.name.replace('_', '-')}", required=not optional, **how)


def _read(kind: Any, text: str) -> Any:
    """One value of an argument, of a type that is no list."""
    if kind is Path:
        return Path(text)
    if kind is datetime:
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise ArgumentTypeError(f"expected a date and time, found {shown(text)}") from error
    if get_origin(kind) is Literal and text not in get_args(kind):
        raise ArgumentTypeError(f"expected {' or '.join(get_args(kind))}, found {shown(text)}")
    try:
        return decode(text if is_dataclass(kind) or is_typeddict(kind) else json.dumps(text), kind)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
