"""SIGKILL at random instants, in every mode, until the run has finished."""

import itertools
import time

from subject import Subject, Violation

MODES = list(itertools.product(("file", "parts"), ("snapshot", "log", "auto"), ("batch", "group:10ms")))


def strike(bench, subject, fault=None, longest=0.25):
    """Starts a run and kills it at a random instant; whether it was at work then."""
    child = subject.start(pace="6ms", fault=fault)
    time.sleep(bench.random.uniform(0, longest))
    child.kill()
    ended = subject.wait(child)
    if ended.code not in (-9, 0):
        raise Violation(f"the run ended by itself with {ended}")
    return ended.code == -9


def loop(bench, subject, kills, fault=None):
    done = 0
    for _ in range(kills):
        if not strike(bench, subject, fault):
            break
        done += 1
        subject.check()
    subject.finish(fault)
    return done


def run(bench):
    kills = bench.rounds or 12
    for sink, state, durability in MODES:
        subject = Subject(bench, bench.fresh("kill"), sink, state, durability)
        bench.case(f"SIGKILL, {subject}", subject, lambda: loop(bench, subject, kills))
        subject.forget()

    def rewinding():
        loop(bench, Subject(bench, bench.fresh("kill")), 4, "rewind")

    def early():
        loop(bench, Subject(bench, bench.fresh("kill"), "parts"), 8, "publish-early")

    bench.control("input read again from its beginning", 3, "the undisturbed run's|went back", rewinding)
    bench.control("output published before its commit", 3, "is visible, and the store ends", early)
