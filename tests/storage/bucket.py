"""An S3 server in this process, moto's, with one bucket, that denies, throttles, loses or cuts what a test says."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any, Literal

import boto3
import requests
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

BUCKET = "builds"
PREFIX = f"s3://{BUCKET}/mnist"
FOREVER = 10**9
# what the server answers, and what its client makes of that
DENIED = ("403 Forbidden", "AccessDenied")
THROTTLED = ("503 Slow Down", "SlowDown")
LOST = ("404 Not Found", "NoSuchKey")
ANSWERS = {"deny": DENIED, "throttle": THROTTLED, "lose": LOST}

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


@dataclass
class Fault:
    """What happens to requests whose method and path match: to one of so many, so many times."""

    kind: Literal["deny", "throttle", "lose"]
    path: str = ""
    method: str = ""
    every: int = 1
    times: int = FOREVER
    seen: int = 0
    struck: int = 0

    def strikes(self, environ: Environ) -> bool:
        """Whether a request is struck, which is counted."""
        named = re.search(self.path, environ["PATH_INFO"]) and re.search(self.method, environ["REQUEST_METHOD"])
        if not named or self.struck == self.times:
            return False
        self.seen += 1
        struck = self.seen % self.every == 0
        self.struck += struck
        return struck


@dataclass
class Bucket:
    """A bucket of a server, the faults that it has now, and the requests that it was asked, as `GET /builds/...`."""

    url: str
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    @property
    def environment(self) -> dict[str, str]:
        """What leads a `snakemake` process to this server."""
        return {
            "SNAKEMAKE_STORAGE_S3_ENDPOINT_URL": self.url,
            "SNAKEMAKE_STORAGE_S3_ACCESS_KEY": "testing",
            "SNAKEMAKE_STORAGE_S3_SECRET_KEY": "testing",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def arguments(self) -> tuple[str, ...]:
        """The options of a `snakemake` process whose files lie in this bucket."""
        return "--default-storage-provider", "s3", "--default-storage-prefix", PREFIX

    def client(self) -> Any:
        """A client of the server, which heeds the faults like any other."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def objects(self, pattern: str = "") -> list[str]:
        """The keys of the bucket that match, without its prefix, in order."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        found = [item["Key"].removeprefix("mnist/") for page in pages for item in page.get("Contents", [])]
        return sorted(key for key in found if re.search(pattern, key))

    def read(self, key: str) -> bytes:
        """An object's bytes."""
        content: bytes = self.client().get_object(Bucket=BUCKET, Key=f"mnist/{key}")["Body"].read()
        return content

    def delete(self, key: str) -> None:
        """Take an object away."""
        self.client().delete_object(Bucket=BUCKET, Key=f"mnist/{key}")

    @contextmanager
    def fault(self, fault: Fault) -> Iterator[Fault]:
        """Have a fault for as long as the block lasts."""
        self.faults.append(fault)
        try:
            yield fault
        finally:
            self.faults.remove(fault)

    def struck_by(self, environ: Environ) -> Fault | None:
        """Note a request, and return the fault that strikes it."""
        with self.lock:
            self.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            return next((fault for fault in self.faults if fault.strikes(environ)), None)


def _faulty(application: Application, bucket: Bucket) -> Application:
    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        fault = bucket.struck_by(environ)
        if fault is None:
            return application(environ, start_response)
        status, code = ANSWERS[fault.kind]
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else f"<Error><Code>{code}</Code></Error>".encode()
        start_response(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [body]

    return answer


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing of requests."""


@contextmanager
def bucket() -> Iterator[Bucket]:
    """Yield an empty bucket of a server that ends with the block."""
    here = Bucket("")
    application = _faulty(DomainDispatcherApplication(create_backend_app), here)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    here.url = f"http://127.0.0.1:{server.port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        # what an earlier server of this process held, this one does
        requests.post(f"{here.url}/moto-api/reset", timeout=10).raise_for_status()
        here.client().create_bucket(Bucket=BUCKET)
        yield here
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
