"""The PDF is set from what the page itself carries: no address in it is opened, in the network or on the disk."""

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pipeline.errors import RunError
from pipeline.report import typesetting

PAGE = '<html lang="en"><head><title>t</title>{head}</head><body><p>x</p>{body}</body></html>'
PIXEL = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">{}</svg>'
)


@pytest.fixture(scope="module")
def requested() -> Iterator[tuple[str, list[str]]]:
    """The address of a server of this machine, and the paths that it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()


def embedded(content: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(content.encode()).decode()


# each in the head and the body of a page, {} where the address stands
PLACES = {
    "img": ("", '<img src="{}" alt="a">'),
    "link": ('<link rel="stylesheet" href="{}">', ""),
    "icon": ('<link rel="attachment" href="{}">', ""),
    "attachment": ("", '<a rel="attachment" href="{}">a</a>'),
    "object": ("", '<object data="{}" type="image/svg+xml"></object>'),
    "embed": ("", '<embed src="{}" type="image/svg+xml">'),
    "import": ('<style>@import "{}";</style>', ""),
    "import url": ("<style>@import url({});</style>", ""),
    "font": ("<style>@font-face {{ font-family: f; src: url({}) }} p {{ font-family: f }}</style>", ""),
    "background": ("<style>p {{ background: url({}) }}</style>", ""),
    "list": ("<style>p {{ display: list-item; list-style-image: url({}) }}</style>", ""),
    "content": ("<style>p::before {{ content: url({}) }}</style>", ""),
    "style": ("", '<p style="background-image: url({})">y</p>'),
    "svg image": ("", PIXEL.format('<image href="{}" width="9" height="9"/>')),
    "svg xlink": ("", PIXEL.format('<image xlink:href="{}" width="9" height="9"/>')),
    "svg use": ("", PIXEL.format('<use href="{}#a"/>')),
    "svg style": ("", PIXEL.format('<style>@import "{}";</style><rect width="9" height="9"/>')),
    "base": ('<base href="{}">', '<img src="x.png" alt="a">'),
}
# inside an image that the page carries; it is drawn apart from the page
INSIDE = {
    "image": '<image href="{}" width="9" height="9"/>',
    "xlink": '<image xlink:href="{}" width="9" height="9"/>',
    "use": '<use href="{}#a"/>',
    "import": '<style>@import "{}";</style><rect width="9" height="9"/>',
    "paint": '<rect fill="url({}#a)" width="9" height="9"/>',
}


def address(scheme: str, server: str, canary: Path) -> str:
    return {
        "http": f"http://{server}/x.svg",
        "https": f"https://{server}/x.svg",
        "ftp": f"ftp://{server}/x.svg",
        "file": canary.as_uri(),
        "FILE": canary.as_uri().replace("file", "FILE", 1),
        "relative": "../canary.svg",
        "absolute": str(canary),
        "no scheme": f"//{server}/x.svg",
    }[scheme]


SCHEMES = ("http", "https", "ftp", "file", "FILE", "relative", "absolute", "no scheme")


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An image on the disk whose words would stand in the PDF; the folder that is worked in lies beside it."""
    path = tmp_path / "canary.svg"
    path.write_text(PIXEL.format('<g id="a"><rect width="9" height="9" fill="#c0ffee"/></g>'))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose names hold `canary` that Python opens from now on, and the connections that it makes."""
    names: list[str] = []
    AUDITED.append(names)
    yield names
    AUDITED.remove(names)


AUDITED: list[list[str]] = []


def audit(event: str, arguments: tuple[object, ...]) -> None:
    if not AUDITED:
        return
    if (event == "open" and "canary" in str(arguments[0])) or event in ("socket.connect", "socket.getaddrinfo"):
        AUDITED[-1].append(f"{event} {arguments[0]}")


@pytest.fixture(scope="module", autouse=True)
def auditing() -> None:
    """Python tells an audit hook of every file and socket; a hook stays until the process ends."""
    import sys

    sys.addaudithook(audit)


def pdf_of(page: str) -> bytes:
    """The PDF, or nothing where the page is refused, in lines."""
    from weasyprint.css.tokens import InvalidValues

    try:
        return typesetting.to_pdf(page)
    except RunError as error:
        assert all(problem.startswith("report.pdf: expected") and "\n" not in problem for problem in error.problems)
        return b""
    except InvalidValues:  # WeasyPrint's, of an @import url() that is relative: refused all the same
        return b""


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_address_of_a_page_is_opened(
    scheme: str, requested: tuple[str, list[str]], canary: Path, opened: list[str]
) -> None:
    server, paths = requested
    url = address(scheme, server, canary)
    for head, body in PLACES.values():
        pdf_of(PAGE.format(head=head.format(url), body=body.format(url)))
    for inside in INSIDE.values():
        image = embedded(PIXEL.format(inside.format(url)))
        pdf_of(PAGE.format(head="", body=f'<img src="{image}" alt="a">'))
    assert paths == []
    assert opened == []


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_a_page_with_a_foreign_image_is_no_report(scheme: str, requested: tuple[str, list[str]], canary: Path) -> None:
    url = address(scheme, requested[0], canary)
    with pytest.raises(RunError) as caught:
        typesetting.to_pdf(PAGE.format(head="", body=f'<img src="{url}" alt="a">'))
    assert url in str(caught.value)


def test_an_external_entity_is_not_read(canary: Path, opened: list[str]) -> None:
    document = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{canary.as_uri()}">]>' + PIXEL.format("<text y='8'>&x;</text>")
    pdf_of(PAGE.format(head="", body=f'<img src="{embedded(document)}" alt="a">'))
    assert opened == []


def test_the_canary_and_the_server_would_tell(
    requested: tuple[str, list[str]], canary: Path, opened: list[str]
) -> None:
    """WeasyPrint left to itself opens both."""
    import weasyprint

    server, paths = requested
    for scheme in ("http", "file"):
        url = address(scheme, server, canary)
        weasyprint.HTML(string=PAGE.format(head="", body=f'<img src="{url}" alt="a">')).write_pdf()
    assert paths == ["/x.svg"]
    assert any(str(canary) in name for name in opened)
    paths.clear()


def test_what_the_page_carries_is_shown() -> None:
    image = embedded(PIXEL.format('<rect width="9" height="9" fill="#c0ffee"/>'))
    assert typesetting.to_pdf(PAGE.format(head="", body=f'<img src="{image}" alt="a">')).startswith(b"%PDF")
