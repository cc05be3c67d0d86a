"""Power cuts on ext4 and XFS: the file system forgets what was not written, in a run under way or behind a SIGKILL."""

import itertools
import time

from disks import LOGFLUSH, NOLOGFLUSH, shut_down
from subject import Subject, Violation

MODES = list(itertools.product(("file", "parts"), ("snapshot", "log"), ("batch", "group:10ms")))


class Machine:
    """A file system on an image, with a store and its output on it."""

    def __init__(self, bench, kind, sink="file", state="log", durability="batch"):
        self.bench = bench
        self.image = f"{bench.fresh('image')}/{kind}"
        self.point = bench.fresh("power")
        bench.mounts.image(self.image, kind)
        bench.mounts.loop(self.point, self.image)
        self.subject = Subject(bench, f"{self.point}/run", sink, state, durability)
        bench.mounts.sync(self.point)

    def cut(self, fault=None):
        """A run, and a power cut at a random instant; whether the run was at work then."""
        random = self.bench.random
        child = self.subject.start(fault=fault, pace="4ms")
        time.sleep(random.uniform(0, 0.4))
        flag = random.choice((LOGFLUSH, NOLOGFLUSH, NOLOGFLUSH))
        # A writer that outlives its disk must end with an error, and have acknowledged nothing more.
        lives = random.random() < 0.4
        if not lives:
            child.kill()
            ended = self.subject.wait(child)
        shut_down(self.point, flag)
        if lives:
            ended = self.subject.wait(child)
            if ended.code != 0 and (ended.code != 5 or not ended.error):
                raise Violation(f"the run on a dead disk ended with {ended}")
        self.bench.mounts.unmount(self.point)
        self.bench.mounts.loop(self.point, self.image)
        return ended.code != 0

    def off(self):
        self.bench.mounts.unmount(self.point)
        self.subject.forget()


def live(machine, cuts, fault=None):
    """Cuts, each with a look at what is left, until the run has finished."""
    done = 0
    for _ in range(cuts):
        if not machine.cut(fault):
            break
        done += 1
        machine.subject.check()
    machine.subject.finish(fault)
    return done


def run(bench):
    lives = bench.rounds or 3
    for kind in ("ext4", "xfs"):
        for _ in range(lives):
            for sink, state, durability in MODES:
                machine = Machine(bench, kind, sink, state, durability)
                bench.case(f"{kind}, {machine.subject}", machine.subject, lambda: live(machine, 4))
                machine.off()
        unsynced(bench, kind)


def unsynced(bench, kind):
    """The control: records are written and never synced."""

    def forgetful():
        machine = Machine(bench, kind)
        try:
            live(machine, 3, "no-sync")
        finally:
            machine.off()

    bench.control(f"{kind}, the log not synced", 10, "was acknowledged, and the store ends|what is damaged was durable", forgetful)
