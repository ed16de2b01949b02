# make run    a working station in this terminal (first start: about a minute more)
# make test   every check: style, types, walls, tests
# make bench  the speed and size of things, as tables

STATE ?= state
BIN := .venv/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/pip install --quiet

# What the station itself needs from Debian (the SDL that pygame brings: libglib; to ask a sound server whether the
# sound is taken: pulseaudio-utils), and what its checks need besides (the driver of the browser: libatomic).
RUN_PACKAGES := python3-venv espeak-ng fonts-dejavu-core fonts-unifont xfonts-base libglib2.0-0 pulseaudio-utils
TEST_PACKAGES := $(RUN_PACKAGES) pulseaudio chromium xvfb xdotool systemd strace openssl \
	tesseract-ocr tesseract-ocr-vie libatomic1

.PHONY: run test bench lock clean

run: .venv/run.stamp
	@scripts/packages $(RUN_PACKAGES)
	@$(BIN)/loalang run --state $(STATE)

test: .venv/test.stamp
	@scripts/packages $(TEST_PACKAGES)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	scripts/tests -n 2 --dist loadfile -m "not alone"
	scripts/tests -m alone

bench: .venv/test.stamp
	@scripts/packages $(TEST_PACKAGES)
	@$(BIN)/python -m bench

.venv/bin/python:
	@scripts/packages $(RUN_PACKAGES)
	"$$(scripts/python)" -m venv .venv

.venv/run.stamp: requirements/run.lock pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes -r requirements/run.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/test.stamp: requirements/dev.lock pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes -r requirements/dev.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ .venv/run.stamp

# Renew the locks (needs pip-tools); they name versions and hashes, never an address.
LOCK := pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --upgrade
lock:
	$(LOCK) --extra install -o requirements/run.lock pyproject.toml
	$(LOCK) --extra install --extra dev -c requirements/run.lock -o requirements/dev.lock pyproject.toml

clean:
	rm -rf .venv build dist
