#!/bin/sh
# Make .venv from requirements.lock (every hash checked) and find or get a browser.
# Idempotent: does nothing when it has nothing to do. Called by `make`.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "setup: $*" >&2; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
apt() {  # install a Debian package, where there is apt and the right to use it
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
}
usable() { "$1" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info < (3, 14)))' 2>/dev/null; }
find_python() {
    for each in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
        if usable "$each"; then echo "$each"; return 0; fi
    done
    return 1
}

wanted=$(cat requirements.lock pyproject.toml | cksum)
if [ "$(cat .venv/ready 2>/dev/null || true)" != "$wanted" ]; then
    python=$(find_python) || { say "needs Python 3.11, 3.12 or 3.13: apt-get install -y python3"; exit 1; }
    if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        say "making .venv with $("$python" --version)"
        if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            apt python3-venv || { say "Python lacks venv: apt-get install -y python3-venv"; exit 1; }
        fi
        rm -rf .venv
        "$python" -m venv .venv
    fi
    say "installing requirements.lock (hashes checked); a few minutes at most"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
    echo "$wanted" > .venv/ready
fi

# A start after a crash is not the time to compile, and some environments never keep what they compile.
.venv/bin/python -m compileall -q src bots workflows || true

# Playwright's driver is a program of its own that a bare Debian lacks a library for.
driver() { .venv/bin/playwright --version >/dev/null 2>&1; }
if ! driver; then
    say "Playwright's driver does not start: trying the library that it is known to miss"
    apt libatomic1 || true
    driver || { say "run .venv/bin/playwright --version to see why (Debian: apt-get install -y libatomic1)"; exit 1; }
fi

browser() { PYTHONPATH=src .venv/bin/python -c 'from counterfoil.adapters.browsers import find_browser; print(find_browser())' 2>/dev/null; }
if ! browser >/dev/null; then
    say "no browser found: trying Playwright's download, then the system's packages"
    if ! timeout 300 .venv/bin/playwright install chromium >/dev/null 2>&1 || ! browser >/dev/null; then
        apt chromium || true
    fi
    browser >/dev/null || { say "no browser: install Chromium, Chrome or Edge (Debian: apt-get install -y chromium)"; exit 1; }
fi

# The headless shell of the same Chromium needs two thirds of the CPU. Without it all works too.
if [ ! -e .venv/shell-asked ]; then
    case "$(browser)" in
    *headless*) ;;
    *) say "asking for chromium-headless-shell, which is quicker"
       apt chromium-headless-shell || say "not to be had: $(browser) does as well, at more CPU" ;;
    esac
    touch .venv/shell-asked
fi
