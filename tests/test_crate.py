"""The report's folder as an RO-Crate: whole, true to the build, and the same bytes again."""

import csv
import hashlib
import json
import platform
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import crates
import pytest
import yaml
from conftest import ROOT, SMALL, Project
from crates import described, entities, write
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pipeline import citation, config, crate, crate_entities, crate_files
from pipeline.errors import InputError, RunError
from pipeline.settings import DataFile, DataSet

METADATA = "ro-crate-metadata.json"


def references(value: Any) -> Iterator[str]:
    """Every @id that an entity points to."""
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def types(entity: dict[str, Any]) -> list[str]:
    kinds = entity["@type"]
    return kinds if isinstance(kinds, list) else [kinds]


def local_files(found: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in found.items() if "File" in types(each) and "://" not in name}


def ids(links: Any) -> list[str]:
    return [link["@id"] for link in (links if isinstance(links, list) else [links])]


def expect_whole(root: Path) -> None:
    """Each reference has its entity, each file its checksum, and nothing else lies in the folder."""
    found = entities(root)
    outside = {"https://w3id.org/ro/crate/1.1", "https://snakemake.readthedocs.io"}
    assert set(references(list(found.values()))) <= set(found) | outside
    files = local_files(found)
    on_disk = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert set(files) == on_disk - {METADATA}
    for name, entity in files.items():
        content = (root / name).read_bytes()
        if name != "build.json":
            assert entity["sha256"] == hashlib.sha256(content).hexdigest()
            assert int(entity["contentSize"]) == len(content)
    data = {name for name, entity in found.items() if "File" in types(entity)}
    assert set(ids(found["./"]["hasPart"])) == data


# --- Of a build


def test_the_folder_of_a_build_is_whole_and_true_to_it(built: Project) -> None:
    root = built / "report"
    expect_whole(root)
    found = entities(root)
    run = found["#build"]
    copies = {name for name in local_files(found) if name.startswith("results/")}
    for name in copies:
        assert (root / name).read_bytes() == (built / name).read_bytes()
    for name, source in (("config.json", "results/config.json"), ("workflow/Snakefile", "Snakefile")):
        assert (root / name).read_bytes() == (built / source).read_bytes()
    # every table that the build made, by the folders and not by the names that the step was given
    made = {
        p.relative_to(built.folder).as_posix()
        for f in ("tables", "evidence")
        for p in (built / "results" / f).iterdir()
    }
    made = {name for name in made if name.endswith(".csv")}
    assert len(made) > 8
    assert made | {"results/runs.csv", "results/data/data.json"} <= copies
    assert set(ids(run["result"])) == copies | {"report.html", "report.pdf"}
    assert found["./"]["name"] == yaml.safe_load((built / "config.yaml").read_text(encoding="utf-8"))["title"]
    assert set(found["./"]).isdisjoint({"dateCreated", "dateModified"})


def test_the_images_are_those_that_were_read(built: Project) -> None:
    found = entities(built / "report")
    data = json.loads((built / "results/data/data.json").read_text(encoding="utf-8"))
    told = {found[name]["sha256"] for name in ids(found["#build"]["object"]) if name.startswith("#")}
    assert told == {file["sha256"] for file in data["files"].values()}
    assert len(told) == 4


def test_the_configuration_beside_the_report_is_resolved_and_valid(built: Project) -> None:
    resolved = json.loads((built / "report/config.json").read_text(encoding="utf-8"))
    written = yaml.safe_load((built / "config.yaml").read_text(encoding="utf-8"))
    assert {**resolved, "title": written["title"], "author": written["author"]} == written
    assert resolved["experiments"] == json.loads(json.dumps(SMALL["experiments"]))
    schema = yaml.safe_load((ROOT / "pipeline/config.schema.yaml").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert config.read_resolved(built / "report/config.json").replicates == SMALL["replicates"]


def test_the_versions_are_those_installed_and_locked(built: Project) -> None:
    found = entities(built / "report")
    software = {
        each["name"]: each["softwareVersion"] for each in found.values() if "SoftwareApplication" in types(each)
    }
    assert software.pop("Python") == platform.python_version()
    assert {name: version(name) for name in software} == software
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", lock, flags=re.MULTILINE))
    assert set(software) <= set(pins)
    assert {"numpy", "snakemake", "weasyprint", "matplotlib"} <= set(software)
    assert len(ids(found["workflow/Snakefile"]["softwareRequirements"])) == len(software) + 1


def test_made_again_it_is_the_same_bytes_without_leftovers(built: Project) -> None:
    path = built / f"report/{METADATA}"
    before = path.read_bytes()
    assert str(built.folder).encode() not in before
    assert not re.search(rb"\d{4}-\d\d-\d\dT", before), "a time of day"
    leftover = built / "report/results/tables/old/of_another_configuration.csv"
    leftover.parent.mkdir()
    leftover.write_text("x\n")
    built.build("--forcerun", "crate")
    assert path.read_bytes() == before
    assert not leftover.parent.exists()
    assert built.planned() == {}
    expect_whole(built / "report")


def test_a_copy_that_was_deleted_is_made_again(built: Project) -> None:
    (built / "report/results/runs.csv").unlink()
    assert built.planned() == {"crate": 1, "record": 1, "all": 1}
    built.build()
    expect_whole(built / "report")


def test_another_title_is_told(built: Project) -> None:
    before = entities(built / "report")
    built.configure(title="Another title", experiments=SMALL["experiments"])
    assert built.planned() == {"report": 2, "publish": 2, "crate": 1, "record": 1, "all": 1}
    assert before["./"]["name"] != "Another title"


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
    settings = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["data"]
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
    settings = config.load(ROOT / "config.yaml")
    paths = [*crate_files.INPUTS, *crate_files.results(settings, ["true_labels"]), "report/report.pdf"]
    places = [Path(crate_files.place(path)) for path in paths]
    told = crate_entities.DESCRIPTIONS
    assert [p for p in places if p.as_posix() not in told and p.parent.as_posix() not in told] == []
    assert {place.suffix for place in places} <= set(crate_entities.FORMATS)
    assert len(set(places)) == len(places)


def test_a_result_that_is_missing_is_named_and_the_rest_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "report")
    with pytest.raises(RunError) as caught:
        crate.fill(Path("report"), ["report/report.html", "results/absent.csv"])
    (problem,) = caught.value.problems
    assert problem.startswith("results/absent.csv: expected a file of this build, found none. Hint: ")
    expect_whole(tmp_path / "report")


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
    assert re.match(rf"\S+CITATION\.cff: {field}: expected .*, found .*\. Hint: ", problem)
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
