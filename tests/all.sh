#!/usr/bin/env bash
# Every test: what make test-all runs. Builds on a cluster mostly wait, so they run beside the other tests, and bare
# systems are tried after them; a browser needs a core of its own.
set -euo pipefail
log=$(mktemp)

left_out() {
    [ -e .venv/cluster ] || printf '%s' " a cluster (none could be brought up);"
    command -v mmdebstrap >/dev/null || printf '%s' " bare systems (no mmdebstrap);"
    [ -n "${MNIST_DIR:-}" ] || printf '%s' " real MNIST (no MNIST_DIR);"
}

set -m # in a process group of its own
{ { [ ! -e .venv/cluster ] || python -m pytest tests/cluster; } && make test-storage && make test-fresh; } >"$log" 2>&1 &
beside=$!
set +m
finish() {
    status=$?
    if [ "$status" -gt 128 ]; then kill -- "-$beside" || true; fi # interrupted
    wait "$beside" || status=$?
    cat "$log"
    rm "$log"
    if [ "$status" -eq 0 ]; then echo "make test-all: passed. Left out:$(left_out) what only searches (make mutants, torture, fuzz)."; fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
make test TESTS=tests
while kill -0 "$beside" 2>/dev/null; do sleep 1; done
make test-page
