"""Print what the RO-Crate validator finds wrong in a crate, a line each; runs in .venv-crate, without a network.

    .venv-crate/bin/python tools/page/validate_crate.py report workflow-run-crate-0.5

Every requirement of the profile, and of the ones that it builds on, must have been checked.
"""

import io
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests_cache import CachedSession
from rocrate_validator.models import Severity, ValidationSettings
from rocrate_validator.services import validate
from urllib3 import HTTPResponse

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


class Carried(BaseAdapter):
    """Answers each request with the context that the package rocrate carries."""

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """The answer, as if it came from the network."""
        response = Response()
        response.status_code, response.url, response.request = 200, str(request.url), request
        response.headers["Content-Type"] = "application/ld+json"
        body = io.BytesIO(files("rocrate").joinpath("data/ro-crate.jsonld").read_bytes())
        response.raw = HTTPResponse(body=body, status=200, headers=dict(response.headers), preload_content=False)
        return response

    def close(self) -> None:
        """Nothing to close."""


def problems(crate: str, profile: str, cache: str) -> list[str]:
    """What is wrong in the folder `crate`, and what was not checked. `cache` is the path of a file to be made."""
    with CachedSession(cache, backend="sqlite") as session:
        session.mount(CONTEXT, Carried())
        if session.get(CONTEXT).json()["@id"] != CONTEXT:
            sys.exit(f"rocrate: expected the package to carry {CONTEXT}, found another. Hint: see pyproject.toml")
    result = validate(
        ValidationSettings(
            rocrate_uri=crate,
            profile_identifier=profile,
            requirement_severity=Severity.REQUIRED.name,
            cache_path=Path(cache),
            offline=True,
            skip_availability_check=True,
        )
    )
    found = [f"{issue.check.identifier}: {issue.message}" for issue in result.get_issues()]
    return [*found, *(f"{check.identifier}: not checked" for check in result.skipped_checks)]


def main() -> None:
    """Command line."""
    crate, profile = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        for problem in problems(crate, profile, f"{folder}/cache"):
            print(problem)


if __name__ == "__main__":
    main()
