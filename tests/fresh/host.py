"""What this system's pip and apt are told: where packages come from, by which proxy, trusted by which key.

The machines are told the same, so that they reach what this system reaches. It is never printed.
"""

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from configparser import RawConfigParser
from dataclasses import dataclass
from pathlib import Path

APT = Path("/etc/apt")
KEYS = (APT / "trusted.gpg", APT / "trusted.gpg.d", APT / "keyrings")
# the second is where Debian takes those of the first from that are no package's
TRUSTED = (Path("/etc/ssl/certs"), Path("/usr/local/share/ca-certificates"))
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
NAMES = ("oldstable", "stable", "testing", "unstable", "sid")  # of releases, beside their own
ARCHIVES = ("", "-updates", "-security")  # what follows the name of a release in that of a suite
# the options of a line that are not called as in a paragraph
FIELDS = {"arch": "Architectures", "lang": "Languages", "target": "Targets"}


@dataclass(frozen=True)
class Settings:
    """What the machines are told."""

    variables: dict[str, str]
    apt: str  # in the form of apt's files of settings
    files: list[Path]  # and folders, to be copied to the same place
    folders: list[Path]  # of packages, to be mounted at the same place
    home: dict[str, Path]  # the user's own files by their place in a home folder


def settings() -> Settings:
    """What this system and this user tell pip and apt."""
    told, apt, (system, home) = variables(os.environ), read_apt_options(), pip_files(os.environ, Path.home())
    values = [value for path in (*system, *home.values()) for value in pip_values(path.read_text(encoding="utf-8"))]
    named = named_paths([*told.values(), *values, apt, read_sources("stable")])
    folders = [_whole_index(path) for path in named if path.is_dir() and path not in TRUSTED]
    files = [*system, *(path for path in named if path.is_file()), *filter(Path.exists, (*KEYS, *TRUSTED))]
    return Settings(told, apt, list(dict.fromkeys(files)), list(dict.fromkeys(folders)), home)


def _whole_index(folder: Path) -> Path:
    """Of an index in a folder, what its pages link to as well, which lies beside it."""
    return folder.parent if folder.name == "simple" else folder


def variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Those of an environment that tell pip or apt something."""
    return {
        name: value
        for name, value in environment.items()
        if (name.startswith("PIP_") and name != "PIP_CACHE_DIR") or name in CERTIFICATES or name.lower() in PROXIES
    }


def without_proxy(told: Mapping[str, str], hosts: list[str]) -> dict[str, str]:
    """The same variables, but for some hosts no proxy."""
    names = ("no_proxy", "NO_PROXY") if hosts else ()
    return {**told, **{name: ",".join(filter(None, [told.get(name), *hosts])) for name in names}}


def pip_files(environment: Mapping[str, str], home: Path) -> tuple[list[Path], dict[str, Path]]:
    """The files of pip's settings that are there: the system's, and the user's by their place in a home folder."""
    folders = environment.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    system = [*(Path(folder, "pip/pip.conf") for folder in folders.split(":")), Path("/etc/pip.conf")]
    own = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    user = {".pip/pip.conf": home / ".pip/pip.conf", ".config/pip/pip.conf": own / "pip/pip.conf"}
    if named := environment.get("PIP_CONFIG_FILE"):
        system.append(Path(named))
    return [path for path in system if path.is_file()], {place: path for place, path in user.items() if path.is_file()}


def pip_values(text: str) -> list[str]:
    """What is set in a file of pip's settings."""
    parser = RawConfigParser()
    parser.read_string(text)
    return [value for section in parser.sections() for value in parser[section].values()]


def named_paths(values: Iterable[str]) -> list[Path]:
    """The files and folders that settings name, plainly or as file: addresses, if they are there."""
    found = [each for value in values for each in re.findall(r"""(?:^|file:(?://)?|[\s"'=])(/[^\s"';,\]]+)""", value)]
    return [path for path in map(Path, dict.fromkeys(found)) if path.is_file() or path.is_dir()]


def apt_options(dump: str) -> str:
    """How packages are fetched, of what apt-config dumps; which indexes there are is a release's own matter."""
    lines = [line for line in dump.splitlines() if line.startswith("Acquire::")]
    return "".join(f"{line}\n" for line in lines if not re.match("Acquire::(IndexTargets|Changelogs|cdrom)", line))


def read_apt_options() -> str:
    """How this system's apt fetches packages, in the form of its files of settings."""
    return apt_options(subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout)


def os_release() -> dict[str, str]:
    """What the system calls itself."""
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    return {name: value.strip("\"'") for name, _, value in (line.partition("=") for line in lines)}


def read_sources(release: str) -> str:
    """Where this system gets Debian's own packages from, for a release; empty if it has no such place."""
    own = os_release().get("VERSION_CODENAME", "stable")
    paths = [APT / "sources.list", *sorted((APT / "sources.list.d").glob("*"))]
    texts = [(path.read_text(encoding="utf-8"), path.suffix) for path in paths if path.is_file()]
    return "\n".join(for_release(text, suffix, own, release) for text, suffix in texts)


def for_release(text: str, suffix: str, own: str, release: str) -> str:
    """The sources of Debian's own packages in a file (.list or .sources), as paragraphs for another release.

    These are the sources of `main` whose suites are `own`, the name of the system's release, or of its updates.
    """
    sources = {".list": _lines, ".sources": _paragraphs}.get(suffix, lambda _: [])(text)
    return "\n".join(filter(None, (_changed(source, own, release) for source in sources)))


def _lines(text: str) -> list[dict[str, str]]:
    sources = []
    for options, place, suite, components in re.findall(
        r"^[ \t]*deb[ \t]+(?:\[(.*?)\][ \t]+)?(\S+)[ \t]+(\S+)[ \t]+([^#\n]+)", text, re.MULTILINE
    ):
        fields = {"Types": "deb", "URIs": place, "Suites": suite, "Components": components}
        for option in options.split():
            name, _, value = option.partition("=")
            fields[FIELDS.get(name, name.title())] = value.replace(",", " ")
        sources.append(fields)
    return sources


def _paragraphs(text: str) -> list[dict[str, str]]:
    sources = []
    for paragraph in re.split(r"\n[ \t]*\n", re.sub(r"^#.*\n?", "", text, flags=re.MULTILINE)):
        fields = re.findall(r"^([^\s:]+):[ \t]*(.*(?:\n[ \t].*)*)", paragraph, re.MULTILINE)
        sources.append({"URIs" if name.lower() == "uris" else name.title(): value for name, value in fields})
    return sources


def _changed(source: dict[str, str], own: str, release: str) -> str:
    suites = {f"{name}{archive}": f"{release}{archive}" for name in (own, *NAMES) for archive in ARCHIVES}
    fields = {
        "Types": "deb" if "deb" in source.get("Types", "").split() else "",
        "Suites": " ".join(suites[suite] for suite in source.get("Suites", "").split() if suite in suites),
        "Components": "main" if "main" in source.get("Components", "").split() else "",
    }
    if source.get("Enabled", "yes").lower() in ("no", "false", "0", "off") or not all(fields.values()):
        return ""
    return "".join(f"{name}: {value}\n" for name, value in (source | fields).items())
