# Portdeck from a fresh clone: `make run` opens it, `make test` checks it. Nothing need be installed
# beforehand but Python 3.11 or newer and make.

BIN := .venv/bin
# What the command is given: make run ARGS="--profile other.toml"
ARGS ?=

# What follows `bench`, `soak` or `screenshots` is for the program, and is no target: make bench peers
ifneq ($(filter bench soak screenshots,$(firstword $(MAKECMDGOALS))),)
WORDS := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
.PHONY: $(WORDS)
$(WORDS):
	@:
endif

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench soak screenshots gallery translations dist clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.ready-to-run ## open Portdeck
	@$(BIN)/portdeck $(ARGS)

test: lint ## linters, types, import contracts, then every test with its coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $$(( $$(nproc) + 1 )) --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: .venv/.ready-to-develop ## linters, types and import contracts alone
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell
	$(BIN)/validate-pyproject pyproject.toml
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.ready-to-develop ## put the code into its one form
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: .venv/.ready-to-develop ## measure, side by side with what others do; `make bench peers` for one part
	$(BIN)/python -m tests.benchmarks $(WORDS)

soak: .venv/.ready-to-develop ## ten minutes of churn and faults; `make soak 60` for an hour
	$(BIN)/python -m tests.soak $(WORDS)

screenshots: .venv/.ready-to-develop ## picture every state; `make screenshots traffic dark 200` for some
	.ci/packages fonts-inter fonts-jetbrains-mono
	$(BIN)/python -m tests.screenshots $(WORDS)

gallery: .venv/.ready-to-develop ## take pictures of all controls, light and dark
	$(BIN)/python -m tests.gallery

translations: .venv/.ready-to-develop ## bring resources/translations/ up to date with the texts
	$(BIN)/python .ci/translations

dist: .venv/.ready-to-develop ## build wheel and sdist, then try the wheel in an environment of its own
	rm -rf dist
	$(BIN)/hatchling build
	.ci/try-wheel $(BIN)/python dist/*.whl

clean: ## remove all that the other targets made
	rm -rf .venv build dist .coverage .coverage.* .hypothesis
	rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: made anew when what they depend on has changed, so that the second `make run` starts at once.
.venv/.ready-to-run: pyproject.toml app/__init__.py .ci/bootstrap .ci/packages
	@.ci/bootstrap run
	@touch $@

.venv/.ready-to-develop: pyproject.toml app/__init__.py .ci/bootstrap .ci/packages
	@.ci/bootstrap develop
	@touch $@ .venv/.ready-to-run
