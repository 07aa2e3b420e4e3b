"""Memory and arithmetic of the kernel, watched by gcc's sanitizers over many shapes.

Not by clang's, of which version 14 hangs where addresses are drawn at random.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from configuration import ROOT

from pipeline.training import compiler

SANITIZED = (
    *("-O1", "-g", "-std=c11", "-ffp-contract=off", "-fPIC", "-shared"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
)
RUNTIMES = ("libasan.so", "libubsan.so")


@cache
def runtimes() -> str:
    """What has to be loaded before Python; nothing where there are no sanitizers."""
    if not shutil.which("gcc"):
        return ""
    asked = (["gcc", f"-print-file-name={library}"] for library in RUNTIMES)
    found = [subprocess.run(each, capture_output=True, text=True, check=True).stdout.strip() for each in asked]
    return " ".join(found) if all(map(os.path.isabs, found)) else ""


pytestmark = pytest.mark.skipif(not runtimes(), reason="no gcc with its sanitizers here")


def watched(folder: Path, code: str, shapes: int, *options: str) -> subprocess.CompletedProcess[str]:
    """Train with the kernel of this code."""
    source, library = folder / "kernel.c", folder / "kernel.so"
    source.write_text(code)
    compile_ = ["gcc", *SANITIZED, *options, "-o", library, source, "-lm"]
    subprocess.run(compile_, check=True)
    preload = {"LD_PRELOAD": runtimes(), "ASAN_OPTIONS": "detect_leaks=0", "PYTHONPATH": str(ROOT)}
    program = [sys.executable, ROOT / "tests/training/sanitized.py", library, str(shapes)]
    return subprocess.run(program, cwd=ROOT, env=os.environ | preload, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("options", [compiler.NATIVE, "-O0", "-O3"])
def test_no_shape_has_the_kernel_leave_its_memory_or_compute_what_c_does_not_define(
    tmp_path: Path, options: str
) -> None:
    done = watched(tmp_path, compiler.SOURCE.read_text(), 40, options)
    assert done.returncode == 0, f"{done.stdout[-200:]}\n{done.stderr}"
    assert done.stdout.splitlines()[-1] == "done"
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("sound", "other", "said"),
    [
        ("t < s->start[i + 1]; t++)\n            f", "t <= s->start[i + 1]; t++)\n            f", "AddressSanitizer"),
        ("c < net->padded; c += LANES", "c <= net->padded; c += LANES", "AddressSanitizer"),
        ("k < n * net->hidden; k += LANES", "k <= n * net->hidden; k += LANES", "AddressSanitizer"),
        ("integer j = -1; j < columns", "integer j = -2; j < columns", "AddressSanitizer"),
        ("h < net->width; h++", "h <= net->width; h++", "AddressSanitizer"),
        ("(int32_t)exponent >> 23", "(int32_t)exponent * (int32_t)exponent", "signed integer overflow"),
    ],
    ids=["a sparse number more", "logits", "activations", "columns", "biases", "an overflow"],
)
def test_they_would_tell(tmp_path: Path, sound: str, other: str, said: str) -> None:
    """So that the test above does not hold of sanitizers that see nothing."""
    code = compiler.SOURCE.read_text()
    assert code.count(sound) == 1
    done = watched(tmp_path, code.replace(sound, other), 40)
    assert done.returncode != 0
    assert said in done.stderr
