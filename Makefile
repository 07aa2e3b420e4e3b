# make report    build report/report.html and report/report.pdf
# make test      check the code, run the unit tests and build the sample once, in minutes (TESTS="files or tests": these)
# make test-all  run every test there is: builds, faults, the page, a cluster, bare systems
# make test-page check the finished report (needs Chromium, Java, Node.js, poppler and qpdf)
# make test-cluster  build on a Slurm that is brought up for it (Debian's slurm-wlm and munge)
# make test-storage  build with a bucket or a folder of its own for the results, on a stand-in for Kubernetes, on Slurm
# make test-fresh    build on bare Debian systems made on the spot (root and mmdebstrap; MACHINES: some of them)
# make bench     measure both engines beside PyTorch, JAX and scikit-learn (report/benchmark.json)
# make bench-scale  measure how planning and finishing a build grow with its runs
# make fuzz      search for input that is not refused in a line (FUZZ_SECONDS for each target)
# make mutants   spoil the code, a line at a time, and see whether the tests notice (AREAS: some of them)
# make torture   strike builds of the sample and see that nothing is lost (KILLS of them)
# make check     hold someone's printed numbers against runs (PUBLISHED=file or folder; PROTOCOL=course or config, that of
#                files which say none; EXPLAIN=1: train what it takes to explain files that fail; DRY=1: only say what
#                would be trained)
# make compare   say what changed between two builds (make compare old new, or A=old B=new; ALL=1 for every change)
# make verify    rebuild in a temporary folder and hold it against report/reference/ (PRESENT=1: judge this build)
# make reference take the values in report/reference/ from this build
# make prune     delete runs that the present configuration does not use
# make clean     delete everything that a build makes, but the report and the downloaded data
# make formulas  draw the formulas of the templates (needs Node.js)
# make lock      resolve the dependencies anew (needs uv)
# ENGINE=compiled: with that engine, whatever config.yaml says (make report, verify, reference, check)

PYTHON ?= python3
TESTS ?=
MACHINES ?=
AREAS ?=
PUBLISHED ?=
PROTOCOL ?= course
EXPLAIN ?=
DRY ?=
A ?=
B ?=
ALL ?=
PRESENT ?=
ENGINE ?=
SNAKEMAKE_OPTIONS ?=
BENCH_OPTIONS ?=
FUZZ_SECONDS ?= 60
KILLS ?= 50
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Snakemake heeds the last --config alone.
ifneq ($(ENGINE),)
ifneq ($(PRESENT),)
$(error ENGINE: expected none beside PRESENT, since a build tells its engine, found $(ENGINE). Hint: make verify PRESENT=1)
endif
ifneq ($(filter-out --configfile%,$(filter --conf% -C%,$(SNAKEMAKE_OPTIONS))),)
$(error ENGINE: expected no --config in SNAKEMAKE_OPTIONS beside it, found one. Hint: write engine=$(ENGINE) there, without ENGINE)
endif
override SNAKEMAKE_OPTIONS += --config engine=$(ENGINE)
endif
# What the user has set for other Pythons must not reach this one.
unexport MPLBACKEND MATPLOTLIBRC $(filter PYTHON%,$(filter-out PYTHON,$(.VARIABLES)))
export PYTHONUTF8 := 1

# A stamp from the future, where the clock was set back, would hide what has changed.
$(shell find .venv .venv-bench .venv-fuzz .venv-mutation -maxdepth 1 -newermt now \( -name report -o -name test -o -name page \
	-o -name cluster -o -name stamp \) -delete 2>/dev/null)

GOALS := report test test-all test-page test-cluster test-storage test-fresh bench bench-scale fuzz mutants torture check compare verify reference prune clean formulas lock
.PHONY: $(GOALS)

# make compare old new: what stands after compare is the name of a folder, and no goal.
ifeq ($(firstword $(MAKECMDGOALS)),compare)
FOLDERS := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
ifneq ($(filter $(GOALS),$(FOLDERS)),)
$(error make compare: expected folders, found a goal. Hint: make compare A=folder B=folder)
endif
.PHONY: $(FOLDERS)
$(sort $(FOLDERS)):
	@:
endif

report: .venv/report
	@SUMMARY_FOLLOWS=1 snakemake --cores all $(SNAKEMAKE_OPTIONS)
	@python -m pipeline.workflow.summary

PYTEST := python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
LINT := ruff check . && ruff format --check . && snakefmt --check Snakefile rules && lint-imports && mypy

# Files or tests that are named run whole.
test: .venv/test
	$(LINT)
ifeq ($(TESTS),)
	$(PYTEST) -m "not slow"
	@echo "make test: passed. Left out: tests with builds of their own, the page in a browser, a cluster, bare systems (make test-all)."
else
	$(PYTEST) $(TESTS)
endif

test-all: .venv/test .venv/cluster
	@./setup.sh processors
	@tests/all.sh

test-page: .venv/page
	python -m pytest tests/page

# Without Slurm there is no stamp, and setup.sh has said so.
test-cluster: .venv/cluster
	@test ! -e .venv/cluster || python -m pytest tests/cluster

test-storage: .venv/cluster
	python -m pytest --numprocesses 2 --dist loadfile tests/storage

# Without mmdebstrap setup.sh has said so.
test-fresh:
	@./setup.sh fresh
	@! command -v mmdebstrap >/dev/null || PYTHONPATH=tests $(PYTHON) -m fresh $(MACHINES)

# The numerical libraries get one thread each, which must be said before they start.
bench: .venv/report .venv-bench/stamp
	@SUMMARY_FOLLOWS=1 snakemake --until prepare --cores all --workflow-profile none --rerun-incomplete --quiet all $(SNAKEMAKE_OPTIONS)
	@OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 .venv-bench/bin/python -m bench $(BENCH_OPTIONS)

bench-scale: .venv/report
	@python -m bench.scale $(BENCH_OPTIONS)

fuzz: .venv-fuzz/stamp
	@cd tests && PYTHONPATH=.:support:.. ../.venv-fuzz/bin/python -m fuzz --seconds $(FUZZ_SECONDS)

mutants: .venv-mutation/stamp
	@PYTHONPATH=tests .venv-mutation/bin/python -m mutation $(AREAS)

torture: .venv/test
	@PYTHONPATH=tests:tests/support:. python -m faults.torture --kills $(KILLS)

# By the environment, so that the shell takes no quotation mark in them for one of its own.
check: export PUBLISHED := $(PUBLISHED)
check: export PROTOCOL := $(PROTOCOL)
check: export SNAKEMAKE_OPTIONS := $(SNAKEMAKE_OPTIONS)
check: .venv/report
	@python -m pipeline.check.command --protocol="$$PROTOCOL" $(if $(EXPLAIN),--explain) $(if $(DRY),--dry) --snakemake="$$SNAKEMAKE_OPTIONS" -- "$$PUBLISHED"

compare: export A := $(A)
compare: export B := $(B)
compare: export FOLDERS := $(FOLDERS)
compare: .venv/report
	@python -m pipeline.verification.compare $(if $(ALL),--all) -- "$$A" "$$B" $$FOLDERS

verify: export SNAKEMAKE_OPTIONS := $(SNAKEMAKE_OPTIONS)
verify: .venv/report
	@python -m pipeline.verification.verify $(if $(PRESENT),--present) --snakemake="$$SNAKEMAKE_OPTIONS"

reference: report
	@python -m pipeline.verification.reference

prune: .venv/report
	@python -m pipeline.workflow.prune

clean:
	rm -rf results logs .snakemake

formulas: .venv/report
	python -m pipeline.report.formulas

lock:
	./setup.sh lock

.venv/report: locks/requirements.lock setup.sh
	@PYTHON=$(PYTHON) ./setup.sh report

.venv/test: locks/requirements-test.lock setup.sh
	@PYTHON=$(PYTHON) ./setup.sh test

.venv/page: locks/requirements-test.lock locks/requirements-crate.lock tools/page/package-lock.json tools/formulas/package-lock.json setup.sh
	@PYTHON=$(PYTHON) ./setup.sh page

.venv/cluster: locks/requirements-test.lock setup.sh
	@PYTHON=$(PYTHON) ./setup.sh cluster

.venv-bench/stamp: locks/requirements-bench.lock locks/requirements-bench-torch.lock setup.sh
	@PYTHON=$(PYTHON) ./setup.sh bench

.venv-fuzz/stamp: locks/requirements-fuzz.lock setup.sh
	@PYTHON=$(PYTHON) ./setup.sh fuzz

.venv-mutation/stamp: locks/requirements-mutation.lock setup.sh
	@PYTHON=$(PYTHON) ./setup.sh mutation
