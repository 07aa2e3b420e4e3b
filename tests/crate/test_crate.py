"""The report's folder as an RO-Crate: whole, true to the build, and the same bytes again."""

import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import crates
import pytest
import yaml
from configuration import CONFIG_YAML
from conftest import ROOT
from crates import METADATA, described, entities, expect_whole, ids, types, write
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import load as config
from pipeline.config.settings import DataFile, DataSet
from pipeline.crate import citation
from pipeline.crate import entities as crate_entities
from pipeline.crate import layout as crate_files
from pipeline.errors import InputError

# --- Of a small one


def test_a_small_crate_is_whole(tmp_path: Path) -> None:
    write(tmp_path)
    expect_whole(tmp_path)
    found = entities(tmp_path)
    assert found[METADATA]["about"] == {"@id": "./"}
    assert found["./"]["mainEntity"] == {"@id": "workflow/Snakefile"} == found["#build"]["instrument"]
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert found["./"]["datePublished"] == str(cff["date-released"])
    assert found["./"]["license"] == {"@id": f"https://spdx.org/licenses/{cff['license']}"}
    assert [found[name]["name"] for name in ids(found["./"]["author"])] == [cff["authors"][0]["name"]]
    assert found["#project"]["version"] == cff["version"]


def test_the_files_of_the_data_set_are_those_of_the_mirrors(tmp_path: Path) -> None:
    write(tmp_path)
    found = entities(tmp_path)
    settings = yaml.safe_load(CONFIG_YAML.read_text(encoding="utf-8"))["data"]
    for role, file in settings["files"].items():
        entity = found[f"{settings['mirrors'][0]}{file['name']}.gz"]
        assert entity["sha256"] == file["gzip"]["sha256"]
        assert int(entity["contentSize"]) == file["gzip"]["size"]
        assert entity["url"] == [f"{mirror}{file['name']}.gz" for mirror in settings["mirrors"]]
        assert found[entity["identifier"]["@id"]]["value"] == file["sha256"]
        assert entity["@id"] in ids(found["#build"]["object"]), role


@pytest.mark.parametrize(
    "data",
    [
        DataSet("Own", 10, 10, 2, (), crates.DATA.files),
        DataSet("Own", 10, 10, 2, ("https://a.example/",), {r: DataFile(r, "0" * 64) for r in crates.DATA.files}),
    ],
    ids=["no mirrors", "no gzip"],
)
def test_files_that_nobody_serves_are_told_by_their_checksum(tmp_path: Path, data: DataSet) -> None:
    write(tmp_path, data=data)
    expect_whole(tmp_path)
    found = entities(tmp_path)
    told = {found[name]["sha256"] for name in ids(found["#build"]["object"]) if name.startswith("#")}
    assert told == {file["sha256"] for file in crates.MNIST.files.values()}


def test_a_file_that_changed_has_another_checksum(tmp_path: Path) -> None:
    first = write(tmp_path)
    build = described(tmp_path)
    (tmp_path / "results/runs.csv").write_text("changed\n")
    second = crate_entities.metadata(build, tmp_path)
    differing = [a["@id"] for a, b in zip(first["@graph"], second["@graph"], strict=True) if a != b]
    assert differing == ["results/runs.csv"]


def test_the_record_of_the_build_changes_nothing(tmp_path: Path) -> None:
    first = write(tmp_path)
    (tmp_path / "build.json").write_text("another day\n")
    assert crate_entities.metadata(described(tmp_path), tmp_path) == first


def test_every_file_of_a_crate_is_described() -> None:
    settings = config.load(CONFIG_YAML)
    paths = [*crate_files.inputs(settings), *crate_files.results(settings, ["true_labels"]), "report/report.pdf"]
    places = [Path(crate_files.place(Path(path))) for path in paths]
    told = crate_entities.DESCRIPTIONS
    assert [p for p in places if not told.keys() & {p.as_posix(), *map(str, p.parents)}] == []
    assert {place.suffix for place in places} <= set(crate_entities.FORMATS)
    assert len(set(places)) == len(places)


def test_the_versions_are_those_installed_and_locked(tmp_path: Path) -> None:
    write(tmp_path)
    found = entities(tmp_path)
    software = {e["name"]: e["softwareVersion"] for e in found.values() if "SoftwareApplication" in types(e)}
    assert software.pop("Python") == platform.python_version()
    assert {name: version(name) for name in software} == software
    lock = (ROOT / "locks/requirements.lock").read_text(encoding="utf-8")
    assert set(software) <= set(re.findall(r"^([a-z0-9.-]+)==", lock, flags=re.MULTILINE))
    assert {"numpy", "snakemake", "weasyprint", "matplotlib"} <= set(software)
    assert len(ids(found["workflow/Snakefile"]["softwareRequirements"])) == len(software) + 1


def test_the_day_and_the_folder_are_not_told(tmp_path: Path) -> None:
    first, second = write(tmp_path / "one"), write(tmp_path / "two")
    assert first == second
    assert not re.search(r"\d{4}-\d\d-\d\dT", str(first)), "a time of day"


# --- CITATION.cff


def cff(folder: Path, **changes: Any) -> Path:
    tree = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8")) | changes
    path = folder / "CITATION.cff"
    path.write_text(yaml.safe_dump({key: value for key, value in tree.items() if value is not None}), encoding="utf-8")
    return path


def test_people_and_groups_and_the_address_of_the_code(tmp_path: Path) -> None:
    orcid = "https://orcid.org/0000-0002-1825-0097"
    people = [
        {"given-names": "Ada", "family-names": "Byron", "orcid": orcid},
        {"given-names": "Ludwig", "name-particle": "van", "family-names": "Beethoven"},
        {"name": "A group"},
    ]
    read = citation.read(cff(tmp_path, authors=people, **{"repository-code": "https://code.example/x"}))
    write(tmp_path / "crate", citation=read)
    found = entities(tmp_path / "crate")
    authors = [found[name] for name in ids(found["./"]["author"])]
    assert [(each["@id"], each["@type"], each["name"]) for each in authors] == [
        (orcid, "Person", "Ada Byron"),
        ("#author-2", "Person", "Ludwig van Beethoven"),
        ("#author-3", "Organization", "A group"),
    ]
    assert found["#project"]["codeRepository"] == "https://code.example/x"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((field, value) for field in ("title", "version", "license", "date-released") for value in (None, ["x"])),
        ("date-released", "soon"),
        *(("authors", value) for value in (None, [], "me", [{"email": "a@b"}], ["me"])),
    ],
)
def test_what_the_citation_lacks_is_named(tmp_path: Path, field: str, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        citation.read(cff(tmp_path, **{field: value}))
    (problem,) = caught.value.problems
    assert re.match(rf".+CITATION\.cff: {field}: expected .*, found .*\. Hint: ", problem)
    assert "\n" not in problem


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
        max_leaves=8,
    )
)
def test_whatever_the_citation_holds_is_read_or_named(tmp_path_factory: pytest.TempPathFactory, tree: Any) -> None:
    path = tmp_path_factory.mktemp("cff") / "CITATION.cff"
    fields = {"title": "T", "version": 1, "license": "MIT", "date-released": "2026-01-02", "authors": tree}
    for content in (tree, fields):
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        try:
            read = citation.read(path)
        except InputError as error:
            assert all("\n" not in problem for problem in error.problems)
        else:
            assert read.authors
            assert all(author.name for author in read.authors)
