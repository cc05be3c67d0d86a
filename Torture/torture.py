#!/usr/bin/env python3
"""Tortures the release binary on real kernels: kills, failing calls, full disks, limits, power cuts, lost pages.

Needs root. `make torture` runs all of it; TORTURE='--only power,kill --rounds 50 --seed 7' chooses.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time

import full
import inject
import kill
import limits
import lost
import power
from bench import Bench, Tally

KINDS = {
    "kill": kill, "inject": inject, "full": full, "limits": limits, "power": power, "lost": lost,
}  # fmt: skip


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(KINDS), help=f"kinds of faults, of {', '.join(KINDS)}")
    parser.add_argument("--rounds", type=int, help="how often; each kind has its own measure")
    parser.add_argument("--seed", type=int, default=1, help="what is drawn at random begins with it")
    parser.add_argument("--binary", default=".build/release/strandline")
    parser.add_argument("--work", default=tempfile.gettempdir(), help="where to work")
    chosen = parser.parse_args()
    chosen.only = chosen.only.split(",")
    unknown = [kind for kind in chosen.only if kind not in KINDS]
    if unknown:
        parser.error(f"no kind of fault: {', '.join(unknown)}")
    return chosen


def alone():
    """Goes on in a mount namespace of its own, so that no mount outlives it."""
    if os.geteuid() != 0:
        raise SystemExit("torture: mounts need root")
    if os.environ.get("STRANDLINE_TORTURE") != "alone":
        os.environ["STRANDLINE_TORTURE"] = "alone"
        words = ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv]
        os.execvp(words[0], words)


def table(tallies):
    print(f"\n{'kind':8} {'cases':>6} {'faults':>7} {'violations':>11} {'controls caught':>16} {'seconds':>8}  verdict")
    for tally in tallies:
        caught = f"{sum(tally.controls.values())} of {len(tally.controls)}"
        print(
            f"{tally.kind:8} {tally.cases:6} {tally.faults:7} {len(tally.violations):11} {caught:>16} "
            f"{tally.seconds:8.0f}  {'right' if tally.is_good else 'WRONG'}"
        )
    print(f"{'all':8} {sum(t.cases for t in tallies):6} {sum(t.faults for t in tallies):7}")
    for tally in tallies:
        for violation in tally.violations:
            print(f"violation: {tally.kind}: {violation}")


def stop(number, frame):
    raise KeyboardInterrupt


def main():
    chosen = arguments()
    alone()
    signal.signal(signal.SIGTERM, stop)
    print(f"seed {chosen.seed}, {os.path.abspath(chosen.binary)}", flush=True)
    work = tempfile.mkdtemp(prefix="strandline-torture-", dir=chosen.work)
    bench = None
    tallies = []
    try:
        bench = Bench(chosen.binary, work, chosen.seed, chosen.rounds)
        for kind in chosen.only:
            print(f"{kind}: {KINDS[kind].__doc__.splitlines()[0]}", flush=True)
            bench.tally = Tally(kind)
            tallies.append(bench.tally)
            # Each kind draws its own numbers, so that it is the same alone and with the others.
            bench.random = random.Random(f"{chosen.seed} {kind}")
            started = time.monotonic()
            KINDS[kind].run(bench)
            bench.tally.seconds = time.monotonic() - started
    except KeyboardInterrupt:
        print("torture: interrupted", file=sys.stderr)
        return 130
    finally:
        if bench:
            bench.close()
    table(tallies)
    return 0 if tallies and all(tally.is_good for tally in tallies) else 1


if __name__ == "__main__":
    sys.exit(main())
