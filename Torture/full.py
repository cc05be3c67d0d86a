"""Disks and inodes that run out on a small tmpfs; then there is room again."""

from subject import Subject, Violation

ROOM = 256 << 20


def refuse(subject, allowed):
    """A run that the fault ends: with a typed error, or not at all."""
    ended = subject.run()
    if ended.code == 0:
        return False
    if ended.code != 5 or ended.error not in allowed:
        raise Violation(f"the run ended with {ended}, and not with 5 and {' or '.join(allowed)}")
    return True


def fill(bench, subject, point, fault=None):
    """Two runs on the full file system, then one with room."""
    faults = 0
    for _ in range(2):
        # The second one recovers without room. What it says of a poisoned store is the first failure's.
        if not refuse(subject, ("noSpace", "storage", "sink")):
            break
        faults += 1
        subject.check()
    bench.mounts.grow(point, ROOM)
    subject.finish(fault)
    return faults


def run(bench):
    rounds = bench.rounds or 10
    for index in range(rounds):
        for what in ("bytes", "inodes"):
            point = bench.fresh("full")
            sink = "parts" if what == "inodes" else ("file", "parts")[index % 2]
            size = ROOM
            inodes = 0
            if what == "bytes":
                size = (64 << 10) + bench.random.randrange(5 << 20)
            else:
                inodes = 2 + bench.random.randrange(24)
            bench.mounts.tmpfs(point, size, inodes)
            subject = Subject(bench, f"{point}/run", sink, ("snapshot", "log")[index // 2 % 2])
            name = f"{size >> 10} KiB" if what == "bytes" else f"{inodes} inodes"
            bench.case(f"{name}, {subject}", subject, lambda: fill(bench, subject, point))
            bench.mounts.unmount(point)

    def rewinding():
        point = bench.fresh("full")
        bench.mounts.tmpfs(point, 4800 << 10)
        try:
            fill(bench, Subject(bench, f"{point}/run"), point, "rewind")
        finally:
            bench.mounts.unmount(point)

    bench.control("input read again after the disk was full", 3, "the undisturbed run's|went back", rewinding)
