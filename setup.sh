#!/bin/sh
# Makes .venv from the hashed lock and checks what pip cannot bring; for the benchmark, the fuzzer and the validator of
# the crate, environments of their own.
# Usage: ./setup.sh report|test|page|cluster|fresh|bench|fuzz|lock
set -eu
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

# Install Debian packages if that needs no password; fail otherwise. What follows a failure is said with hint.
debian_install() {
    if command -v apt-get >/dev/null; then
        if [ "$(id -u)" = 0 ]; then run=''; elif sudo -n true 2>/dev/null; then run='sudo -n'; else run=none; fi
        if [ "$run" != none ]; then
            say "Installing $* with apt-get."
            $run apt-get update -qq >/dev/null 2>&1 || true
            if DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
            then return 0; fi
        fi
    fi
    return 1
}

hint() {
    if command -v apt-get >/dev/null; then
        printf 'Hint: sudo apt-get install %s' "$*"
    else
        printf "Hint: install what this system calls Debian's %s" "$*"
    fi
}

# Make the environment that is named, .venv or .venv-bench, -fuzz or -crate, unless there is one with pip.
make_environment() {
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
        say "$PYTHON: expected Python 3.11 or newer, found $("$PYTHON" --version 2>&1 || true). Hint: make PYTHON=python3.11 ..."
        exit 2
    }
    if "$1/bin/python" -m pip --version >/dev/null 2>&1; then return 0; fi
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || debian_install python3-venv || {
        say "python3-venv: expected Python's venv and ensurepip modules, found none. $(hint python3-venv)"
        exit 1
    }
    say "Making the environment $1 (about a minute, once)."
    "$PYTHON" -m venv --clear "$1"
}

# Install a lock, the second argument, into an environment, the first.
install_lock() {
    if command -v uv >/dev/null; then
        uv pip sync --quiet --python "$1/bin/python" --require-hashes "$2"
    else
        "$1/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$2"
    fi
}

# PyTorch's CPU build for Python 3.11 on x86-64. The package index has only builds with CUDA for it, of gigabytes; that
# the version says +cpu keeps pip from loading one. Where pip knows of no CPU build, the benchmark does without.
TORCH='torch==2.13.0+cpu \
    --hash=sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b'

install_torch() {
    reason=$(.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements-bench-torch.lock 2>&1 >/dev/null) ||
        say "PyTorch: left out of the benchmark, which has a lock for its CPU build on Python 3.11 for x86-64; pip said: $(printf '%s\n' "$reason" | grep '^ERROR' | tail -n 1). Hint: install the CPU build of torch 2.13.0 into .venv-bench, or remove .venv-bench and run again"
}

# The HTML report needs no Pango, so its absence is said and does not end the build.
check_pango() {
    if .venv/bin/python -c 'import weasyprint' >/dev/null 2>&1; then return 0; fi
    libraries='libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0'
    debian_install $libraries ||
        say "Pango: expected the library that WeasyPrint sets the PDF with, found none; there will be HTML only. $(hint $libraries)"
}

# What make test-page runs; each line is a program and the Debian package that has it.
PAGE_PROGRAMS='chromium chromium
java default-jre-headless
node nodejs
npm npm
pdfinfo poppler-utils
qpdf qpdf'

missing_packages() {
    printf '%s\n' "$PAGE_PROGRAMS" | while read -r program package; do
        command -v "$program" >/dev/null || printf '%s ' "$package"
    done
}

check_programs() {
    packages=$(missing_packages)
    if [ -z "$packages" ]; then return 0; fi
    debian_install $packages || true
    set -- $(missing_packages)
    if [ $# = 0 ]; then return 0; fi
    say "make test-page: expected the programs of $* on the PATH, found none. $(hint "$@")"
    exit 1
}

has_slurm() (
    PATH=$PATH:/usr/sbin
    for program in munged slurmctld slurmd sbatch; do command -v "$program" >/dev/null || exit 1; done
)

check_slurm() {
    if has_slurm || debian_install slurm-wlm munge; then return 0; fi
    say "make test-cluster: expected Slurm, found none; nothing will be run on a cluster. $(hint slurm-wlm munge)"
    return 1
}

check_node() {
    version=$(node --version)
    major=${version#v}
    if [ "${major%%.*}" -ge 18 ]; then return 0; fi
    say "Node.js: expected version 18 or newer, found $version. Hint: install a newer Node.js and put it first on the PATH"
    exit 1
}

install_packages() {
    (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null) || {
        say "$1: expected npm to install what package-lock.json lists, found it failed. Hint: see npm's message above, then run again"
        exit 1
    }
}

case "${1:-}" in
report)
    make_environment .venv
    install_lock .venv requirements.lock
    check_pango
    touch .venv/report
    ;;
test)
    make_environment .venv
    install_lock .venv requirements-test.lock
    check_pango
    touch .venv/test .venv/report
    ;;
page)
    make_environment .venv
    install_lock .venv requirements-test.lock
    check_pango
    make_environment .venv-crate
    install_lock .venv-crate requirements-crate.lock
    check_programs
    check_node
    install_packages tools/page
    install_packages tools/formulas
    touch .venv/page .venv/test .venv/report
    ;;
cluster)
    make_environment .venv
    install_lock .venv requirements-test.lock
    check_pango
    touch .venv/test .venv/report
    if check_slurm; then touch .venv/cluster; fi
    ;;
fresh)
    command -v mmdebstrap >/dev/null || debian_install mmdebstrap ||
        say "make test-fresh: expected mmdebstrap, found none; nothing will be tried on bare systems. $(hint mmdebstrap)"
    ;;
bench)
    make_environment .venv-bench
    install_lock .venv-bench requirements-bench.lock
    install_torch
    touch .venv-bench/stamp
    ;;
fuzz)
    make_environment .venv-fuzz
    install_lock .venv-fuzz requirements-fuzz.lock
    touch .venv-fuzz/stamp
    ;;
lock)
    lock='uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet'
    $lock pyproject.toml -o requirements.lock
    $lock pyproject.toml --group test -c requirements.lock -o requirements-test.lock
    $lock --group bench -c requirements-test.lock -o requirements-bench.lock
    $lock --group crate -o requirements-crate.lock
    $lock --group bench-torch -c requirements-test.lock -c requirements-bench.lock -o requirements-bench-torch.lock
    $lock --group fuzz -c requirements-test.lock -o requirements-fuzz.lock
    printf '%s\n' "$TORCH" >>requirements-bench-torch.lock
    ;;
*)
    say 'usage: ./setup.sh report|test|page|cluster|fresh|bench|fuzz|lock'
    exit 2
    ;;
esac
