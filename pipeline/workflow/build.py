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
from pipeline.environment import cpu, fingerprint, numerics, surroundings
from pipeline.errors import InputError, PipelineError, RunError
from pipeline.experiments import keys, plan
from pipeline.figures import catalogue
from pipeline.files import locks, sealed
from pipeline.pictures import choice
from pipeline.pictures import record as pictures
from pipeline.randomisation import record
from pipeline.report import typesetting
from pipeline.training import benchmarks
from pipeline.workflow import slurm
from pipeline.workflow.sources import SOURCES, files_behind, workflow_files

RESOLVED = Path("results/config.json")
STATE = Path(".snakemake")
FOLDERS = ("results", "report", "logs")
TEMPLATES = ("*.j2", "*.css", "*.js", "formulas.json")
RUN_FILE = "results/runs/{key}/metrics.json"
NETWORK_FILE = "results/networks/{key}/network.json"
DATA = "results/data/data.json"
PREPARED = "results/prepared/prepared.json"
SELECTION = "results/selection.json"
SPECIMEN = Path("results/specimen.json")  # says what was proved


class Build:
    """The files of one build, derived from the configuration, the data and the selection."""

    def __init__(self, config: Config, tree: Mapping[str, Any]) -> None:
        self.config = config
        self.environment = surroundings.UTF_8 | numerics.environment(config.numerics)
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
        # none where nothing was measured: then the report has no such section
        self.benchmark = [benchmarks.FILE] if Path(benchmarks.FILE).exists() else []
        # none without the table of regularization
        self.collapse = catalogue.collapse(config)
        collapse_figures = [catalogue.COLLAPSE] if self.collapse else []
        self.tests_training = _training(config)
        self.tests_code = fingerprint.of(record.CODE)
        tests = record.variants(config.randomisation) if config.randomisation else ()
        self.tests = [test.name for test in tests]
        self.networks_code, self.pictures_code = map(fingerprint.of, (pictures.NETWORK_CODE, pictures.CODE))
        self.pictures = [f"{pictures.FOLDER}/{name}.npy" for name in pictures.NAMES]
        self.picture_figures = [pictures.figure(name) for name in pictures.NAMES]
        self.shown_figures = [
            *self.figures,
            *collapse_figures,
            *catalogue.verdict_figures(config),
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
        self.templates = sorted(
            str(path) for pattern in TEMPLATES for path in Path("templates").rglob(pattern) if "check" not in path.parts
        )
        self._runs: dict[str, plan.Run] = {}

    @classmethod
    def open(
        cls, path: Path, files: Iterable[Path] = (), entries: Iterable[str] = (), storage: str | None = None
    ) -> "Build":
        """Check the configuration and write its resolved form.

        `files` and `entries` are those of --configfile and --config, `storage` is Snakemake's default storage provider,
        where one is asked for. A problem ends the program with its lines and its exit status.
        """
        try:
            _refuse(storage)
            publication.discard_untrue()
            surroundings.mend_times(map(Path, (*SOURCES, benchmarks.FILE)), [Path("results")])
            tree = configuration_file.read_tree(path, overrides.read(files, entries))
            config = configuration_file.parse(tree, str(path))
            cpu.require(config.numerics, str(path))
            write_resolved(json.dumps(configuration_file.resolved(tree), indent=2) + "\n")
        except PipelineError as error:
            _end(error.exit_status, *error.problems)
        except OSError as error:
            _end(1, f"{error.filename or 'writing'}: expected to read and write here, found: {error.strerror}.")
        return cls(config, tree)

    @classmethod
    def of_job(cls) -> "Build":
        """The build that sent this job to another process: what it resolved, whatever config.yaml says by now."""
        try:
            tree = configuration_file.read_resolved_tree(RESOLVED)
            config = configuration_file.parse(tree, str(RESOLVED))
            cpu.require(config.numerics, str(RESOLVED))
        except PipelineError as error:
            _end(error.exit_status, *error.problems)
        return cls(config, tree)

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
        self._discard_leftovers()
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
        if not sealed.holds(SPECIMEN, proved):
            step = [sys.executable, "-m", "pipeline.report.specimen", *self.formats, "--title-block", self.title_block]
            command = [*step, "--output", str(SPECIMEN.with_suffix(".html")), "--log", "logs/specimen.log"]
            if status := subprocess.run(command, check=False).returncode:  # noqa: S603 - no shell
                why = f"found it killed by signal {-status}" if status < 0 else "found the above"
                _end(max(status, 1), f"logs/specimen.log: expected a page to be set before anything is trained, {why}.")
            sealed.write_text(SPECIMEN, proved)
        return []

    def _discard_leftovers(self) -> None:
        """Delete tables, figures and reports that an earlier build made and this one does not.

        What takes time to make again stays, such as runs.
        """
        made = {*self.crate_results, *(f"results/figures/{name}.svg" for name in self.shown_figures)}
        made |= {f"results/report/report.{name}" for name in self.formats}
        for folder in ("tables", "figures", "evidence", "report"):
            for path in Path("results", folder).glob("[!.]*"):
                if str(path) not in made:
                    sealed.discard(path)

    def candidate_runs(self, manifest: str) -> list[str]:
        """The runs that best_of experiments choose from, given prepared.json."""
        return self._files(manifest, plan.candidates(self.config))

    def all_runs(self, manifest: str, selection: str) -> list[str]:
        """The runs of every experiment, given prepared.json and selection.json.

        A selection of another configuration is about to be made anew; until then its experiments have no runs.
        """
        return self._files(manifest, (self._selected(selection) or self.config).experiments.values())

    def networks(self, manifest: str, selection: str) -> list[str]:
        """The networks of the runs that are pictured, given prepared.json and selection.json; none as in `all_runs`."""
        config = self._selected(selection)
        chosen = choice.choose(config, plan.read_fingerprint(Path(manifest))).runs if config else {}
        self._runs |= chosen
        return [NETWORK_FILE.format(key=key) for key in chosen]

    def wanted_runs(self, manifest: str) -> list[str]:
        """The runs that make check asks for, given data.json; a problem with its file ends the program."""
        return self._record(run for runs in self._wanted(manifest).values() for run in runs)

    def wanted_splits(self, manifest: str) -> list[str]:
        """The folders below results/prepared that these runs need, given data.json; see `split`."""
        needed = (protocol.split for protocol, runs in self._wanted(manifest).items() if runs)
        return [*dict.fromkeys(map(self._below_prepared, needed))]

    def _wanted(self, manifest: str) -> submissions.Runs:
        try:
            return submissions.wanted_runs(submissions.WANTED, self.config, Path(manifest))
        except InputError as error:
            _end(error.exit_status, *error.problems)

    def split(self, below: str) -> str:
        """How the images in results/prepared are divided, or those in a folder below it ('/0.2-file'), as JSON."""
        return json.dumps(vars(Split.named(below[1:]) if below else self.config.split))

    def prepared(self, key: str) -> str:
        """The folder with the images that the run of this key is trained on."""
        run = self._planned(key).specification
        split = Split(run["validation_fraction"], run["split_seed"])
        return str(Path(PREPARED).parent) + self._below_prepared(split)

    def _below_prepared(self, split: Split) -> str:
        return "" if split == self.config.split else f"/{split.name}"

    def specification(self, key: str) -> str:
        """What the run of this key is to train, as JSON; the key of no planned run ends the program."""
        return keys.canonical(self._planned(key).specification)

    def _planned(self, key: str) -> plan.Run:
        # a process with one job alone has not been asked for the inputs of others
        if key not in self._runs:
            self.all_runs(PREPARED, SELECTION)
        if key not in self._runs:
            self.wanted_runs(DATA)
        if key not in self._runs:
            _end(2, f"results/runs/{key}: expected the key of a run of this build, found another. Hint: make report")
        return self._runs[key]

    def _selected(self, selection: str) -> Config | None:
        try:
            return plan.select(self.config, plan.read_selection(Path(selection), self.config))
        except InputError:
            return None

    def _files(self, manifest: str, experiments: Iterable[Experiment]) -> list[str]:
        try:
            return self._record(plan.runs(self.config, experiments, plan.read_fingerprint(Path(manifest))))
        except InputError as error:
            _end(error.exit_status, *error.problems)

    def _record(self, planned: Iterable[plan.Run]) -> list[str]:
        runs = {run.key: run for run in planned}
        self._runs |= runs
        return [RUN_FILE.format(key=key) for key in runs]


def _refuse(storage: str | None) -> None:
    # it would carry what the rules name, and neither the checksums beside the files nor what the steps read by folder
    if storage is not None:
        raise InputError(
            f"--default-storage-provider: expected none, since all steps work in the folder results/, found {storage}. "
            "Hint: 'Without a shared file system' in docs/cluster.md says what works."
        )


def _training(config: Config) -> str:
    """How the randomization tests are trained, as JSON; without the corruption, so that another one adds a test."""
    if config.randomisation is None:
        return ""
    how = {name: value for name, value in vars(config.randomisation).items() if name != "corruption"}
    how |= {name: float(how[name]) for name in ("learning_rate", "reg", "initial_scale")}  # however it is written
    return json.dumps(how | {"hidden": config.defaults.hidden, "environment": numerics.environment(config.numerics)})


def _choices(config: Config) -> Iterator[tuple[Experiment, tuple[Configuration, ...]]]:
    for experiment in config.experiments.values():
        if experiment.best_of:
            yield experiment, config.experiments[experiment.best_of].configurations


def _end(status: int, *problems: str) -> NoReturn:
    """End the program; Snakemake would wrap any exception into a message of its own."""
    print(*problems, sep="\n", file=sys.stderr, flush=True)
    os._exit(status)


def write_resolved(text: str) -> None:
    """Write the resolved configuration if it changes, so that an unchanged one makes nothing newer.

    Raises RunError if it changes under another Snakemake of this folder, whose jobs read it.
    """
    with locks.joining(STATE) as alone:
        if sealed.holds(RESOLVED, text):
            return
        if not alone:
            raise RunError(
                "config.yaml: expected the configuration of the build that is at work in this folder, found another. "
                "Hint: wait until that build ends."
            )
        sealed.write_text(RESOLVED, text)
