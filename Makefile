# The only commands to know. The work is done by small scripts in .ci/.
.DEFAULT_GOAL := help
.PHONY: help run demo test check bench fuzz

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build client and server, and serve http://127.0.0.1:3000 from ./data
	@.ci/start serve --data ./data

demo: ## The same with believable data in a throw-away directory, ready to click
	@.ci/start demo

test: ## Everything: format, lints, Rust tests on SQLite and PostgreSQL, a real browser
	@.ci/test all

check: ## The fast part of it: format, lints, Rust tests
	@.ci/test fast

bench: ## Measure the hot paths, print the table and write benches/RESULTS.md
	@.ci/bench

fuzz: ## Feed random input to what strangers reach first, a minute each
	@.ci/fuzz
