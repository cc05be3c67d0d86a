# Strandline: `make help` lists what there is. Each target installs what it needs.

SWIFT ?= swift
DEMO_ROWS ?= 2000000
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help setup build demo test lint bench drill clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

setup: ## install the C library that is missing, and look for Swift
	@command -v $(SWIFT) >/dev/null || { echo "Swift 6.2 or later is needed: https://www.swift.org/install"; exit 1; }
	@if pkg-config --exists libzstd 2>/dev/null; then :; else \
	  echo "installing libzstd-dev and pkg-config with apt-get"; \
	  $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq libzstd-dev pkg-config; \
	fi

build: setup ## build the command line in release
	$(SWIFT) build -c release --product strandline

demo: build ## count page views, kill the process half-way, start it again, compare with an undisturbed run
	.build/release/strandline demo --rows $(DEMO_ROWS)

lint: ## check the format of the sources
	$(SWIFT) format lint --strict -r Sources Tests Benchmarks Package.swift

test: setup lint ## check the format, run every test, and build without the optional parts
	$(SWIFT) build --target Strandline --disable-default-traits
	$(SWIFT) test

bench: setup ## run every measurement, one JSON object a line
	$(SWIFT) run -c release strandline-bench

drill: build ## kill a counting process twenty times and compare with an undisturbed run
	.build/release/strandline drill --kills 20 --seed 7

clean: ## remove what was built and what the demo left
	rm -rf .build checkpoints/demo
