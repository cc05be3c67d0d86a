# make help says what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
SWIFT ?= swift
STRANDLINE = .build/release/strandline
DEMO_ROWS ?= 2000000
DRILL ?= --kills 20 --seed 7
TORTURE ?=
FUZZ_SECONDS ?= 60
ORACLE ?=
PYTHON ?= python3
JAVA ?= java
COMPARE ?=

.DEFAULT_GOAL := help
.PHONY: help setup build demo test lint bench peers compare drill matrix oracle torture fuzz tsan asan clean

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 14

setup: ## Install what is missing (libzstd-dev, zlib1g-dev, pkg-config; as root or with sudo) and check for Swift 6.2 or newer
	@missing=""; \
	command -v pkg-config > /dev/null || missing="$$missing pkg-config"; \
	for library in libzstd:libzstd-dev zlib:zlib1g-dev; do \
	  { command -v pkg-config > /dev/null && pkg-config --exists "$${library%%:*}"; } || missing="$$missing $${library##*:}"; done; \
	if [ -n "$$missing" ]; then \
	  command -v apt-get > /dev/null || { echo "setup: please install$$missing"; exit 1; }; \
	  as=""; if [ "$$(id -u)" != 0 ]; then \
	    command -v sudo > /dev/null || { echo "setup: please install, as root:$$missing"; exit 1; }; as=sudo; fi; \
	  echo "setup: installing$$missing with apt-get$${as:+ (sudo)}"; \
	  $$as apt-get update -q < /dev/null; \
	  $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing < /dev/null; \
	else echo "setup: libzstd, zlib and pkg-config are there"; fi
	@command -v $(SWIFT) > /dev/null || { echo "setup: Swift 6.2 or newer is needed: https://www.swift.org/install"; exit 1; }
	@version="$$($(SWIFT) --version 2>&1 | sed -nE 's/.*Swift version ([0-9]+)\.([0-9]+).*/\1 \2/p' | head -n 1)"; \
	read -r major minor <<< "$$version"; \
	if [ "$${major:-0}" -lt 6 ] || { [ "$$major" = 6 ] && [ "$$minor" -lt 2 ]; }; then \
	  echo "setup: Swift 6.2 or newer is needed, this is $${major:-?}.$${minor:-?}"; exit 1; fi; \
	echo "setup: Swift $$major.$$minor"

build: setup ## Build the command line for release
	$(SWIFT) build -c release --product strandline

demo: build ## Count page views, kill the run half-way, go on, compare (DEMO_ROWS=2000000)
	$(STRANDLINE) demo --rows $(DEMO_ROWS)

lint: ## Check the format of the sources
	$(SWIFT) format lint --strict --parallel -r Sources Tests Benchmarks Package.swift \
	  Fuzz/Package.swift Fuzz/Sources/FuzzTargets Fuzz/Sources/fuzz-*

test: setup lint ## Run every test, and build without the optional parts
	$(SWIFT) build --target Strandline --disable-default-traits
	$(SWIFT) test

bench: setup ## Measure: a JSON object per measurement
	$(SWIFT) run -c release strandline-bench

peers: ## Install Flink, DuckDB, Spark and Bytewax from PyPI into .build/peers (1 GB), to compare with; Java 17 with apt-get
	@missing=""; \
	command -v $(JAVA) > /dev/null && command -v javac > /dev/null || missing="openjdk-17-jdk-headless"; \
	$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || missing="$$missing python3 python3-venv"; \
	if [ -n "$$missing" ]; then \
	  echo "peers: installing $$missing with apt-get"; \
	  as=""; if [ "$$(id -u)" != 0 ]; then as=sudo; fi; \
	  $$as apt-get update -q < /dev/null; \
	  $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing < /dev/null; fi
	@if ! cmp -s Benchmarks/Peers/requirements.txt .build/peers/python/requirements.txt; then \
	  echo "peers: installing $$(tr '\n' ' ' < Benchmarks/Peers/requirements.txt)from PyPI into .build/peers"; \
	  rm -rf .build/peers; mkdir -p .build/peers; $(PYTHON) -m venv .build/peers/python; \
	  pip=".build/peers/python/bin/pip --disable-pip-version-check install -q"; \
	  grep -v flink Benchmarks/Peers/requirements.txt | xargs $$pip; \
	  grep flink Benchmarks/Peers/requirements.txt | xargs $$pip --no-deps; \
	  ln -s "$$(cd .build/peers && ls -d python/lib/python3*/site-packages/pyflink/lib)" .build/peers/jars; \
	  cp Benchmarks/Peers/requirements.txt .build/peers/python/; fi
	@ln -sf "$$(readlink -f "$$(command -v $(JAVA))")" .build/peers/java
	@rm -rf .build/peers/classes; javac -nowarn -Xlint:none -cp '.build/peers/jars/*' -d .build/peers/classes Benchmarks/Peers/flink/*.java 2>&1 | { grep -v "^Note:" || true; }

compare: setup peers ## The same work on Flink, DuckDB, Spark and Bytewax, as ratios (COMPARE='flink,duckdb --rounds 5')
	$(SWIFT) build -c release --product strandline-bench
	.build/release/strandline-bench compare $(COMPARE)

drill: build ## Kill runs at random instants and compare (DRILL='--kills 20 --seed 7')
	$(STRANDLINE) drill $(DRILL)

matrix: build ## Crash states, damages and full disks of small runs in every way of keeping a store: all of them (3 minutes)
	@for way in \
	  "disk --depth 3" "disk --depth 3 --output-kind parts" "disk --depth 3 --state large --output-kind parts" \
	  "disk --depth 3 --state auto --keys 60" "disk --depth 3 --state large --durability group:10ms" \
	  "damage --every-bit" "damage --every-bit --state large --output-kind parts" \
	  "full-disk --rows 800" "full-disk --rows 800 --state large --output-kind parts"; do \
	  echo "== drill --mode $$way"; $(STRANDLINE) drill --mode $$way || exit 1; done

oracle: setup ## Compare with DuckDB: random plans, and the queries of Nexmark (ORACLE='--seed 7 --cases 500')
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { \
	  echo "oracle: installing python3-venv with apt-get"; \
	  as=""; if [ "$$(id -u)" != 0 ]; then as=sudo; fi; \
	  $$as apt-get update -q < /dev/null; \
	  $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3 python3-venv < /dev/null; }
	@if ! cmp -s Oracle/requirements.txt .build/oracle/python/requirements.txt; then \
	  echo "oracle: installing $$(cat Oracle/requirements.txt) from PyPI into .build/oracle/python"; \
	  rm -rf .build/oracle/python; mkdir -p .build/oracle; $(PYTHON) -m venv .build/oracle/python; \
	  .build/oracle/python/bin/pip install -q --disable-pip-version-check -r Oracle/requirements.txt; \
	  cp Oracle/requirements.txt .build/oracle/python/; fi
	$(SWIFT) build -c release --product strandline-bench
	.build/oracle/python/bin/python Oracle/oracle.py $(ORACLE)

torture: build ## As root: kills, failing calls, full disks, limits, power cuts, lost pages (TORTURE='--only power --rounds 5')
	@missing=""; \
	for each in strace:strace mkfs.xfs:xfsprogs mkfs.ext4:e2fsprogs filefrag:e2fsprogs python3:python3; do \
	  command -v "$${each%%:*}" > /dev/null || missing="$$missing $${each##*:}"; done; \
	if [ -n "$$missing" ]; then \
	  echo "torture: installing$$missing with apt-get"; \
	  apt-get update -q < /dev/null; \
	  env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing < /dev/null; fi
	python3 Torture/torture.py --binary $(STRANDLINE) $(TORTURE)

fuzz: setup ## Fuzz everything that is decoded, each for FUZZ_SECONDS=60
	Fuzz/run $(FUZZ_SECONDS)

tsan: setup ## The engine's tests with the thread sanitizer
	$(SWIFT) test --sanitize=thread --scratch-path .build-thread --filter '^StrandlineTests'

asan: setup ## Every test with the address sanitizer
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --sanitize=address --scratch-path .build-address

clean: ## Remove what was built and what the demo has left
	rm -rf .build checkpoints/demo
