"""The run under torture: `strandline count` over page views, and what must hold of its store and output."""

import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from itertools import count as numbers

# How long a child may take before it counts as hung, in seconds.
HANG = 60
# So small that a run fills several segments.
SEGMENT = 128 << 10


class Violation(Exception):
    """A promise that was broken."""


@dataclass
class Ended:
    """How a run ended: its exit code (negative for a signal), and its error's code and message."""

    code: int
    error: str = ""
    message: str = ""
    report: dict | None = None

    def __str__(self):
        if self.code < 0:
            return signal.Signals(-self.code).name
        return f"exit {self.code}" + (f", {self.error}: {self.message}" if self.error else "")


@dataclass
class Reference:
    """What an undisturbed run leaves."""

    output: bytes
    digests: dict
    numbers: tuple
    last: int


def objects(text):
    """The JSON objects among the lines of a text."""
    found = []
    for line in text.splitlines():
        if line.startswith("{"):
            try:
                found.append(json.loads(line))
            except ValueError:
                # The last line of a trace may be cut short by a kill.
                continue
    return found


class Subject:
    """One store with its output in `place`. Traces and logs are in `aside`, on a file system without faults."""

    def __init__(self, bench, place, sink="file", state="auto", durability="batch", batch_rows=500, segment=SEGMENT, apart=False):
        self.bench = bench
        self.place = place
        self.sink = sink
        self.state = state
        self.durability = durability
        self.batch_rows = batch_rows
        self.segment = segment
        self.aside = bench.fresh("aside")
        self.attempts = numbers(1)
        self.attempt = 0
        # Output that stands apart is not hit by what hits the store.
        self.output_place = bench.fresh("output") if apart else place
        os.makedirs(place, exist_ok=True)

    def __str__(self):
        return f"{self.sink}, {self.state}, {self.durability}"

    @property
    def store(self):
        return os.path.join(self.place, "store")

    @property
    def output(self):
        return os.path.join(self.output_place, "counts.ndjson" if self.sink == "file" else "counts")

    def command(self, fault=None, pace=None):
        self.attempt = next(self.attempts)
        words = [
            self.bench.binary, "count", "--input", *self.bench.inputs, "--time", "at", "--key", "page:string",
            "--sum", "bytes:int64", "--window", "2s", "--delay", "10s", "--batch-rows", str(self.batch_rows),
            "--output", self.output, "--output-format", "ndjson", "--checkpoint", self.store,
            "--segment-bytes", str(self.segment), "--state", self.state, "--durability", self.durability, "--json", "--trace", self._aside("trace"),
        ]  # fmt: skip
        if fault:
            words += ["--fault", fault]
        if pace:
            words += ["--pace", pace]
        return words

    def _aside(self, name):
        return os.path.join(self.aside, f"{name}-{self.attempt}.ndjson")

    def start(self, before=(), setup=None, **options):
        """Starts a run; `before` goes in front of the command, `setup` is called in the child."""
        command = [*before, *self.command(**options)]
        with open(self._aside("report"), "wb") as out, open(self._aside("log"), "wb") as log:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=log, preexec_fn=setup)
        self.bench.children.add(child)
        return child

    def wait(self, child):
        """Waits for the end of a run."""
        try:
            code = child.wait(HANG)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise Violation(f"the run did not end within {HANG} s") from None
        finally:
            if child.poll() is not None:
                self.bench.children.discard(child)
        with open(self._aside("log"), errors="replace") as file:
            log = file.read()
        errors = [each for each in objects(log) if "error" in each]
        with open(self._aside("report"), errors="replace") as file:
            reports = objects(file.read())
        error = errors[-1] if errors else {}
        return Ended(code, error.get("code", ""), error.get("error", ""), reports[-1] if reports else None)

    def run(self, **options):
        return self.wait(self.start(**options))

    def traced(self):
        """The batches of all attempts, as their traces say."""
        found = []
        for name in sorted(os.listdir(self.aside)):
            if name.startswith("trace-"):
                with open(os.path.join(self.aside, name), errors="replace") as file:
                    found += objects(file.read())
        return found

    def acknowledged(self):
        """The highest batch that a run has acknowledged; -1 for none."""
        return max((each["acknowledged"] for each in self.traced() if each["acknowledged"] is not None), default=-1)

    def tool(self, name):
        done = subprocess.run(
            [self.bench.binary, name, self.store, "--json"], capture_output=True, text=True, timeout=HANG
        )
        return done.returncode, (objects(done.stdout) or [{}])[-1], done.stderr.strip()

    def check(self):
        """Looks at what a fault has left, changing nothing; returns the last committed batch, -1 for none.

        Everything acknowledged is there, the store is whole, the state is the undisturbed run's at that batch, and what is
        visible of a directory of parts is a prefix of the undisturbed output and was committed.
        """
        acknowledged = self.acknowledged()
        last = -1
        if os.path.exists(os.path.join(self.store, "MANIFEST")):
            code, found, message = self.tool("verify")
            if code != 0:
                raise Violation(f"verify ends with {code}: {message}")
            code, found, message = self.tool("inspect")
            if code != 0:
                raise Violation(f"inspect ends with {code}: {message}")
            if found.get("last_batch") is not None:
                last = found["last_batch"]
                wanted = self.bench.reference(self.batch_rows).digests.get(last)
                if found["digest"] != wanted:
                    raise Violation(f"the state after batch {last} isn't the undisturbed run's")
        if last < acknowledged:
            raise Violation(f"batch {acknowledged} was acknowledged, and the store ends with {last}")
        self.check_parts(last)
        return last

    def parts(self):
        if not os.path.isdir(self.output):
            return []
        return sorted(name for name in os.listdir(self.output) if name.startswith("part-"))

    def check_parts(self, last):
        if self.sink != "parts":
            return
        for name in self.parts():
            batch = int(name[5:].split(".")[0])
            if batch > last:
                raise Violation(f"the output of batch {batch} is visible, and the store ends with {last}")
        if not self.bench.reference(self.batch_rows).output.startswith(self.written()):
            raise Violation("what is visible is no prefix of the undisturbed output")

    def written(self):
        if self.sink == "file":
            paths = [self.output]
        else:
            paths = [os.path.join(self.output, name) for name in self.parts()]
        content = b""
        for path in paths:
            with open(path, "rb") as file:
                content += file.read()
        return content

    def finish(self, fault=None):
        """Goes on without disturbance; the end must be the undisturbed run's, byte for byte."""
        ended = self.run(fault=fault)
        if ended.code != 0:
            raise Violation(f"the run that should have finished ended with {ended}")
        self.compare(ended)
        self.check()

    def compare(self, ended):
        wanted = self.bench.reference(self.batch_rows)
        if self.written() != wanted.output:
            raise Violation("the output differs from the undisturbed run's")
        if ended.report is None or numbers_of(ended.report) != wanted.numbers:
            raise Violation(f"the report differs from the undisturbed run's: {ended.report}")

    def forget(self):
        """Removes store, output, traces."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.rmtree(self.aside, ignore_errors=True)


def numbers_of(report):
    """What doesn't depend on how often a run was interrupted."""
    return tuple(report[name] for name in ("rows_read", "rows_late", "rows_written", "last_batch", "finished"))
