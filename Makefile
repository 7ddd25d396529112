# Every verb is one file in tools/ or one command of .venv; `make` only remembers the names.
.DEFAULT_GOAL := help
export PY ?= python3
BIN := .venv/bin

.PHONY: help demo test lint fix check bench docs pictures environment equipment clean
help:         ## this list
	@sed -n 's/^\([a-z]*\): .*## /\1\t/p; s/^\([a-z]*\): *## /\1\t/p' Makefile | sort | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'
environment:  ## make .venv (every other verb does this first)
	@tools/environment
demo: environment  ## three linked applications tell the story, then stay up for clicking
	@$(BIN)/applinks demo
test: environment  ## everything that this machine can run
	@tools/browser > /dev/null || true  # without them their tests are skipped, and say so
	@tools/peers || true
	@$(BIN)/pytest -n auto -q
lint: environment  ## format, lint, types, layers
	@tools/lint
fix: environment  ## let ruff mend what it can
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .
check: lint test  ## what CI asks
bench: environment  ## ratios to the bare cryptographic operation, and to other libraries
	@$(BIN)/python -m bench
pictures: environment  ## those in docs/pictures, taken anew in the browser
	@tools/pictures
docs: environment  ## the pages under docs/ as HTML in docs/_build
	@tools/docs
equipment: environment  ## a browser and other people's clients, for the tests that would be skipped without them
	@tools/browser > /dev/null
	@tools/peers
clean:        ## remove what make made
	rm -rf .venv .tools dist build docs/_build
