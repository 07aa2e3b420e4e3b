#!/bin/sh
# Makes .venv from the hashed lock and checks what pip cannot bring. Usage: ./setup.sh report|test|lock
set -eu
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

# Install Debian packages if that needs no password; otherwise print the command and fail.
debian_install() {
    if command -v apt-get >/dev/null; then
        if [ "$(id -u)" = 0 ]; then run=''; elif sudo -n true 2>/dev/null; then run='sudo -n'; else run=none; fi
        if [ "$run" != none ]; then
            say "Installing $* with apt-get."
            $run apt-get update -qq >/dev/null 2>&1 || true
            if DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
            then return 0; fi
        fi
        say "Hint: sudo apt-get install $*"
    fi
    return 1
}

make_environment() {
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
        say "$PYTHON: expected Python 3.11 or newer, found $("$PYTHON" --version 2>&1 || true). Hint: make PYTHON=python3.11 ..."
        exit 2
    }
    if .venv/bin/python -m pip --version >/dev/null 2>&1; then return 0; fi
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || debian_install python3-venv || {
        say "python3-venv: expected Python's venv and ensurepip modules, found none."
        exit 1
    }
    say "Making the environment .venv (about a minute, once)."
    "$PYTHON" -m venv --clear .venv
}

install_lock() {
    if command -v uv >/dev/null; then
        uv pip sync --quiet --python .venv/bin/python --require-hashes "$1"
    else
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
    fi
}

# The HTML report needs no Pango, so its absence is said and does not end the build.
check_pango() {
    if .venv/bin/python -c 'import weasyprint' >/dev/null 2>&1; then return 0; fi
    debian_install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 ||
        say "Pango: expected the library that WeasyPrint sets the PDF with, found none; there will be HTML only."
}

case "${1:-}" in
report)
    make_environment
    install_lock requirements.lock
    check_pango
    touch .venv/report
    ;;
test)
    make_environment
    install_lock requirements-test.lock
    check_pango
    touch .venv/test .venv/report
    ;;
lock)
    lock='uv pip compile pyproject.toml --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet'
    $lock -o requirements.lock
    $lock --group test -c requirements.lock -o requirements-test.lock
    ;;
*)
    say 'usage: ./setup.sh report|test|lock'
    exit 2
    ;;
esac
