# Thin names for the commands in scripts/.
.PHONY: setup demo test lint bench clean

setup:
	./scripts/setup

demo:
	./scripts/demo

test:
	./scripts/test

lint:
	./scripts/lint

# make bench NAME=connector
bench:
	./scripts/bench $(NAME)

clean:
	rm -rf .venv scripts/node_modules web/pwa/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
