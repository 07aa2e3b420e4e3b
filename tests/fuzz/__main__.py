"""Fuzz guided by coverage, with atheris (libFuzzer): what `make fuzz` runs.

    python -m fuzz --seconds 60                one target after the other
    python -m fuzz --target config --seconds 60

Ends with exit status 1 at the first input that a target should not have let through; it is left in tests/fuzz/found.
New inputs are gathered in tests/fuzz/gathered, beside the corpus, which is only read.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipeline", "yaml", "gzip", "zipfile", "jsonschema"]):
    from fuzz.targets import CORPUS, TARGETS, run

from fuzz.mutation import TOKENS

HERE = Path(__file__).parent
MEMORY = Path("/dev/shm")
BINARY = ("images", "labels", "packed", "archive")
MEGABYTES, SLOWEST_SECONDS, LONGEST_INPUT = 1024, 20, 16_384


def fuzz(name: str, seconds: int) -> None:
    """Fuzz one target; libFuzzer ends the process."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    gathered, found, dictionary = HERE / "gathered" / name, HERE / "found" / name, folder / "tokens"
    for each in (gathered, found):
        each.mkdir(parents=True, exist_ok=True)
    tokens = TOKENS["binary" if name in BINARY else "text"]
    dictionary.write_text("".join(f'"{_escaped(token)}"\n' for token in tokens))
    path = folder / "input"
    options = {
        "max_total_time": seconds,
        "rss_limit_mb": MEGABYTES,
        "timeout": SLOWEST_SECONDS,
        "max_len": LONGEST_INPUT,
        "dict": dictionary,
        "artifact_prefix": f"{found}/",
        "print_final_stats": 1,
        "verbosity": 1,
    }
    arguments = [f"-{option}={value}" for option, value in options.items()]
    atheris.Setup(
        ["fuzz", *arguments, str(gathered), str(CORPUS / name)], lambda content: run(TARGETS[name], content, path)
    )
    atheris.Fuzz()


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)


def main() -> None:
    """Command line of the fuzzer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    a = parser.parse_args()
    if a.target:
        fuzz(a.target, a.seconds)
        return
    for name in TARGETS:
        command = [sys.executable, "-m", "fuzz", "--target", name, "--seconds", str(a.seconds)]
        # in memory where there is such a folder; libFuzzer ends its process, so that this one tidies up
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as scratch:
            ended = subprocess.run(command, env=os.environ | {"TMPDIR": scratch}, check=False)
        if ended.returncode:
            sys.exit(
                f"{name}: expected InputError for whatever is wrong, found the above. Hint: tests/fuzz/found/{name}"
            )


if __name__ == "__main__":
    main()
