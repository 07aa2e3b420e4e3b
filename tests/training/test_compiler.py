"""Building the kernel: whatever the compiler, the cache or the processor does, a kernel that is proved or one line."""

import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from configuration import ROOT
from oracle import needs_compiler

from pipeline.errors import RunError
from pipeline.files import cache, sealed
from pipeline.training import compiler

COMPILER = next(filter(None, map(shutil.which, compiler.COMPILERS)), "")
BUILD = [sys.executable, "-m", "pipeline.training.compiler"]
HINT = "Hint: gcc or clang, or another compiler in CC, or engine: numpy"

pytestmark = needs_compiler


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which this user's kernels are kept, empty, with no word of another compiler."""
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache.folder()


Program = Callable[[str], str]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Write a shell script that can be called, and give its path."""

    def write(script: str) -> str:
        path = tmp_path / f"program{len(list(tmp_path.glob('program*')))}"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    return write


@pytest.fixture
def recording(program: Program, tmp_path: Path) -> tuple[str, Path]:
    """A compiler that writes the options of each call into a line of a file."""
    calls = tmp_path / "calls"
    return program(f'echo "$@" >> {shlex.quote(str(calls))}; exec {COMPILER} "$@"'), calls


def kernels(kept: Path) -> list[Path]:
    """All that is kept of kernels."""
    return sorted(path for path in kept.rglob("*") if path.is_file())


def only(kept: Path) -> Path:
    """The one kernel that is kept, with its checksum and nothing else."""
    sums, kernel = kernels(kept)
    assert (sums.name, kernel.name) == (sealed.SUMS, "kernel.so")
    sealed.verify(kernel)
    return kernel


def problem() -> str:
    """The line that tells why there is no kernel."""
    with pytest.raises(RunError) as caught:
        compiler.library()
    (line,) = caught.value.problems
    assert "\n" not in line
    return line


# --- CC


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", compiler.NATIVE),
        ("-O1", f"-O1 {compiler.NATIVE}"),
        pytest.param(
            "-march=x86-64",
            "-march=x86-64",
            marks=pytest.mark.skipif(os.uname().machine != "x86_64", reason="not x86-64"),
        ),
    ],
)
def test_the_command_in_cc_compiles_for_this_processor_or_the_one_it_names(
    monkeypatch: pytest.MonkeyPatch, recording: tuple[str, Path], kept: Path, options: str, expected: str
) -> None:
    command, calls = recording
    monkeypatch.setenv("CC", f"{command} {options}")
    assert compiler.answer(compiler.library()) == compiler.KNOWN
    (call,) = calls.read_text().splitlines()
    assert call.startswith(f"{expected} {compiler.OPTIONS[0]} ")
    only(kept)


def test_a_program_in_front_of_the_compiler_is_called_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ccache is, or as `zig cc` is one command of two words."""
    monkeypatch.setenv("CC", f"env {COMPILER}")
    assert compiler.answer(compiler.library()) == compiler.KNOWN


@pytest.mark.parametrize("command", ["/nonexistent", "no-such-compiler -O2", "/", "/etc/passwd", '"', "a\nb"])
def test_a_cc_that_is_no_command_is_named(monkeypatch: pytest.MonkeyPatch, kept: Path, command: str) -> None:
    monkeypatch.setenv("CC", command)
    named = {"no-such-compiler -O2": "no-such-compiler", "a\nb": "a"}.get(command, command)
    assert problem() == f"CC: expected a C compiler, found {named}. {HINT}"
    assert kernels(kept) == []


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("exit 3", "exit status 3 and no library"),
        ("exit 0", "exit status 0 and no library"),
        (
            "echo kernel.c: warning: odd >&2; echo 'kernel.c:1: error: no' >&2; echo 'error: more' >&2; exit 1",
            "kernel.c:1: error: no",
        ),
        ("printf '\\377\\n' >&2; kill -9 $$", "exit status -9 and no library"),
    ],
)
def test_a_compiler_that_fails_is_told_by_its_first_error(
    monkeypatch: pytest.MonkeyPatch, program: Program, kept: Path, script: str, found: str
) -> None:
    command = program(script)
    monkeypatch.setenv("CC", command)
    assert problem() == f"kernel.c: expected `{command} {compiler.NATIVE}` to compile it, found: {found}. {HINT}"
    assert kernels(kept) == []


@pytest.mark.parametrize("content", ["", "no library", "\\177ELF"])
def test_what_is_no_library_is_not_loaded(monkeypatch: pytest.MonkeyPatch, program: Program, content: str) -> None:
    """From a compiler for another processor, or one that is broken."""
    command = program(f'while [ "$1" != -o ]; do shift; done; printf "{content}" > "$2"')
    monkeypatch.setenv("CC", command)
    line = problem()
    assert line.startswith(f"kernel.c: expected `{command} {compiler.NATIVE}` to compile it, found: /")
    assert line.endswith(f". {HINT}")


# --- The known answer


def altered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sound: str, other: str) -> None:
    """Have another source compiled."""
    code = compiler.SOURCE.read_text()
    assert code.count(sound) == 1
    path = tmp_path / "kernel.c"
    path.write_text(code.replace(sound, other))
    monkeypatch.setattr(compiler, "SOURCE", path)


@pytest.mark.parametrize(
    ("sound", "other"),
    [
        ("sum += p[c];", "sum += p[net->classes - 1 - c];"),  # in another order
        ("s[k] += s[k + half];", "s[k] += s[2 * half - 1 - k];"),
        ("[k], sum[k]);", "[k], (vec){0}) + sum[k];"),  # rounded twice
        ("y = fused(y, r, splat(coefficients[i]));", "y = y * r + splat(coefficients[i]);"),
        ("for (int i = 15; i > 0; i -= 2)", "for (int i = 13; i > 0; i -= 2)"),  # a term less
        ("i ? 1 : decay", "decay"),  # of batches with more images than are taken at once
        ("c < label ? logits[c] < logits[label]", "c < label ? 1"),  # counted otherwise
    ],
)
def test_a_kernel_of_another_answer_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sound: str, other: str
) -> None:
    altered(monkeypatch, tmp_path, sound, other)
    line = problem()
    assert line.startswith(
        f"engine: expected the known answer {compiler.KNOWN[:16]} of a small training from kernel.c "
    )
    assert line.endswith(" Hint: another compiler in CC, or engine: numpy")


def test_a_compiler_that_rounds_as_it_likes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", f"{COMPILER} -ffast-math")
    assert "-ffast-math" in problem()


# --- What is kept


def test_a_kernel_is_compiled_once_and_again_for_another_source_compiler_or_processor(
    monkeypatch: pytest.MonkeyPatch, recording: tuple[str, Path], tmp_path: Path
) -> None:
    command, calls = recording

    def compiled() -> int:
        before = len(calls.read_text().splitlines()) if calls.exists() else 0
        compiler.library()
        return len(calls.read_text().splitlines()) - before

    monkeypatch.setenv("CC", command)
    assert [compiled(), compiled()] == [1, 0]
    os.utime(command, (1, 1))  # as an upgrade leaves it
    assert [compiled(), compiled()] == [1, 0]
    monkeypatch.setenv("CC", f"{command} -g")
    assert [compiled(), compiled()] == [1, 0]
    altered(monkeypatch, tmp_path, "#include <stdint.h>\n", "#include <stdint.h>\n\n")
    assert [compiled(), compiled()] == [1, 0]
    monkeypatch.setattr(compiler.machine, "cpu_features", lambda: frozenset(("fpu",)))
    assert [compiled(), compiled()] == [1, 0]
    monkeypatch.setattr(compiler.machine, "cpu_model", lambda: "Another")
    assert [compiled(), compiled()] == [1, 0]


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut in half": lambda kernel: os.truncate(kernel, kernel.stat().st_size // 2),
    "emptied": lambda kernel: kernel.write_bytes(b""),
    "changed in a byte": lambda kernel: kernel.write_bytes(kernel.read_bytes()[:-1] + b"?"),
    "deleted": Path.unlink,
    "without its checksum": lambda kernel: kernel.with_name(sealed.SUMS).unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_kept_kernel_that_was_damaged_is_built_again(kept: Path, damage: Callable[[Path], object]) -> None:
    """In processes of their own: a library that is loaded and then cut kills whoever has it."""
    subprocess.run(BUILD, cwd=ROOT, check=True)
    sound = only(kept).read_bytes()
    damage(only(kept))
    done = subprocess.run(BUILD, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert only(kept).read_bytes() == sound


def test_a_cache_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "file")}
    done = subprocess.run(BUILD, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{tmp_path}/file/")
    assert line.endswith(": expected to read and write here, found: Not a directory.")


def test_processes_that_compile_at_once_all_have_the_kernel(program: Program, kept: Path) -> None:
    environment = os.environ | {"CC": program(f'sleep 0.5; exec {COMPILER} "$@"')}
    started = [subprocess.Popen(BUILD, cwd=ROOT, env=environment, stderr=subprocess.PIPE) for _ in range(3)]
    assert [(process.communicate()[1], process.returncode) for process in started] == [(b"", 0)] * 3
    only(kept)


def test_a_compilation_that_is_killed_leaves_nothing(program: Program, kept: Path, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    slow = program(f'{COMPILER} "$@"; touch {shlex.quote(str(begun))}; sleep 60')
    process = subprocess.Popen(BUILD, cwd=ROOT, env=os.environ | {"CC": slow}, start_new_session=True)
    while not begun.exists():
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert kernels(kept) == []
    compiler.library()
    only(kept)


# --- Without a compiler


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without clang and gcc; what stands in for zig calls the compiler of this one by its place."""
    places = os.environ["PATH"]
    monkeypatch.setattr(compiler, "COMPILERS", ())
    script = (
        f'#!/bin/sh\n[ "$1 $2" = "cc -fno-sanitize=all" ] || exit 9\nshift 2\n'
        f'PATH={shlex.quote(places)} exec {COMPILER} {compiler.NATIVE} "$@"\n'
    )
    wheel = tmp_path / "wheels/ziglang-0.1-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        executable = zipfile.ZipInfo("ziglang/zig")
        executable.external_attr = 0o100755 << 16
        archive.writestr(executable, script)
        archive.writestr("ziglang-0.1.dist-info/METADATA", "Metadata-Version: 2.1\nName: ziglang\nVersion: 0.1\n")
        archive.writestr(
            "ziglang-0.1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("ziglang-0.1.dist-info/RECORD", "")
    lock = tmp_path / "requirements-compiler.lock"
    lock.write_text(f"ziglang==0.1 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    monkeypatch.setattr(compiler, "LOCK", lock)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))


@pytest.mark.usefixtures("bare")
def test_without_a_compiler_the_one_of_the_lock_is_installed_once_and_said_before(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kept: Path
) -> None:
    installed, install = [], compiler._install
    caplog.set_level("INFO", "pipeline")

    def spy(folder: Path) -> None:
        (told,) = caplog.messages
        assert told == f"engine: no clang or gcc here: installing zig, a compiler of 411 MB, into {kept}."
        installed.append(folder)
        install(folder)

    monkeypatch.setattr(compiler, "_install", spy)
    for _ in range(2):
        assert compiler.answer(compiler.library()) == compiler.KNOWN
    (folder,) = installed
    assert (folder.parent, len(caplog.messages)) == (kept, 1)
    assert (folder / "ziglang/zig").is_file()


@pytest.mark.usefixtures("bare")
def test_an_installation_that_was_killed_is_begun_anew(kept: Path) -> None:
    (folder,) = {Path(str(compiler._zig().parents[1]))}
    shutil.rmtree(folder)
    part = Path(f"{folder}.part")
    (part / "ziglang").mkdir(parents=True)
    (part / "ziglang/zig").write_text("half")
    compiler.library()
    assert not part.exists()
    assert {path.parts[len(kept.parts)] for path in kernels(kept)} >= {folder.name}


@pytest.mark.usefixtures("bare")
def test_a_compiler_that_cannot_be_installed_is_one_line(monkeypatch: pytest.MonkeyPatch, kept: Path) -> None:
    compiler.LOCK.write_text(f"ziglang==0.1 --hash=sha256:{'0' * 64}\n")
    line = problem()
    assert line.startswith(f"{compiler.LOCK}: expected pip to install it, found: ")
    assert line.endswith(f". {HINT}")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    assert problem().startswith(f"{compiler.LOCK}: expected pip to install it, found: ")
    assert not [path for path in kept.iterdir() if path.is_dir()]
