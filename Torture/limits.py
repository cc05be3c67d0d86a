"""Limits: the size of files (RLIMIT_FSIZE) on a run under way, and memory (a control group with too little)."""

import os
import resource
import time

from subject import Subject, Violation

GROUPS = "/sys/fs/cgroup/memory"


class MemoryGroup:
    """A control group whose members are killed when they need more than its limit."""

    def __init__(self):
        # The files of version 1 are in a hierarchy of their own, those of version 2 in the common one.
        parent, self.limit = (GROUPS, "memory.limit_in_bytes") if os.path.isdir(GROUPS) else ("/sys/fs/cgroup", "memory.max")
        self.path = os.path.join(parent, f"strandline-torture-{os.getpid()}")
        os.mkdir(self.path)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        os.rmdir(self.path)

    def allow(self, count):
        self.write(self.limit, count)

    def join(self):
        self.write("cgroup.procs", os.getpid())

    def write(self, name, value):
        with open(os.path.join(self.path, name), "w") as file:
            file.write(str(value))


def file_size(bench, subject):
    """Sets a limit at a random instant, around the sizes of output and segments; whether it ended the run."""
    child = subject.start(pace="4ms")
    time.sleep(bench.random.uniform(0, 0.3))
    limit = int(2 ** bench.random.uniform(12, 19))
    try:
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (limit, limit))
    except ProcessLookupError:
        pass
    ended = subject.wait(child)
    if ended.code not in (0, 5) or ended.code == 5 and ended.error not in ("tooLarge", "storage", "sink"):
        raise Violation(f"the run ended with {ended}, and not with 5 and a file too large")
    return ended.code == 5


class Memory:
    """Runs that just don't, or just do, get by with their memory: the limits close in on what is needed."""

    def __init__(self):
        self.less, self.more = 2 << 20, 8 << 20

    def __call__(self, bench, subject):
        """Whether the run was killed for want of memory."""
        limit = bench.random.randrange(self.less - (64 << 10), self.more)
        with MemoryGroup() as group:
            group.allow(limit)
            ended = subject.run(setup=group.join, pace="1ms")
        if ended.code not in (0, -9):
            raise Violation(f"the run ended with {ended}")
        if ended.code == -9:
            self.less = limit
        else:
            self.more = limit
        if self.more - self.less < 64 << 10:
            self.less, self.more = self.less - (128 << 10), self.more + (128 << 10)
        return ended.code == -9


def squeeze(bench, subject, limit, rounds, fault=None):
    faults = 0
    for _ in range(rounds):
        faults += limit(bench, subject)
        subject.check()
    subject.finish(fault)
    return faults


def run(bench):
    rounds = bench.rounds or 10
    for name, limit in (("file size", file_size), ("memory", Memory())):
        for sink, state in (("file", "snapshot"), ("file", "log"), ("parts", "snapshot"), ("parts", "log")):
            subject = Subject(bench, bench.fresh("limits"), sink, state)
            bench.case(f"{name}, {subject}", subject, lambda: squeeze(bench, subject, limit, rounds))
            subject.forget()

    def rewinding():
        squeeze(bench, Subject(bench, bench.fresh("limits")), file_size, 2, "rewind")

    bench.control("input read again after the limit", 5, "the undisturbed run's|went back", rewinding)
