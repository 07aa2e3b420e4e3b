"""A Slurm of one node, from Debian's packages, in a temporary folder: no systemd, and nothing in /etc."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "sinfo", "scontrol")
PATIENCE = 60  # seconds in which a daemon answers, or the node changes its state
CPUS, MEMORY = 2, 3000  # of the node, which need not be there; MB
UNLIMITED = 10_000  # jobs in an hour
# Mounts an empty file system over a folder, for what is called here alone (root).
HIDE = 'mount -t tmpfs none "$0" && exec "$@"'
# Without accounting. What a node that is down was at may start again after 5 seconds. A job is killed if it needs more
# memory than it asked for. The queue takes so many jobs in an hour, as on clusters that limit them for each user.
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ReturnToService=2
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
KillWait=2
JobSubmitPlugins=throttle
SchedulerParameters=jobs_per_user_per_hour={queue},bf_interval=1,sched_interval=1
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory}
PartitionName=debug Nodes={host} Default=YES
"""


def missing() -> list[str]:
    """The programs of a cluster that are not there."""
    return [name for name in PROGRAMS if shutil.which(name, path=_path()) is None]


@dataclass
class Cluster:
    """The daemons and what they share, a folder."""

    folder: Path
    ports: tuple[int, int]
    hidden: Path | None = None  # a folder that looks empty to the node and its jobs
    daemons: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What makes Slurm's commands talk to this cluster, and marks all that is started here or by a job."""
        return {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": f"{self.folder}{os.pathsep}{_path()}"}

    def configure(self, queue: int) -> None:
        """Write slurm.conf; the queue takes so many jobs in an hour."""
        text = CONFIGURATION.format(
            host=_host(),
            user=getpass.getuser(),
            folder=self.folder,
            controller_port=self.ports[0],
            node_port=self.ports[1],
            queue=queue,
            cpus=CPUS,
            memory=MEMORY,
        )
        (self.folder / "slurm.conf").write_text(text)

    def ask(self, *command: str) -> str:
        """The output of one of Slurm's commands; nothing if it fails."""
        environment = os.environ | self.environment
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE).stdout

    def start(self, name: str, *command: str) -> None:
        """Start a daemon by its command; its log is in the folder."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.daemons[name] = subprocess.Popen(
                command,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_node(self) -> None:
        """Start the compute daemon, and wait until the node takes jobs."""
        hidden = ["unshare", "--mount", "sh", "-c", HIDE, str(self.hidden)] if self.hidden else []
        self.start("slurmd", *hidden, "slurmd", "-D")
        self._wait_for_node()

    def kill_node(self) -> None:
        """Kill the compute daemon and all that its node is at, and spare the cluster the time until it notices."""
        self._kill([self.daemons["slurmd"].pid, *filter(_of_a_job, self.processes())])
        self.daemons["slurmd"].wait()
        self.ask("scontrol", "update", f"NodeName={_host()}", "State=DOWN", "Reason=killed")
        self._wait("a node that is down", lambda: self.state().startswith("down"))

    def kill_jobs(self) -> None:
        """Kill what jobs are at, and not Slurm's keepers of them."""
        self._kill([pid for pid in self.processes() if _of_a_job(pid) and not _is_keeper(pid)])

    def limit_queue(self, jobs: int) -> None:
        """Start the controller again with a queue that takes so many jobs in an hour, from now on."""
        self.configure(jobs)
        self.daemons["slurmctld"].kill()
        self.daemons["slurmctld"].wait()
        self.start("slurmctld", "slurmctld", "-D")
        self._wait_for_node()

    def begin(self) -> None:
        """Start all daemons, and wait until the node takes jobs."""
        files = [
            f"--{option}={self.folder}/munge.{option}" for option in ("socket", "key-file", "pid-file", "seed-file")
        ]
        # --force: a folder in /tmp, which everyone can write to
        self.start("munged", "munged", "--foreground", "--force", *files)
        self._wait("the socket of munged", (self.folder / "munge.socket").exists)
        self.start("slurmctld", "slurmctld", "-D")
        self.start_node()

    def end(self) -> None:
        """Kill all of the cluster and its jobs, until nothing of it is left."""
        self._wait("that nothing is left", self._is_killed)

    def _is_killed(self) -> bool:
        left = self.processes()
        self._kill(left)
        for daemon in self.daemons.values():
            daemon.poll()  # so that the dead are not counted
        return not left

    def state(self) -> str:
        """What the controller says of the node."""
        return self.ask("sinfo", "--noheader", "--format=%T").strip()

    def processes(self) -> list[int]:
        """All that was started here or by a job of this cluster, and lives."""
        mark = b"SLURM_CONF=" + os.fsencode(self.folder / "slurm.conf")
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended, or is another's
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append(int(process.name))
        return found

    def _kill(self, pids: list[int]) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _wait_for_node(self) -> None:
        self._wait("a node that takes jobs", lambda: self.state() in ("idle", "mixed", "allocated"))

    def _wait(self, what: str, happens: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not happens():
            if time.monotonic() > deadline:
                logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in self.folder.glob("*.log"))
                raise TimeoutError(f"slurm: expected {what} within {PATIENCE} s, found '{self.state()}'.\n{logs}")
            time.sleep(0.1)


def with_storage(storage: Path) -> list[str]:
    """The options of a `snakemake` process whose jobs on Slurm share nothing with it but a folder for a storage.

    A job has a folder of its own on its node, with the sources that it is sent and copies of the files that it needs.
    """
    return [
        *("--profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", "1"),
        *("--default-storage-provider", "fs", "--default-storage-prefix", str(storage)),
        *("--shared-fs-usage", "none", "--job-deploy-sources", "--slurm-logdir", str(storage / "slurm_logs")),
        *("--precommand", r'own=\$(mktemp -d) && cd \$own && trap "rm -rf \$own" EXIT'),
    ]


@contextmanager
def cluster(hidden: Path | None = None) -> Iterator[Cluster]:
    """Yield a cluster of one node, to which a folder looks empty if it is `hidden`.

    In the end nothing is left of it: no daemon, no job, no file.
    """
    # a folder of pytest's has too long a name for a socket
    with tempfile.TemporaryDirectory(prefix="slurm-") as name:
        here = Cluster(Path(name), _free_ports(), hidden)
        _prepare(here.folder)
        try:
            here.configure(UNLIMITED)
            here.begin()
            yield here
        finally:
            here.end()


def _prepare(folder: Path) -> None:
    folder.chmod(0o755)  # munged asks that its clients reach the socket
    (folder / "state").mkdir()
    (folder / "spool").mkdir()
    key = folder / "munge.key-file"
    key.touch(mode=0o600)
    key.write_bytes(os.urandom(128))
    # what runs in a job calls it without SLURM_CONF, and would look in /etc
    srun = folder / "srun"
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {shutil.which("srun")} "$@"\n')
    srun.chmod(0o755)


def _host() -> str:
    return socket.gethostname().split(".")[0]


def _of_a_job(pid: int) -> bool:
    """Whether a process is part of a job, or Slurm's keeper of one."""
    try:
        return b"SLURM_JOB_ID=" in Path(f"/proc/{pid}/environ").read_bytes() or _is_keeper(pid)
    except OSError:
        return False  # it has ended


def _is_keeper(pid: int) -> bool:
    try:
        return "slurmstepd" in Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
    except OSError:
        return False  # it has ended


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("", 0)) as one, socket.create_server(("", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def _path() -> str:
    """This Python first; the daemons are in sbin, which need not be on the PATH."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin", "/sbin"])


def main() -> None:
    """Bring a cluster up and end it: exit status 0 if that can be done."""
    if absent := missing():
        sys.exit(f"slurm: expected {', '.join(absent)} on the PATH, found none.")
    try:
        with cluster():
            pass
    except (OSError, TimeoutError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
