# The commands of the README. Every recipe works twice in a row and from a path with spaces.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run demo install test test-postgres test-datasets storm storm-workers fuzz lint bench evaluate peers pictures figures

run: install
	@exec $(BIN)/digitbot run

# The pages full: a database of its own with invented people and drawn digits.
demo: install
	@exec $(BIN)/digitbot demo

install: .venv/installed

.venv/bin/python:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' || \
	    { echo 'digitbot needs Python 3.11 or later with venv: apt-get install python3 python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	@touch $@

.venv/tested: .venv/installed
	$(PIP) --editable '.[test]'
	@touch $@

.venv/linted: .venv/installed
	$(PIP) --editable '.[lint]'
	@touch $@

test: .venv/tested
	$(BIN)/python -m pytest --numprocesses 2

# All that touches a database once more, on a PostgreSQL server that the tests make and remove:
# as the user postgres where they run as root, which the server refuses.
test-postgres: .venv/tested
	TEST_DATABASE=postgresql $(BIN)/python -m pytest --numprocesses 2

# An export opened with Hugging Face's `datasets`, which brings half a gigabyte along: not in .venv.
.venv-datasets/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-datasets
	.venv-datasets/bin/python -m pip install --quiet --disable-pip-version-check \
	    --constraint constraints.txt --editable '.[datasets]'
	@touch $@

test-datasets: .venv-datasets/installed
	.venv-datasets/bin/python -m pytest tests/model/test_imagefolder.py

# 300 photos of 30 people while the bot is killed 25 times; a short form is among the tests.
storm: .venv/tested
	$(BIN)/python -m tests.bot.storm

# The same with two and four bots that share the inbox, on a PostgreSQL server of its own.
storm-workers: .venv/tested
	$(BIN)/python -m tests.bot.storm --postgres --webhook --workers 2
	$(BIN)/python -m tests.bot.storm --postgres --webhook --workers 4

# 10,000 broken pictures; a few hundred are among the tests.
fuzz: .venv/tested
	FUZZ_SEED=$(or $(SEED),$(shell date +%s)) FUZZ_TRIES=10000 $(BIN)/python -m pytest tests/model/test_fuzz.py

lint: .venv/linted
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# PyTorch and the others it is held against stay out of .venv.
.venv-bench/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check \
	    --constraint constraints.txt --editable '.[bench]'
	@touch $@

bench: .venv-bench/installed
	.venv-bench/bin/python scripts/bench_network.py
	.venv-bench/bin/python scripts/bench_reader.py
	PYTHONPATH=. .venv-bench/bin/python scripts/bench_bot.py
	PYTHONPATH=. .venv-bench/bin/python scripts/bench_workers.py
	PYTHONPATH=. .venv-bench/bin/python scripts/bench_admin.py
	PYTHONPATH=. .venv-bench/bin/python scripts/bench_export.py
	PYTHONPATH=. .venv-bench/bin/python scripts/bench_move.py
	$(if $(MNIST),.venv-bench/bin/python scripts/bench_flywheel.py --mnist "$(MNIST)" \
	    $(if $(SEMEION),--semeion "$(SEMEION)") $(if $(PHOTOS),--photos "$(PHOTOS)"), \
	    @echo 'The flywheel needs data: make bench MNIST=DIR SEMEION=DIR PHOTOS=DIR')

# How good the weights are: make evaluate MNIST=DIR PHOTOS=DIR; MNIST is downloaded where none is given.
evaluate: .venv/installed
	$(BIN)/digitbot evaluate $(if $(MNIST),--mnist "$(MNIST)") --sheet build/misread-digits.png
	$(if $(PHOTOS),$(BIN)/digitbot evaluate --photos "$(PHOTOS)" --sheet build/misread-photos.png)

# Other readers on a folder of labelled photos; Tesseract is asked too where it is installed.
.venv-peers/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check \
	    --constraint constraints.txt --editable '.[peers]'
	@touch $@

peers: .venv-peers/installed
	.venv-peers/bin/python scripts/peers.py $(or $(PHOTOS),../shared/photos)

# The pictures of the README, which the browser tests take; needs Chromium (apt-get install chromium).
pictures: .venv/tested
	PICTURES=docs/pictures $(BIN)/python -m pytest -p no:xdist tests/browser/test_readme_pictures.py

# The figures of docs/network.md.
figures: .venv/installed
	$(BIN)/python scripts/figures_network.py $(if $(MNIST),--mnist "$(MNIST)")
