"""Calls that fail, and SIGKILL in front of the N-th call, by strace, in a new store and during recovery."""

import os
import re
import time
from collections import Counter

from subject import Subject, Violation

# The calls of a run that a disk can answer with an error.
CALLS = (
    "pwrite64", "fdatasync", "fsync", "renameat", "unlinkat", "ftruncate", "openat", "mkdirat", "flock", "pread64",
    "getdents64", "newfstatat", "fstat", "close",
)  # fmt: skip
ERRORS = {
    "pwrite64": ("EIO", "ENOSPC", "EINTR"), "openat": ("EIO", "ENOSPC", "EMFILE"), "renameat": ("EIO", "ENOSPC"),
    "mkdirat": ("EIO", "ENOSPC"), "pread64": ("EIO", "EINTR"), "flock": ("ENOLCK",),
}  # fmt: skip
ENTRY = re.compile(r"^(\d+) +(\w+)\((.*)$")
BATCH_ROWS = 2000


def strace(log, *words):
    return ["strace", "-f", "-qq", "-y", "-o", log, *words]


def calls(log, places):
    """How each call is counted that touches one of the places: (name, its number in its thread, its line)."""
    counted = Counter()
    with open(log, errors="replace") as file:
        for line in file:
            entry = ENTRY.match(line)
            if not entry:
                continue
            thread, name, rest = entry.groups()
            counted[thread, name] += 1
            if any(place in rest for place in places):
                yield name, counted[thread, name], rest


def some(items, count):
    """At most so many, spread evenly, with the first and the last."""
    items = sorted(set(items))
    if len(items) <= count or count < 2:
        return items[: max(count, 1)]
    return sorted({items[round(index * (len(items) - 1) / (count - 1))] for index in range(count)})


class Scenario:
    """A run that is repeated from the same beginning: nothing, or a store that was killed half-way."""

    def __init__(self, bench, sink, state, recovers):
        self.bench = bench
        self.sink, self.state, self.recovers = sink, state, recovers

    def __str__(self):
        return f"{self.sink}, {self.state}, {'recovery' if self.recovers else 'new store'}"

    def subject(self):
        subject = Subject(self.bench, self.bench.fresh("inject"), self.sink, self.state, batch_rows=BATCH_ROWS)
        if self.recovers:
            # Made anew each time: a copy would have an output file of another inode, and that is taken for a change.
            child = subject.start(pace="10ms")
            while len(subject.traced()) < 5 and child.poll() is None:
                time.sleep(0.005)
            child.kill()
            subject.wait(child)
        return subject

    def numbers(self):
        """The calls of an undisturbed run of it."""
        subject = self.subject()
        log = os.path.join(subject.aside, "strace")
        ended = subject.run(before=strace(log, "-e", f"trace={','.join(CALLS)}"))
        if ended.code != 0:
            raise SystemExit(f"torture: strace can't be used: {ended}")
        found = list(calls(log, (subject.place, *self.bench.inputs)))
        subject.forget()
        return found


def inject(subject, name, number, action):
    """One run with one fault, then one without; the number of faults that took place."""
    log = os.path.join(subject.aside, "strace")
    what = "signal=SIGKILL" if action == "SIGKILL" else f"error={action}"
    words = strace(log, "-e", f"trace={name}", "-e", f"inject={name}:{what}:when={number}")
    ended = subject.run(before=words)
    with open(log, errors="replace") as file:
        # Calls are counted by thread, so one of another thread may have failed: that is none of the store's.
        places = (subject.place, *subject.bench.inputs)
        failed = any("(INJECTED)" in line and any(place in line for place in places) for line in file)
    injected = failed or ended.code == -9
    if ended.code == 127:
        # Calls are counted by thread: this one was the loader's, and there never was a program.
        return 0
    if action == "SIGKILL":
        if ended.code not in (-9, 0):
            raise Violation(f"the run ended with {ended}")
    elif action == "EINTR" and ended.code == 0:
        pass
    elif injected and ended.code != 0 and (ended.code != 5 or not ended.error):
        raise Violation(f"the run ended with {ended}, and not with 5 and a typed error")
    elif injected and ended.code == 0 and name in ("pwrite64", "fdatasync", "fsync", "renameat", "ftruncate"):
        raise Violation("the run did not notice")
    subject.check()
    subject.finish()
    return int(injected)


def case(scenario, name, chosen):
    done = 0
    for number, action in chosen:
        subject = scenario.subject()
        try:
            done += inject(subject, name, number, action)
        except Violation as violation:
            kept = scenario.bench.keep(subject)
            raise Violation(f"{action} at call {number}: {violation}; kept in {kept}") from None
        finally:
            subject.forget()
    return done


def run(bench):
    rounds = bench.rounds or 4
    for sink, state, recovers in (
        ("file", "log", False), ("parts", "snapshot", False), ("file", "snapshot", True), ("parts", "log", True),
    ):  # fmt: skip
        scenario = Scenario(bench, sink, state, recovers)
        found = scenario.numbers()
        for name in CALLS:
            chosen = some([number for each, number, _ in found if each == name], rounds)
            # Each chosen call fails once in each way.
            ways = (*ERRORS.get(name, ("EIO",)), "SIGKILL")
            pairs = [(number, action) for action in ways for number in chosen]
            if pairs:
                bench.case(f"{name}, {scenario}", None, lambda: case(scenario, name, pairs))
    lie(bench)


def lie(bench):
    """The control: a write of a record that says it was done, and was not."""
    scenario = Scenario(bench, "file", "log", False)
    records = [
        number for name, number, rest in scenario.numbers()
        if name == "pwrite64" and ".log>" in rest and '"SRLC' in rest
    ]  # fmt: skip

    def lying():
        subject = scenario.subject()
        number = bench.random.choice(records[:-2])
        log = os.path.join(subject.aside, "strace")
        subject.run(before=strace(log, "-e", "trace=pwrite64", "-e", f"inject=pwrite64:retval=64:when={number}"))
        subject.check()
        subject.finish()

    bench.control("a write of 64 bytes that did not take place", 3, "verify ends with 1: ", lying)
