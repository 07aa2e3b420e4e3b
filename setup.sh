#!/bin/sh
# Makes .venv from the hashed lock, and proves by use what pip cannot bring: libraries, programs, services. For the
# benchmark, the fuzzer, the mutation run and the validator of the crate, environments of their own.
# Usage: ./setup.sh report|storage|test|page|cluster|processors|fresh|bench|fuzz|mutation|lock
set -eu
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}

# What the user has set for other Pythons and for pip must not reach these.
for name in $(env | sed -n 's/^\(PYTHON[A-Z_][A-Z0-9_]*\)=.*/\1/p') PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON PIP_NO_DEPS MPLBACKEND; do
    unset "$name"
done
export PYTHONUTF8=1 PIP_USER=0
cache=${XDG_CACHE_HOME:-${HOME:-/dev/null}/.cache}
if ! { mkdir -p "$cache" && [ -w "$cache" ]; } 2>/dev/null; then
    export XDG_CACHE_HOME="$PWD/.cache" npm_config_cache="$PWD/.cache/npm"
fi

say() { printf '%s\n' "$*" >&2; }

# Install Debian packages if that needs no password; fail otherwise. What follows a failure is said with hint.
debian_install() {
    if command -v apt-get >/dev/null; then
        if [ "$(id -u)" = 0 ]; then run=''; elif sudo -n true 2>/dev/null; then run='sudo -n'; else run=none; fi
        if [ "$run" != none ]; then
            say "Installing $* with apt-get."
            $run apt-get update -qq >/dev/null 2>&1 || true
            if $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
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

# Make the environment that is named, .venv or .venv-bench, -fuzz, -mutation or -crate, unless there is one with pip.
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

# Install a lock, the second argument, into an environment, the first. A package without a wheel for this Python or
# processor is compiled; what that takes is installed, or named.
install_lock() {
    said=$(mktemp)
    if pip_install "$1" "$2" 2>"$said"; then
        cat "$said" >&2
        rm "$said"
        return 0
    fi
    compiler='gcc libc6-dev python3-dev'
    advice='Hint: see what pip says above'
    if grep -qiE 'wheel|gcc|compil' "$said" && ! compiles "$1"; then
        if debian_install $compiler && pip_install "$1" "$2"; then
            rm "$said"
            return 0
        fi
        advice="A package has to be compiled. $(hint $compiler)"
    fi
    cat "$said" >&2
    rm "$said"
    say "$2: expected pip to install it, found that it failed. $advice"
    exit 1
}

pip_install() {
    if command -v uv >/dev/null; then
        uv pip sync --quiet --python "$1/bin/python" --require-hashes "$2"
    else
        "$1/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$2"
    fi
}

# Whether an extension of Python can be compiled here.
compiles() {
    headers=$("$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    printf '#include <Python.h>\n' | cc -I "$headers" -x c -c -o /dev/null - 2>/dev/null
}

# PyTorch's CPU build for Python 3.11 on x86-64. The package index has only builds with CUDA for it, of gigabytes; that
# the version says +cpu keeps pip from loading one. Where pip knows of no CPU build, the benchmark does without.
TORCH='torch==2.13.0+cpu \
    --hash=sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b'

install_torch() {
    reason=$(.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r locks/requirements-bench-torch.lock 2>&1 >/dev/null) ||
        say "PyTorch: left out of the benchmark, which has a lock for its CPU build on Python 3.11 for x86-64; pip said: $(printf '%s\n' "$reason" | grep '^ERROR' | tail -n 1). Hint: install the CPU build of torch 2.13.0 into .venv-bench, or remove .venv-bench and run again"
}

# In the project's folder, snakemake is what pipeline/config/launch.py makes of it.
install_launcher() {
    cat >.venv/bin/snakemake <<'END'
#!/bin/sh
# Made by setup.sh.
module=snakemake
if [ -f pipeline/config/launch.py ]; then module=pipeline.config.launch; fi
exec "$(dirname "$(readlink -f "$0")")/python" -E -X utf8 -m $module "$@"
END
}

# Set the page that every build begins with. The HTML report needs no Pango, so its absence is said and ends nothing.
check_page() {
    rm -f .venv/specimen.pdf
    for package in $(.venv/bin/python -c 'from pipeline.report import typesetting; print(*typesetting.packages())'); do
        debian_install "$package" || true # one by one: not every system has them all
    done
    .venv/bin/python -m pipeline.report.specimen --output .venv/specimen.html || exit 1
}

make_report_environment() {
    make_environment .venv
    install_lock .venv "$1"
    install_launcher
    check_page
}

# What make test-page runs; each line is a program and the Debian package that has it.
PAGE_PROGRAMS='chromium chromium
java default-jre-headless
node nodejs
npm npm
pdfinfo poppler-utils
qpdf qpdf'

# Whether a program does what it is there for.
works() {
    case $1 in
    chromium)
        profile=$(mktemp -d)
        shown=$(timeout 60 chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
            --user-data-dir="$profile" --dump-dom 'data:text/html,<p>it works') || true
        rm -rf "$profile"
        [ "${shown#*it works}" != "$shown" ]
        ;;
    java) timeout 60 java -version ;;
    node) node --eval 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' ;;
    npm) npm --version ;;
    pdfinfo) pdfinfo .venv/specimen.pdf ;;
    qpdf) qpdf --check .venv/specimen.pdf ;;
    esac >/dev/null 2>&1 </dev/null
}

missing_packages() {
    printf '%s\n' "$PAGE_PROGRAMS" | while read -r program package; do
        works "$program" || printf '%s ' "$package"
    done
}

check_programs() {
    if [ ! -e .venv/specimen.pdf ]; then
        say 'make test-page: expected a machine that sets the PDF, found one that does not (above).'
        exit 1
    fi
    packages=$(missing_packages)
    if [ -z "$packages" ]; then return 0; fi
    debian_install $packages || true
    set -- $(missing_packages)
    if [ $# = 0 ]; then return 0; fi
    say "make test-page: expected programs that work (Node.js from version 18 on), found that those of $* do not. $(hint "$@")"
    exit 1
}

# Whether a Slurm can be brought up: it is, and ended again.
slurm_works() { (cd tests && ../.venv/bin/python -m cluster.slurm); }

check_slurm() {
    if slurm_works 2>/dev/null || { debian_install slurm-wlm munge && slurm_works; }; then return 0; fi
    say "make test-cluster: expected a Slurm that can be brought up, found none; nothing will be run on a cluster. $(hint slurm-wlm munge)"
    return 1
}

# The storage in a folder (fs) copies with it.
check_rsync() {
    rsync --version >/dev/null 2>&1 || debian_install rsync ||
        say "rsync: expected it for --default-storage-provider fs, found none. $(hint rsync)"
}

# Mark environments as ready: newer than what they were made from, which an archive may have dated in the future.
ready() {
    find locks/*.lock tools/*/package-lock.json setup.sh -newermt now -exec touch {} + 2>/dev/null || true
    touch "$@"
}

install_packages() {
    (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null) || {
        say "$1: expected npm to install what package-lock.json lists, found it failed. Hint: see npm's message above, then run again"
        exit 1
    }
}

# On which the compiled engine is tried besides: another compiler, another x86-64 and ARM.
PROCESSORS='clang qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross'

case "${1:-}" in
report)
    make_report_environment locks/requirements.lock
    ready .venv/report
    ;;
storage)
    make_report_environment locks/requirements-storage.lock
    check_rsync
    rm -f .venv/test .venv/page .venv/cluster # which have more than this lock
    ready .venv/report
    ;;
test)
    make_report_environment locks/requirements-test.lock
    ready .venv/test .venv/report
    ;;
page)
    make_report_environment locks/requirements-test.lock
    make_environment .venv-crate
    install_lock .venv-crate locks/requirements-crate.lock
    check_programs
    install_packages tools/page
    install_packages tools/formulas
    ready .venv/page .venv/test .venv/report
    ;;
cluster)
    make_report_environment locks/requirements-test.lock
    check_rsync
    ready .venv/test .venv/report
    rm -f .venv/cluster
    if check_slurm; then ready .venv/cluster; fi
    ;;
processors)
    if ! { clang --version && qemu-aarch64 --version && aarch64-linux-gnu-gcc --version; } >/dev/null 2>&1; then
        debian_install $PROCESSORS ||
            say "make test-all: expected another compiler and emulated processors, found some missing; the compiled engine is tried on fewer. $(hint $PROCESSORS)"
    fi
    ;;
fresh)
    command -v mmdebstrap >/dev/null || debian_install mmdebstrap ||
        say "make test-fresh: expected mmdebstrap, found none; nothing will be tried on bare systems. $(hint mmdebstrap)"
    ;;
bench)
    make_environment .venv-bench
    install_lock .venv-bench locks/requirements-bench.lock
    install_torch
    ready .venv-bench/stamp
    ;;
fuzz)
    make_environment .venv-fuzz
    install_lock .venv-fuzz locks/requirements-fuzz.lock
    ready .venv-fuzz/stamp
    ;;
mutation)
    make_environment .venv-mutation
    install_lock .venv-mutation locks/requirements-mutation.lock
    ready .venv-mutation/stamp
    ;;
lock)
    lock='uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet'
    $lock pyproject.toml --group storage -o locks/requirements-storage.lock
    $lock pyproject.toml -c locks/requirements-storage.lock -o locks/requirements.lock
    $lock pyproject.toml --group test -c locks/requirements-storage.lock -c locks/requirements.lock -o locks/requirements-test.lock
    $lock --group compiler -o locks/requirements-compiler.lock
    $lock --group bench -c locks/requirements-test.lock -o locks/requirements-bench.lock
    $lock --group crate -o locks/requirements-crate.lock
    $lock --group bench-torch -c locks/requirements-test.lock -c locks/requirements-bench.lock -o locks/requirements-bench-torch.lock
    $lock pyproject.toml --group mutation -c locks/requirements-test.lock -o locks/requirements-mutation.lock
    $lock --group fuzz -c locks/requirements-test.lock -o locks/requirements-fuzz.lock
    printf '%s\n' "$TORCH" >>locks/requirements-bench-torch.lock
    ;;
*)
    say 'usage: ./setup.sh report|storage|test|page|cluster|processors|fresh|bench|fuzz|mutation|lock'
    exit 2
    ;;
esac
