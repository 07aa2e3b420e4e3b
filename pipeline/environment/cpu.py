"""Whether this CPU can have the numerics that config.yaml asks for."""

from pathlib import Path

from pipeline.environment.machine import CPUINFO, cpu_model
from pipeline.environment.numerics import Numerics
from pipeline.errors import InputError

# What x86-64-v3 has and older CPUs lack, as Linux calls it.
_FEATURES = ("avx", "avx2", "fma", "f16c", "bmi1", "bmi2", "abm", "movbe")


def require(numerics: Numerics, origin: str, cpuinfo: Path = CPUINFO) -> None:
    """Raise InputError if this CPU cannot have these numerics; `origin` names the file that asks for them."""
    if numerics == "fast":
        return
    found = _features(cpuinfo)
    if missing := [name for name in _FEATURES if name not in found]:
        raise InputError(
            f"{origin}: numerics: expected an x86-64 CPU with AVX2 and FMA (x86-64-v3) for portable, found "
            f"{cpu_model(cpuinfo)}, without {', '.join(missing)}. Hint: numerics: fast"
        )


def _features(cpuinfo: Path) -> frozenset[str]:
    """The features of the first CPU that Linux lists; none on other architectures, which call them otherwise."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    return next((frozenset(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), frozenset())
