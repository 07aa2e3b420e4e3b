"""One answer: the kernel makes the same bits by whichever compiler, for whichever processor, with Python or without."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from configuration import ROOT

from pipeline.environment import machine
from pipeline.training import compiler
from pipeline.training.compiled import load

DRIVER = ROOT / "tests/training/answer.c"
EVERY = ("-std=c11", "-ffp-contract=off")
FEATURES = machine.cpu_features()
NATIVE = compiler.NATIVE
X86_64 = os.uname().machine == "x86_64"
NEEDED = {  # features of the processor, by what is compiled for it
    "-march=x86-64": set(),
    "-march=x86-64-v2": {"sse4_2"},
    "-march=x86-64-v3": {"avx2", "fma"},
    "-march=x86-64-v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}
OPTIONS = (
    *("-O0", "-O1", f"-O2 {NATIVE}", f"-O3 {NATIVE}", f"-Os {NATIVE}", f"-O3 -funroll-loops {NATIVE}"),
    *(f"-O3 {processor}" for processor, needed in NEEDED.items() if X86_64 and needed <= FEATURES),
)
COMPILERS = ("gcc", "clang", pytest.param("zig", marks=pytest.mark.slow))


def command(name: str) -> list[str]:
    """A compiler that is here; skips where it is not."""
    if name == "zig" and importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc", "-fno-sanitize=all"]
    if not shutil.which(name):
        pytest.skip(f"no {name} here")
    return [name] if name != "zig" else ["zig", "cc", "-fno-sanitize=all"]


@pytest.mark.parametrize("name", COMPILERS)
def test_every_compiler_makes_the_known_answer_with_all_options(tmp_path: Path, name: str) -> None:
    answers = {}
    for number, options in enumerate(OPTIONS):
        library = tmp_path / f"kernel{number}.so"
        spelled = (
            options.replace("-march=x86-64", "-march=x86_64").replace("64-v", "64_v") if name == "zig" else options
        )
        compile_ = [*command(name), *spelled.split(), *EVERY, "-fPIC", "-shared", "-o", library, compiler.SOURCE, "-lm"]
        done = subprocess.run(compile_, capture_output=True, text=True)
        assert done.returncode == 0, f"{options}: {done.stderr}"
        answers[options] = compiler.answer(load(library))
    assert answers == dict.fromkeys(OPTIONS, compiler.KNOWN)


def test_the_kernel_is_compiled_without_warnings() -> None:
    strict = ("-O2", "-Wall", "-Wextra", "-Wno-sign-compare", "-Werror", "-fsyntax-only")
    done = subprocess.run([*command("gcc"), *strict, *EVERY, compiler.SOURCE], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


EMULATED = {
    "a Haswell": ("gcc -march=haswell", "qemu-x86_64 -cpu Haswell", X86_64),
    "a Haswell without FMA instructions": ("gcc", "qemu-x86_64 -cpu Haswell", X86_64),
    "a Nehalem, which has none": ("gcc", "qemu-x86_64 -cpu Nehalem", X86_64),
    "an ARM": ("aarch64-linux-gnu-gcc", "qemu-aarch64", True),
    "an ARM, without optimisation": ("aarch64-linux-gnu-gcc -O0", "qemu-aarch64", True),
}


@pytest.mark.parametrize(("compile_", "emulator", "possible"), EMULATED.values(), ids=EMULATED)
def test_other_processors_make_the_known_answer(
    tmp_path: Path, compile_: str, emulator: str, *, possible: bool
) -> None:
    for program in (compile_, emulator):
        if not shutil.which(program.split()[0]):
            pytest.skip(f"no {program.split()[0]} here")
    if not possible:
        pytest.skip("the compiler here is for another processor")
    include, program = ("-I", compiler.SOURCE.parent), tmp_path / "answer"
    options = ("-O2", *compile_.split()[1:], *EVERY, "-static", *include, "-o", program)
    subprocess.run([compile_.split(maxsplit=1)[0], *options, DRIVER, "-lm"], check=True)
    told = subprocess.run([*emulator.split(), program], capture_output=True, check=True).stdout
    assert hashlib.sha256(told).hexdigest() == compiler.KNOWN
