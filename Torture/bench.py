"""The workbench: the binary, the input, the undisturbed runs, and everything that must be cleaned up."""

import os
import random
import re
import shutil
import subprocess
import time
from dataclasses import dataclass, field

from disks import Mounts
from subject import Reference, Subject, Violation, numbers_of


@dataclass
class Tally:
    """What a kind of fault came to."""

    kind: str
    faults: int = 0
    cases: int = 0
    violations: list = field(default_factory=list)
    controls: dict = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def is_good(self):
        return self.faults > 0 and not self.violations and bool(self.controls) and all(self.controls.values())


class Bench:
    def __init__(self, binary, work, seed, rounds=None):
        self.binary = os.path.abspath(binary)
        self.work = work
        self.seed = seed
        self.rounds = rounds
        self.children = set()
        self.mounts = Mounts()
        self.names = 0
        self.references = {}
        self.random = random.Random(seed)
        self.tally = None
        self.inputs = [os.path.join(work, f"views-{index}.ndjson") for index in (1, 2)]
        for index, path in enumerate(self.inputs):
            # Keys come seldom twice, so that state and log are large for their rows, and segments are rolled.
            subprocess.run(
                [binary, "generate", "--rows", "20000", "--step", "4ms", "--pages", "20000",
                 "--seed", str(seed * 2 + index), "--output", path], check=True)  # fmt: skip

    def fresh(self, name):
        """A new directory."""
        self.names += 1
        path = os.path.join(self.work, f"{name}-{self.names}")
        os.makedirs(path)
        return path

    def reference(self, batch_rows):
        """The undisturbed run with batches of that size."""
        if batch_rows not in self.references:
            subject = Subject(self, self.fresh("undisturbed"), sink="parts", batch_rows=batch_rows)
            ended = subject.run()
            if ended.code != 0:
                raise SystemExit(f"torture: the undisturbed run ended with {ended}")
            digests = {0: "0" * 32} | {each["batch"]: each["digest"] for each in subject.traced()}
            numbers = numbers_of(ended.report)
            self.references[batch_rows] = Reference(subject.written(), digests, numbers, ended.report["last_batch"])
            subject.forget()
        return self.references[batch_rows]

    def say(self, text):
        print(f"  {text}", flush=True)

    def case(self, heading, subject, body):
        """Runs a case: `body` injects its faults and returns their number."""
        self.tally.cases += 1
        started = time.monotonic()
        try:
            faults = body()
        except Violation as violation:
            self.tally.violations.append(f"{heading}: {violation}")
            kept = self.keep(subject)
            self.say(f"VIOLATION {heading}: {violation}; kept in {kept}" if kept else f"VIOLATION {heading}: {violation}")
            return
        self.tally.faults += faults
        self.say(f"{heading}: {faults} faults, right ({time.monotonic() - started:.1f} s)")

    def control(self, heading, tries, expected, body):
        """Runs a planted fault until it is caught for what it is: `body` raises a violation that holds the expected words."""
        for _ in range(tries):
            try:
                body()
            except Violation as violation:
                if not re.search(expected, str(violation)):
                    self.say(f"control {heading}: not caught, but {str(violation).splitlines()[0]}")
                    continue
                self.tally.controls[heading] = True
                self.say(f"control {heading}: caught ({str(violation).splitlines()[0]})")
                return
        self.tally.controls[heading] = False
        self.say(f"control {heading}: NOT CAUGHT in {tries} tries")

    def keep(self, subject):
        """Copies what a violation has left out of the way of the cleaning up."""
        if subject is None:
            return None
        path = os.path.join(os.path.dirname(self.work), f"strandline-violation-{os.getpid()}-{self.names}")
        try:
            shutil.copytree(subject.place, os.path.join(path, "place"), symlinks=True)
            shutil.copytree(subject.aside, os.path.join(path, "aside"))
        except (OSError, shutil.Error) as error:
            return f"{path} (in part: {error})"
        return path

    def close(self):
        for child in list(self.children):
            child.kill()
            child.wait()
        self.mounts.close()
        shutil.rmtree(self.work, ignore_errors=True)
