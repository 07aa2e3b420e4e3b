"""The engine in C, compiled for every x86-64 processor with AVX2 (x86-64-v3), not for this one."""

from functools import partial

from bench.systems.ours import Engine
from pipeline.environment import machine
from pipeline.errors import InputError
from pipeline.training import compiled, compiler

if "avx2" not in machine.cpu_features():
    raise InputError(f"expected an x86-64 processor with AVX2, found {machine.cpu_model()}.")


class System(Engine):
    """The same code in another library."""

    make = partial(compiled.Trainer, library=compiler.library("-march=x86-64-v3"))
