"""A stand-in for Kubernetes: the part of its API that Snakemake's executor calls, with pods that are processes here.

No container is made, no image pulled, and nothing is scheduled. A job is held against the schema of the API, and its
command runs at once, in an empty folder, with the variables that the job names and no others, and a PATH that has this
Python's programs, as the image has them. The folder of the build is not hidden from it; it is told of nothing there.
"""

import base64
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import yaml
from flask import Flask, request
from kubernetes_validate import ValidationError, latest_version, validate
from werkzeug.serving import WSGIRequestHandler, make_server

Answer = tuple[dict[str, Any] | str, int]
JSON = dict[str, Any]
CORE, BATCH = "/api/v1/namespaces/<namespace>", "/apis/batch/v1/namespaces/<namespace>"
# In place of pip: an image has all that a job needs, and a cluster may have no way to an index.
NO_PIP = "#!/bin/sh\necho 'pip: expected never to be called.' >&2\nexit 1\n"


@dataclass
class Pod:
    """A job and its one pod, which is a process here: never started again."""

    job: JSON
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def name(self) -> str:
        """The name of the job."""
        name: str = self.job["metadata"]["name"]
        return name

    @property
    def command(self) -> str:
        """What its container runs."""
        return shlex.join(_container(self.job)["args"])

    @property
    def log(self) -> str:
        """What its container wrote."""
        return (self.folder / "log").read_text(errors="replace")

    def kill(self) -> None:
        """End it as a node does that is out of memory, or gone."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def status(self) -> JSON:
        """The status of the job."""
        ended = self.process.poll()
        return {"active": 1} if ended is None else {"succeeded" if ended == 0 else "failed": 1}

    def describe(self) -> JSON:
        """The pod, as far as the executor reads it."""
        ended = self.process.poll()
        # of a signal, 137 and the like
        exit_code = ended if ended is None or ended >= 0 else 128 - ended
        state = {"running": {}} if exit_code is None else {"terminated": {"exitCode": exit_code}}
        container = {"name": "snakemake", "state": state, "image": "", "imageID": "", "ready": True, "restartCount": 0}
        return {"metadata": {"name": f"{self.name}-pod"}, "status": {"containerStatuses": [container]}}


@dataclass
class Cluster:
    """The jobs and secrets that were posted, and the file that leads a client here."""

    folder: Path
    pods: dict[str, Pod] = field(default_factory=dict)
    ended: list[Pod] = field(default_factory=list)
    secrets: dict[str, JSON] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What leads a `snakemake` process here."""
        return {"KUBECONFIG": str(self.folder / "kubeconfig")}

    @property
    def all_pods(self) -> list[Pod]:
        """Those that run and those that were deleted."""
        return [*self.ended, *self.pods.values()]

    def start(self, job: JSON) -> Pod:
        """Run the command of a job."""
        folder = Path(tempfile.mkdtemp(dir=self.folder, prefix="pod-"))
        for name in ("workdir", "home", "tmp"):
            (folder / name).mkdir()
        container = _container(job)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*container["command"], *container["args"]],
                cwd=folder / "workdir",
                env=self._image(folder) | {one["name"]: self._value(one) for one in container.get("env", [])},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        pod = self.pods[job["metadata"]["name"]] = Pod(job, folder, process)
        return pod

    def delete(self, name: str) -> None:
        """Delete a job, with its pod."""
        pod = self.pods.pop(name)
        pod.kill()
        self.ended.append(pod)

    def _image(self, folder: Path) -> dict[str, str]:
        path = [self.folder / "bin", Path(sys.executable).parent, "/usr/bin", "/bin"]
        return {"PATH": os.pathsep.join(map(str, path)), "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")}

    def _value(self, variable: JSON) -> str:
        if "value" in variable:
            return str(variable["value"])
        reference = variable["valueFrom"]["secretKeyRef"]
        return base64.b64decode(self.secrets[reference["name"]]["data"][reference["key"]]).decode()


def _container(job: JSON) -> JSON:
    (container,) = job["spec"]["template"]["spec"]["containers"]
    return dict(container)


def _failure(code: int, message: str) -> Answer:
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code}, code


def _application(cluster: Cluster) -> Flask:
    api = Flask(__name__)

    @api.post(f"{CORE}/secrets")
    def post_secret(namespace: str) -> Answer:
        secret = {"apiVersion": "v1", "kind": "Secret"} | _sent()
        validate(secret, latest_version(), strict=True)
        cluster.secrets[secret["metadata"]["name"]] = secret
        return secret, 201

    @api.delete(f"{CORE}/secrets/<name>")
    def delete_secret(namespace: str, name: str) -> Answer:
        return cluster.secrets.pop(name), 200

    @api.post(f"{BATCH}/jobs")
    def post_job(namespace: str) -> Answer:
        # what a request leaves out of these, the server knows by its address
        job = {"apiVersion": "batch/v1", "kind": "Job"} | _sent()
        try:
            validate(job, latest_version(), strict=True)
        except ValidationError as error:
            return _failure(422, str(error))
        cluster.start(job)
        return job, 201

    @api.get(f"{BATCH}/jobs/<name>/status")
    def job_status(namespace: str, name: str) -> Answer:
        if name not in cluster.pods:
            return _failure(404, f"jobs.batch {name!r} not found")
        return {"status": cluster.pods[name].status()}, 200

    @api.delete(f"{BATCH}/jobs/<name>")
    def delete_job(namespace: str, name: str) -> Answer:
        cluster.delete(name)
        return {"status": "Success"}, 200

    @api.get(f"{CORE}/pods")
    def list_pods(namespace: str) -> Answer:
        name = request.args["labelSelector"].removeprefix("job-name=")
        return {"items": [cluster.pods[name].describe()] if name in cluster.pods else []}, 200

    @api.delete(f"{CORE}/pods/<name>")
    def delete_pod(namespace: str, name: str) -> Answer:
        cluster.pods[name.removesuffix("-pod")].kill()
        return {"metadata": {"name": name}}, 200

    @api.get(f"{CORE}/pods/<name>/log")
    def pod_log(namespace: str, name: str) -> Answer:
        if request.args.get("previous") == "True":
            return _failure(400, f'previous terminated container "snakemake" in pod "{name}" not found')
        return cluster.pods[name.removesuffix("-pod")].log, 200

    return api


def _sent() -> JSON:
    sent: JSON = json.loads(request.get_data())
    return sent


def _kubeconfig(url: str) -> str:
    here = {"cluster": "stand-in", "user": "stand-in"}
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "stand-in",
            "clusters": [{"name": "stand-in", "cluster": {"server": url}}],
            "users": [{"name": "stand-in", "user": {}}],
            "contexts": [{"name": "stand-in", "context": here}],
        }
    )


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing of requests."""


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Yield a cluster without jobs. In the end nothing is left of it: no process, no file."""
    with tempfile.TemporaryDirectory(prefix="kubernetes-") as name:
        here = Cluster(Path(name))
        (here.folder / "bin").mkdir()
        (here.folder / "bin/pip").write_text(NO_PIP)
        (here.folder / "bin/pip").chmod(0o755)
        server = make_server("127.0.0.1", 0, _application(here), threaded=True, request_handler=_Quiet)
        (here.folder / "kubeconfig").write_text(_kubeconfig(f"http://127.0.0.1:{server.port}"))
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield here
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            for pod in here.all_pods:
                pod.kill()
