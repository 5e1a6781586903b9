# make demo    set everything up and print the sample corpus
# make test    set everything up and run the tests
# make lint    ruff and mypy
# make lowest  the tests with the lowest version of every package that pyproject.toml permits
# make check   the slow validators on dist/: EPUBCheck, Ace, veraPDF, qpdf, a reading system in Chromium
# make prove   the slow laws: every byte flipped, every disk operation failed, every mood of a machine, every real document
# make fuzz    documents that are almost right, for FUZZ_SECONDS on all cores; what breaks a law goes to build/fuzz-finds
# make quality        read the labelled documents and print how many fields are right; fails below tests/quality/floors.toml
# make quality-peers  the same documents through other extractors, beside archivekit
# make bench          what archivekit costs beside other programs, into docs/benchmarks.md; see tests/bench/README.md for its sections
# make verapdf  the sample, the seeds and every folder of real dumps as PDFs, and what veraPDF says of each; takes a while
# make accept  rewrite the golden cases and command tests from what the code does now; read the diff before you commit it

VENV := .venv
BIN := $(VENV)/bin
ACE := $(VENV)/ace/node_modules/.bin/ace-cli
ACE_VERSION := 1.4.6
EPUBJS := $(VENV)/reading-system/node_modules
EPUBJS_VERSION := 0.3.93
PUPPETEER_VERSION := 24.43.1
PERCOLLATE_VERSION := 4.3.0

PROOFS := $(addprefix tests/test_,$(addsuffix .py,crash determinism verify extract accounting))
ARCHIVEKIT_SHARED ?= ../shared
FUZZ_SECONDS ?= 60
ATHERIS := atheris==3.0.0
UV := uv==0.13.9
PEERS := trafilatura==2.3.1 'newspaper4k[zh]==0.9.6' readability-lxml==0.9 lxml_html_clean==0.4.6 pypandoc_binary==1.17

export PIP_DISABLE_PIP_VERSION_CHECK := 1
ifeq ($(shell uname -s),Darwin)
export DYLD_FALLBACK_LIBRARY_PATH := $(shell brew --prefix 2>/dev/null)/lib
endif

.PHONY: demo test lint lowest check prove fuzz quality quality-peers bench verapdf hostile-pdf accept clean
.DELETE_ON_ERROR:

demo: $(VENV)/installed
	$(BIN)/archivekit build corpus/ --out dist/ --name sample
	@echo
	@echo "Open dist/sample.epub in any e-book reader and dist/sample.pdf in any PDF viewer;"
	@echo "dist/sample.jsonl has the same articles, a record a line, and dist/sample.report.json says how it went."

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -m "not slow" -n auto

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lowest: $(VENV)/lowest/installed
	$(VENV)/lowest/bin/python -m pytest -m "not slow" -n auto

check: $(VENV)/installed-dev $(VENV)/checkers
	ACE="$(abspath $(ACE))" EPUBJS="$(abspath $(EPUBJS))" $(BIN)/python -m pytest -m slow $(PROOFS:%=--ignore=%)

prove: $(VENV)/installed-dev
	$(BIN)/python -m pytest -m slow -n auto --dist worksteal $(PROOFS)

fuzz: $(VENV)/installed-dev $(VENV)/atheris
	cd tests && "$(abspath $(BIN))/python" -m fuzz --seconds $(FUZZ_SECONDS) $(if $(FUZZ_SEED),--seed $(FUZZ_SEED))

quality: $(VENV)/installed-dev
	@mkdir -p build
	$(BIN)/archivekit read --quiet "$(ARCHIVEKIT_SHARED)/corpora" > build/quality.jsonl || [ $$? -eq 3 ]
	$(BIN)/python tests/quality/measure.py build/quality.jsonl --floors tests/quality/floors.toml

quality-peers: $(VENV)/installed-dev $(VENV)/peers/installed
	$(BIN)/python tests/quality/peers.py "$(ARCHIVEKIT_SHARED)/corpora" --python $(VENV)/peers/bin/python

bench: $(VENV)/installed-dev $(VENV)/peers/installed $(VENV)/bench
	PYTHONPATH=tests $(BIN)/python -m bench $(BENCH) $(if $(SIZES),--sizes $(SIZES)) $(if $(RUNS),--runs $(RUNS)) \
	  $(if $(LIMIT),--limit $(LIMIT)) $(if $(UNJUDGED),--unjudged) --peers "$(abspath $(VENV)/peers/bin/python)" \
	  --percollate "$(abspath $(VENV)/percollate/node_modules/.bin/percollate)"

verapdf: $(VENV)/installed-dev $(VENV)/checkers
	$(BIN)/python tests/books.py build/books dist/sample.pdf "$(ARCHIVEKIT_SHARED)/seeds" "$(ARCHIVEKIT_SHARED)"/corpora/*/

hostile-pdf: $(VENV)/installed-dev $(VENV)/checkers
	ARCHIVEKIT_HOSTILE_PDF=1 $(BIN)/python -m pytest -m slow -s tests/test_withstand.py -k "printed and pdf"

accept: $(VENV)/installed-dev
	ARCHIVEKIT_ACCEPT=1 $(BIN)/python -m pytest tests/test_cases.py tests/test_commands.py

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Each stamp says that a step was done; the steps are done again when what they depend on changes.

$(BIN)/python:
	@setup/packages run
	@echo "Making a virtual environment in $(VENV) with $$(setup/packages python)"
	@$$(setup/packages python) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/installed: pyproject.toml setup/packages | $(BIN)/python
	@setup/packages run
	@echo "Installing archivekit and the Python packages it needs into $(VENV)"
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml setup/packages | $(BIN)/python
	@setup/packages test
	@echo "Installing archivekit, the Python packages it needs and those its tests need into $(VENV)"
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/installed

$(VENV)/lowest/installed: pyproject.toml setup/packages Makefile
	@setup/packages test
	@echo "Installing the lowest version of every package that archivekit and its tests need into $(VENV)/lowest"
	@$$(setup/packages python) -m venv --clear $(VENV)/lowest
	@$(VENV)/lowest/bin/python -m pip install --quiet --upgrade pip $(UV)
	@$(VENV)/lowest/bin/uv pip install --quiet --python $(VENV)/lowest/bin/python --resolution lowest-direct --editable '.[dev]'
	@touch $@

$(VENV)/checkers: setup/packages Makefile | $(BIN)/python
	@setup/packages check
	@echo "Installing Ace $(ACE_VERSION), the accessibility checker, into $(VENV)/ace"
	@PUPPETEER_SKIP_DOWNLOAD=1 npm install --silent --no-fund --no-audit --prefix $(VENV)/ace @daisy/ace-cli@$(ACE_VERSION)
	@echo "Installing epub.js $(EPUBJS_VERSION), a reading system, and what drives Chromium into $(VENV)/reading-system"
	@PUPPETEER_SKIP_DOWNLOAD=1 npm install --silent --no-fund --no-audit --ignore-scripts --prefix $(VENV)/reading-system \
	  epubjs@$(EPUBJS_VERSION) puppeteer-core@$(PUPPETEER_VERSION)
	@touch $@

# Where there is no atheris for the machine, the fuzzer goes by what records are made of.
$(VENV)/atheris: Makefile | $(VENV)/installed-dev
	@$(BIN)/python -m pip install --quiet --only-binary :all: $(ATHERIS) || echo "There is no $(ATHERIS) for this machine"
	@touch $@

$(VENV)/peers/installed: Makefile setup/packages
	@echo "Installing the extractors to compare with into $(VENV)/peers"
	@$$(setup/packages python) -m venv $(VENV)/peers
	@$(VENV)/peers/bin/python -m pip install --quiet --upgrade pip
	@$(VENV)/peers/bin/python -m pip install --quiet $(PEERS)
	@touch $@

$(VENV)/bench: setup/packages Makefile | $(BIN)/python
	@setup/packages bench
	@echo "Installing percollate $(PERCOLLATE_VERSION), which makes books of web pages, into $(VENV)/percollate"
	@PUPPETEER_SKIP_DOWNLOAD=1 npm install --silent --no-fund --no-audit --ignore-scripts --prefix $(VENV)/percollate \
	  percollate@$(PERCOLLATE_VERSION) || echo "percollate cannot be installed; it is left out"
	@touch $@
