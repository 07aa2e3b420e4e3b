"""What the Snakefile asks: which files there will be for this configuration.

Light to import: the Snakefile is parsed before anything is known to be needed.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from pipeline.check import submissions
from pipeline.config import load as configuration_file
from pipeline.config import overrides
from pipeline.config.settings import Config, Configuration, Experiment, Split
from pipeline.crate import layout, publication
from pipeline.environment import fingerprint, kernels, surroundings
from pipeline.errors import InputError, PipelineError, RunError
from pipeline.experiments import keys, plan
from pipeline.figures import catalogue
from pipeline.files import atomic, locks, sealed
from pipeline.pictures import choice
from pipeline.pictures import record as pictures
from pipeline.randomisation import record
from pipeline.report import typesetting
from pipeline.training import benchmarks
from pipeline.workflow import adoption, slurm
from pipeline.workflow.sources import SOURCES, files_behind, workflow_files
from pipeline.workflow.storage import Storage

STATE = Path(".snakemake")
FOLDERS = ("results", "report", "logs")
TEMPLATES = ("*.j2", "*.css", "*.js", "formulas.json")
RESOLVED = "results/config.json"
DATA = "results/data/data.json"
SELECTION = "results/selection/selection.json"
CONFIGURATION = Path("config.yaml")
SPECIMEN = Path("results/specimen.json")  # says what was proved
IN_PLACE = Storage()


class Build:
    """The files of one build, derived from the configuration, the data and the selection.

    `storage` is where its results are kept.
    """

    def __init__(self, config: Config, tree: Mapping[str, Any], storage: Storage = IN_PLACE) -> None:
        self.config = config
        self._resolved = json.dumps(configuration_file.resolved(tree), indent=2) + "\n"
        self.split = config.split.name
        self._storage = storage
        self.environment = surroundings.UTF_8 | kernels.same_everywhere()
        self.title_block = json.dumps({name: getattr(config, name) for name in configuration_file.TITLE_BLOCK})
        # where the files lie is left out: they are the same files wherever they are found
        self.data_settings = json.dumps({"source": tree["source"], "data": tree["data"]})
        self.choices = json.dumps(
            {e.name: [e.best_of, e.count, *map(vars, candidates)] for e, candidates in _choices(config)}
        )
        self.neurons = json.dumps({function: vars(neuron) for function, neuron in config.neurons.items()})
        self.tables = catalogue.tables(config)
        self.figures = list(catalogue.figures(config))
        self.evidence = catalogue.EVIDENCE
        # none where the report leaves the write-up out
        self.verdicts = catalogue.verdicts(config)
        self.verdict_figures = catalogue.verdict_figures(config)
        # none where nothing was measured: then the report has no such section
        self.benchmark = [benchmarks.FILE] if Path(benchmarks.FILE).exists() else []
        # none without the table of regularization
        self.collapse = catalogue.collapse(config)
        collapse_figures = [catalogue.COLLAPSE] if self.collapse else []
        self.tests_training = _training(config)
        self.tests_code = fingerprint.of_training(config.engine, *record.CODE)
        tests = record.variants(config.randomisation) if config.randomisation else ()
        self.tests = [test.name for test in tests]
        self.networks_code, self.pictures_code = map(fingerprint.of, (pictures.NETWORK_CODE, pictures.CODE))
        self.pictures = [f"{pictures.FOLDER}/{name}.npy" for name in pictures.NAMES]
        self.picture_figures = [pictures.figure(name) for name in pictures.NAMES]
        self.shown_figures = [
            *self.figures,
            *collapse_figures,
            *self.verdict_figures,
            *self.picture_figures,
            *([benchmarks.FIGURE] if self.benchmark else []),
            *([record.FIGURE] if tests else []),
        ]
        self.workflow = workflow_files()
        self.crate_inputs = [*layout.inputs(config), *self.benchmark]
        self.crate_results = layout.results(config, self.tests)
        # without Pango there is no PDF
        self.formats = typesetting.formats()
        self._has_begun = self._page_is_proved = False
        self._changed: list[str] = []
        self.templates = sorted(
            str(path) for pattern in TEMPLATES for path in Path("templates").rglob(pattern) if "check" not in path.parts
        )
        self._runs: dict[str, plan.Run] = {}

    @classmethod
    def open(cls, storage: Storage, files: Iterable[Path] = (), entries: Iterable[str] = ()) -> "Build":
        """Check config.yaml and write its resolved form.

        `files` and `entries` are those of --configfile and --config. A problem ends the program with its lines and its
        exit status.
        """
        try:
            storage.require()
            publication.discard_untrue()
            surroundings.mend_times(map(Path, (*SOURCES, benchmarks.FILE)), [Path("results")])
            tree = configuration_file.read_tree(CONFIGURATION, overrides.read(files, entries))
            build = cls._checked(tree, CONFIGURATION, storage)
            build._changed = write_settings(storage, build.settings)
        except PipelineError as error:
            _end(error.exit_status, *error.problems)
        except OSError as error:
            _end(1, f"{error.filename or 'writing'}: expected to read and write here, found: {error.strerror}.")
        return build

    @classmethod
    def of_job(cls, storage: Storage, files: Iterable[Path] = (), entries: Iterable[str] = ()) -> "Build":
        """The build that sent this job to another process: what it resolved, whatever config.yaml says by now.

        A job that does not see that file has been sent config.yaml and the entries.
        """
        resolved = storage.path(RESOLVED)
        try:
            if resolved.exists():
                return cls._checked(configuration_file.read_resolved_tree(resolved), resolved, storage)
            tree = configuration_file.read_tree(CONFIGURATION, overrides.read(files, entries))
            return cls._checked(tree, CONFIGURATION, storage)
        except PipelineError as error:
            _end(error.exit_status, *error.problems)

    @classmethod
    def _checked(cls, tree: Any, origin: Path, storage: Storage) -> "Build":
        config = configuration_file.parse(tree, str(origin))
        return cls(config, tree, storage)

    @property
    def settings(self) -> dict[str, str]:
        """What is written of the configuration, by path: all of it, and what each step that is not to be made again
        for every edit depends on.
        """
        parts = {
            "data": self.data_settings,
            "theory": self.neurons,
            "selection": self.choices,
            "randomisation": self.tests_training + self.tests_code,
            "network": self.networks_code,
            "pictures": self.pictures_code,
        }
        files = {f"results/settings/{name}.txt": f"{text}\n" for name, text in parts.items()}
        return {RESOLVED: self._resolved, **files}

    def begin(self, builds: bool, executor: Any) -> list[str]:
        """Ends the program in a line if the folder cannot be written, or another build is at work in it.

        So it does if the cluster could not tell of its jobs; `executor` is what Snakemake's executor is set to.
        `builds` is false where nothing is made, as in a dry run. Returns no file, as an input function may.
        """
        if not builds or self._has_begun:
            return []
        self._has_begun = True
        closed = [folder for folder in FOLDERS if Path(folder).exists() and not os.access(folder, os.W_OK)]
        if closed:
            _end(
                1,
                f"{closed[0]}: expected a folder that can be written, found one that cannot. Hint: ls -ld {closed[0]}",
            )
        if problem := slurm.problem(executor):
            _end(2, problem)
        if (other := locks.claim(STATE)) is not None:
            _end(
                1, f"{Path.cwd()}: expected no other build here, found process {other} at it. Hint: wait until it ends."
            )
        try:
            adoption.adopt(Path("results"), STATE)
            self._storage.begin()
            for name in self._changed:
                self._storage.store(name)
        except InputError as error:
            _end(error.exit_status, *error.problems)
        self._discard_leftovers()
        if self.config.engine == "compiled" and (status := _run("pipeline.training.compiler")):
            what = "engine: expected the compiled engine before anything is trained"
            _end(max(status, 1), f"{what}, {_told(status)}.")
        return []

    def set_specimen(self, builds: bool, executor: Any) -> list[str]:
        """Begins, and sets a page with what the report is made of, unless that was done with all the same.

        Says in a line what this machine has to do without, and ends the program in the lines of what fails. Returns
        no file, as `begin` does.
        """
        if not builds or self._page_is_proved:
            return []
        self.begin(builds, executor)
        self._page_is_proved = True
        if "pdf" not in self.formats:
            print(typesetting.no_pdf(), file=sys.stderr, flush=True)
        files = {
            path: publication.checksum(Path(path))
            for path in [*self.templates, *files_behind("pipeline.report.specimen")]
        }
        proved = json.dumps([self.formats, typesetting.missing(), self.title_block, files])
        if not _holds(SPECIMEN, proved):
            how = [*self.formats, "--title-block", self.title_block, "--log", "logs/specimen.log"]
            if status := _run("pipeline.report.specimen", *how, "--output", str(SPECIMEN.with_suffix(".html"))):
                what = "logs/specimen.log: expected a page to be set before anything is trained"
                _end(max(status, 1), f"{what}, {_told(status)}.")
            atomic.write_text(SPECIMEN, proved)
        return []

    def _discard_leftovers(self) -> None:
        """Delete tables, figures and reports that an earlier build made and this one does not.

        What takes time to make again stays, such as runs.
        """
        figures = (f"results/figures/{catalogue.drawing(name)}" for name in self.shown_figures)
        reports = (f"results/report/{name}/report.{name}" for name in self.formats)
        made = {*self.crate_results, *figures, *reports}
        for folder in ("tables", "figures/*", "evidence", "report/*"):
            for path in Path("results").glob(f"{folder}/[!.]*"):
                if str(path) not in made and path.name != sealed.SUMS:
                    sealed.discard(path)

    def candidate_keys(self) -> list[str]:
        """The keys of the runs that best_of experiments choose from, once the data are there."""
        return self._keys(plan.candidates(self.config))

    def all_keys(self) -> list[str]:
        """The keys of the runs of every experiment, once the data and the selection are there.

        A selection of another configuration is about to be made anew; until then its experiments have no runs.
        """
        return self._keys((self._selected() or self.config).experiments.values())

    def network_keys(self) -> list[str]:
        """The keys of the runs whose networks are pictured; none as in `all_keys`."""
        config = self._selected()
        chosen = choice.choose(config, self._fingerprint()).runs if config else {}
        self._runs |= chosen
        return list(chosen)

    def wanted_keys(self) -> list[str]:
        """The keys of the runs that make check asks for; a problem with its file ends the program."""
        return self._record(run for runs in self._wanted().values() for run in runs)

    def wanted_splits(self) -> list[str]:
        """How the images are divided that these runs are trained on, by the name of the split.

        Ends the program where the runs would be kept in a storage, since make check reads them here.
        """
        if self._storage.provider is not None:
            _end(
                2,
                "make check: expected runs that are kept in results/, found --default-storage-provider. "
                "Hint: check in a folder without it.",
            )
        return [protocol.split.name for protocol, runs in self._wanted().items() if runs]

    def divided(self, split: str) -> str:
        """How the images are divided in the split of this name, as JSON."""
        return json.dumps(vars(Split.named(split)))

    def split_of(self, key: str) -> str:
        """The name of the split that the run of this key is trained on."""
        run = self._planned(key).specification
        return Split(run["validation_fraction"], run["split_seed"]).name

    def specification(self, key: str) -> str:
        """What the run of this key is to train, as JSON; the key of no planned run ends the program."""
        return keys.canonical(self._planned(key).specification)

    def _wanted(self) -> submissions.Runs:
        try:
            return submissions.wanted_runs(submissions.WANTED, self.config, self._fetched(DATA))
        except InputError as error:
            _end(error.exit_status, *error.problems)

    def _planned(self, key: str) -> plan.Run:
        # a process with one job alone has not been asked for the inputs of others
        if key not in self._runs:
            self.all_keys()
        if key not in self._runs:
            self.wanted_keys()
        if key not in self._runs:
            _end(2, f"results/runs/{key}: expected the key of a run of this build, found another. Hint: make report")
        return self._runs[key]

    def _selected(self) -> Config | None:
        path = self._fetched(SELECTION)
        try:
            return plan.select(self.config, plan.read_selection(path, self.config))
        except InputError:
            return None

    def _fingerprint(self) -> str:
        path = self._fetched(DATA)
        try:
            return plan.read_fingerprint(path)
        except InputError as error:
            _end(error.exit_status, *error.problems)

    def _fetched(self, name: str) -> Path:
        try:
            return self._storage.fetch(name, f"{Path(name).parent}/{sealed.SUMS}")
        except InputError as error:
            _end(error.exit_status, *error.problems)

    def _keys(self, experiments: Iterable[Experiment]) -> list[str]:
        return self._record(plan.runs(self.config, experiments, self._fingerprint()))

    def _record(self, planned: Iterable[plan.Run]) -> list[str]:
        runs = {run.key: run for run in planned}
        self._runs |= runs
        return list(runs)


def _training(config: Config) -> str:
    """How the randomization tests are trained, as JSON; without the corruption, so that another one adds a test."""
    if config.randomisation is None:
        return ""
    how = {name: value for name, value in vars(config.randomisation).items() if name != "corruption"}
    how |= {name: float(how[name]) for name in ("learning_rate", "reg", "initial_scale")}  # however it is written
    return json.dumps(how | {"hidden": config.defaults.hidden, "engine": config.engine})


def _choices(config: Config) -> Iterator[tuple[Experiment, tuple[Configuration, ...]]]:
    for experiment in config.experiments.values():
        if experiment.best_of:
            yield experiment, config.experiments[experiment.best_of].configurations


def _run(module: str, *arguments: str) -> int:
    """Run a step in a process of its own; its exit status, negative if a signal killed it."""
    return subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode  # noqa: S603 - no shell


def _told(status: int) -> str:
    return f"found it killed by signal {-status}" if status < 0 else "found the above"


def _end(status: int, *problems: str) -> NoReturn:
    """End the program; Snakemake would wrap any exception into a message of its own."""
    print(*problems, sep="\n", file=sys.stderr, flush=True)
    os._exit(status)


def write_settings(storage: Storage, texts: Mapping[str, str]) -> list[str]:
    """Write what changes of these files, by path, so that what does not makes nothing newer, and tell which did.

    Raises RunError if one changes under another Snakemake of this folder, whose jobs read it, and InputError for a
    storage that cannot be read.
    """
    with locks.joining(STATE) as alone:
        here = storage.fetch if alone else storage.path
        changed = {name: text for name, text in texts.items() if not _holds(here(name), text)}
        if changed and not alone:
            raise RunError(
                "config.yaml: expected the configuration of the build that is at work in this folder, found another. "
                "Hint: wait until that build ends."
            )
        for name, text in changed.items():
            atomic.write_text(storage.path(name), text)
        return list(changed)


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode("utf-8")
