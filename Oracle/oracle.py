#!/usr/bin/env python3
"""Checks what Strandline computes against DuckDB: random plans, and the queries of the Nexmark benchmark.

`make oracle` installs what this needs and runs all of it; ORACLE='--seed 7 --cases 500' chooses.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time

import nexmark
import semantics

PARTS = ("semantics", "nexmark")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, of {', '.join(PARTS)}")
    parser.add_argument("--seed", type=int, default=1, help="what is drawn at random begins with it")
    parser.add_argument("--cases", type=int, default=30, help="random plans of each kind")
    parser.add_argument("--kind", help="only kinds of random plans whose name contains this")
    parser.add_argument("--events", type=int, default=100_000, help="events of the Nexmark benchmark")
    parser.add_argument("--binary", default=".build/release/strandline-bench")
    parser.add_argument("--work", default=".build/oracle/work", help="a directory, which is made anew")
    chosen = parser.parse_args()
    chosen.only = chosen.only.split(",")
    unknown = [part for part in chosen.only if part not in PARTS]
    if unknown:
        parser.error(f"no part: {', '.join(unknown)}")
    return chosen


def semantics_part(chosen: argparse.Namespace, directory: str) -> list[str]:
    words = [chosen.binary, "oracle", "--seed", str(chosen.seed), "--cases", str(chosen.cases), "--output", directory]
    subprocess.run(words + (["--only", chosen.kind] if chosen.kind else []), check=True)
    count, wrong = semantics.check(directory)
    print(f"semantics: {count} random plans, {len(wrong)} wrong", flush=True)
    return wrong if count else ["no random plan was run"]


def nexmark_part(chosen: argparse.Namespace, directory: str) -> list[str]:
    # Four events a second from 18:00 on: a day ends among them, and day, evening and night come.
    shape = ["--events", str(chosen.events), "--seed", str(chosen.seed), "--rate", "4", "--start", "2015-07-15T18:00:00Z"]
    subprocess.run([chosen.binary, "nexmark", "generate", *shape, "--output", directory], check=True)
    results = os.path.join(directory, "results")
    subprocess.run([chosen.binary, "nexmark", "run", "--input", directory, "--output", results], check=True)
    done, wrong = nexmark.check(directory)
    for name, rows, compared in done:
        print(f"nexmark {name}: {rows} rows, {'compared' if compared else 'not run'}")
    print(f"nexmark: {sum(each[2] for each in done)} of {len(done)} queries compared, {len(wrong)} wrong", flush=True)
    return wrong


def main() -> int:
    chosen = arguments()
    wrong = []
    for part in chosen.only:
        started = time.monotonic()
        directory = os.path.join(chosen.work, part)
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        wrong += {"semantics": semantics_part, "nexmark": nexmark_part}[part](chosen, directory)
        print(f"{part}: {time.monotonic() - started:.1f} s", flush=True)
    for each in wrong:
        print(f"WRONG: {each}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
