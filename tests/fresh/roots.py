"""Debian systems in folders: a base for each release, and machines, each with its own changes laid over a base.

A command on one has namespaces of its own for mounts and processes, so that nothing which was mounted or started for it
is left when it ends, or when this program does.
"""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fresh.host import Settings, os_release, read_sources

PROGRAMS = ("mmdebstrap", "unshare", "setpriv", "git")
BARE = ("python3", "make", "git")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
USER, UID = "newcomer", 1000  # who may not become root
LONGEST = 3600  # seconds of a command

Command = list[str]


@dataclass(frozen=True)
class Line:
    """A line of output and when it came, in seconds since the epoch."""

    time: float
    text: str


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    status: int
    seconds: float
    lines: list[Line]


@dataclass(frozen=True)
class Root:
    """A machine's changes to a base, in a folder, and what it shares with the others of a release and of a user."""

    base: Path
    folder: Path
    user: str
    variables: dict[str, str]
    packages: list[Path]  # folders of them, at the same place as here
    cache: Path  # of what apt and pip have downloaded

    @property
    def home(self) -> Path:
        """The user's home folder on the machine."""
        return Path("/root") if self.user == "root" else Path("/home", self.user)

    @property
    def changes(self) -> Path:
        """Where what the machine has changed or made lies on this system."""
        return self.folder / "changes"

    def outside(self, path: Path) -> Path:
        """Where a file that the machine has changed or made lies on this system."""
        return self.changes / path.relative_to("/")

    def make(self, settings: Settings) -> None:
        """Make the machine's folders, with the user's own settings for pip in the home folder."""
        (self.folder / "work").mkdir(parents=True)
        (self.folder / "whole").mkdir()
        home = self.outside(self.home)
        (home / ".cache/pip").mkdir(parents=True)
        for place, path in settings.home.items():
            _copy(path, home / place)
        for name in ("apt", "pip"):
            (self.cache / name).mkdir(parents=True, exist_ok=True)

    def clone(self, project: Path, folder: Path) -> Path:
        """Clone the project's HEAD into a folder of the machine; returns where it lies on this system."""
        place = self.outside(folder)
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(project), str(place)], check=True)
        owner = "0:0" if self.user == "root" else f"{UID}:{UID}"
        # and what the machines before, of other users, have downloaded: pip reads no cache of someone else's
        subprocess.run(["chown", "-R", owner, str(self.outside(self.home)), str(self.cache / "pip")], check=True)
        return place

    def mounts(self) -> list[Command]:
        """What makes the folder `whole` the machine."""
        whole = self.folder / "whole"
        layers = f"lowerdir={self.base},upperdir={self.changes},workdir={self.folder}/work"
        places = {
            "/proc": ["-t", "proc", "proc"],
            "/sys": ["-t", "sysfs", "-o", "ro", "sysfs"],
            "/dev/shm": ["-t", "tmpfs", "tmpfs"],
            "/var/cache/apt/archives": ["--bind", str(self.cache / "apt")],
            f"{self.home}/.cache/pip": ["--bind", str(self.cache / "pip")],
            **{str(path): ["--bind", "-o", "ro", str(path)] for path in self.packages},
        }
        commands = [["mount", "-t", "overlay", "-o", layers, "overlay", str(whole)]]
        for place, kind in places.items():
            commands += [["mkdir", "-p", f"{whole}{place}"], ["mount", *kind, f"{whole}{place}"]]
        return commands

    def run(self, command: str, folder: Path, log: Path, *, user: str | None = None) -> Outcome:
        """Run a shell's command in a folder of the machine, as its user or another; a log gets its output."""
        user = user or self.user
        environment = {"HOME": str(self.home), "USER": user, "LOGNAME": user, "PATH": PATH} | self.variables
        who = [] if user == "root" else [f"--userspec={UID}:{UID}"]
        words = [*("env", "-i"), *(f"{name}={value}" for name, value in environment.items())]
        shell = ["timeout", str(LONGEST), "sh", "-c", f"cd {shlex.quote(str(folder))} && {command}"]
        with log.open("a", encoding="utf-8") as file:
            file.write(f"$ {command}\n")
        return _run(_apart([*self.mounts(), ["chroot", *who, str(self.folder / "whole"), *words, *shell]]), log)


def obstacle() -> str | None:
    """Why no machine can be made here, as what is expected and what was found; None if they can."""
    if (system := os_release().get("ID")) != "debian":
        return f"expected Debian, found {system or 'a system without a name'}"
    if missing := [name for name in PROGRAMS if shutil.which(name) is None]:
        return f"expected {', '.join(missing)} on the PATH, found none. Hint: ./setup.sh fresh"
    if not read_sources("stable"):
        return "expected Debian's packages among the sources of apt, found others only"
    if os.geteuid() != 0:
        return "expected root, who may mount, found an ordinary user. Hint: sudo make test-fresh"
    with tempfile.TemporaryDirectory(prefix="test-fresh-") as name:
        folder = Path(name)
        (folder / "base").mkdir()
        root = Root(folder / "base", folder / "machine", "root", {}, [], folder / "cache")
        root.make(Settings({}, "", [], [], {}))
        device = ["mknod", str(folder / "base/null"), "c", "1", "3"]
        tried = subprocess.run(
            _apart([device, *root.mounts(), ["cat", str(folder / "machine/whole/null")]]),
            capture_output=True,
            text=True,
        )
    return f"expected the right to mount, found: {' '.join(tried.stderr.split())}" if tried.returncode else None


def make_base(folder: Path, release: str, settings: Settings, log: Path) -> Outcome:
    """Make a bare system of a release that has the settings for pip and apt, and an ordinary user without sudo."""
    folder.mkdir()
    sources, options = folder.with_suffix(".sources"), folder.with_suffix(".conf")
    sources.write_text(read_sources(release), encoding="utf-8")
    options.write_text(settings.apt, encoding="utf-8")
    command = ["mmdebstrap", "--quiet", "--variant=apt", f"--include={','.join(BARE)}", f"--aptopt={options}"]
    made = _run(_apart([[*command, release, str(folder), str(sources)]]), log)
    if made.status == 0:
        for path in settings.files:
            _copy(path, folder / path.relative_to("/"))
        for name, line in (("passwd", f"{USER}:x:{UID}:{UID}::/home/{USER}:/bin/sh"), ("group", f"{USER}:x:{UID}:")):
            with (folder / "etc" / name).open("a") as file:
                file.write(f"{line}\n")
        write_hosts(folder / "etc/hosts", [])
    return made


def write_hosts(path: Path, unreachable: Iterable[str]) -> None:
    """Have a system look for itself, and for the hosts that it is not to reach, on itself."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"127.0.0.1 {' '.join(['localhost', socket.gethostname(), *unreachable])}\n", encoding="utf-8")


def install(packages: Iterable[str]) -> str:
    """The command that installs packages."""
    options = "--yes --quiet --quiet --no-install-recommends"
    return f"apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install {options} {' '.join(packages)}"


def _copy(source: Path, target: Path) -> None:
    """Copy a file or all files of a folder, but not over what is there."""
    if source.is_dir():
        for each in source.iterdir():
            _copy(each, target / each.name)
    elif source.is_file() and not os.path.lexists(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _apart(commands: Iterable[Command]) -> Command:
    """Run commands until one fails in new namespaces, which end with the last of them and with this program."""
    script = "\n".join(map(shlex.join, commands))
    unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    return ["setpriv", "--pdeathsig", "KILL", *unshare, "sh", "-euc", script]


def _run(command: Command, log: Path) -> Outcome:
    started, lines = time.time(), []
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    assert process.stdout
    try:
        with log.open("a", encoding="utf-8") as file:
            for text in process.stdout:
                lines.append(Line(time.time(), text.rstrip("\n")))
                file.write(text)
                file.flush()
        status = process.wait()
    except BaseException:
        _kill(process)
        raise
    return Outcome(status, time.time() - started, lines)


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill the first process of the namespace, with which all others end, until unshare has seen it end."""
    while process.poll() is None:
        with suppress(OSError):  # it has ended
            for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split():
                os.kill(int(child), signal.SIGKILL)
        time.sleep(0.05)
