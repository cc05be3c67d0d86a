"""Lost pages: an ext4 image on a tmpfs that is full, where fdatasync fails once and then returns 0 with the data gone."""

import errno
import os
import re
import signal
import time

from disks import command
from subject import Subject, Violation

BLOCK = 4096


class ThinDisk:
    """An image whose blocks take room on a tmpfs when they are written, and a tmpfs that can be filled up."""

    def __init__(self, bench):
        self.bench = bench
        self.under = bench.fresh("under")
        self.point = bench.fresh("lost")
        self.image = f"{self.under}/ext4"
        bench.mounts.tmpfs(self.under, 256 << 20)
        bench.mounts.image(self.image, "ext4")
        self.mount()

    def mount(self):
        self.bench.mounts.loop(self.point, self.image)
        # The loop device passes a request of which only the beginning found room for a success: one block to a request.
        device = os.path.basename(command("findmnt", "-no", "SOURCE", self.point).strip())
        with open(f"/sys/block/{device}/queue/max_sectors_kb", "w") as file:
            file.write(str(BLOCK >> 10))

    def thin_out(self, path):
        """Gives back the blocks of a file behind its last one that is not zero: they take room when they are written."""
        with open(path, "rb") as file:
            used = len(file.read().rstrip(b"\0"))
        first = used // BLOCK + 1
        # Extents as `filefrag` lists them: logical from and to, physical from and to, in blocks.
        extent = re.compile(r"^ *\d+: +(\d+)\.\. +(\d+): +(\d+)\.\. +(\d+):")
        for line in command("filefrag", "-e", f"-b{BLOCK}", path).splitlines():
            found = extent.match(line)
            if not found:
                continue
            start, end, physical, _ = map(int, found.groups())
            skip = max(first - start, 0)
            if start + skip > end:
                continue
            offset, length = (physical + skip) * BLOCK, (end - start - skip + 1) * BLOCK
            command("fallocate", "-p", "-o", str(offset), "-l", str(length), self.image)

    def fill(self):
        """Takes all room that is left."""
        block = b"\xff" * (1 << 20)
        with open(f"{self.under}/ballast", "wb", buffering=0) as file:
            while block:
                try:
                    if file.write(block) < len(block):
                        raise OSError
                except OSError:
                    block = block[: len(block) // 2 // BLOCK * BLOCK]

    def empty(self):
        os.remove(f"{self.under}/ballast")

    def restart(self):
        """What the page cache holds is gone, as after a restart of the machine."""
        self.bench.mounts.unmount(self.point)
        self.mount()

    def off(self):
        self.bench.mounts.unmount(self.point)
        self.bench.mounts.unmount(self.under)


def probe(disk):
    """Makes sure that this kernel behaves as described: otherwise the case would say nothing."""
    path = f"{disk.point}/probe"
    with open(path, "wb") as file:
        file.write(b"\0" * (16 * BLOCK))
        os.fsync(file.fileno())
    with open(path, "r+b", buffering=0) as file:
        disk.thin_out(path)
        disk.fill()
        os.pwrite(file.fileno(), b"x" * BLOCK, 8 * BLOCK)
        answers = []
        for _ in range(2):
            try:
                os.fdatasync(file.fileno())
                answers.append("0")
            except OSError as error:
                answers.append(os.strerror(error.errno))
    disk.empty()
    disk.restart()
    with open(path, "rb") as file:
        kept = b"x" in file.read()
    if answers not in ([os.strerror(errno.EIO), "0"], [os.strerror(errno.ENOSPC), "0"]) or kept:
        raise SystemExit(f"torture: fdatasync said {answers}, and the data is {'there' if kept else 'gone'}")
    return f"fdatasync says '{answers[0]}' once, then returns 0, and the data is gone"


def lose(bench, disk, subject, fault=None):
    """Fills the disk under a run; returns when the run has ended, the machine was restarted and there is room."""
    child = subject.start(pace="10ms", fault=fault)
    wanted = bench.random.randrange(2, 25)
    while len(subject.traced()) < wanted and child.poll() is None:
        time.sleep(0.002)
    # While it stands still, so that nothing of its own is punched out.
    child.send_signal(signal.SIGSTOP)
    time.sleep(0.02)
    bench.mounts.sync(disk.point)
    for name in os.listdir(subject.store):
        if name.endswith(".log"):
            disk.thin_out(f"{subject.store}/{name}")
    disk.fill()
    before = len(subject.traced())
    child.send_signal(signal.SIGCONT)
    ended = subject.wait(child)
    after = len(subject.traced())
    disk.restart()
    disk.empty()
    if fault is None and (ended.code != 5 or ended.error not in ("inputOutput", "noSpace", "storage", "sink")):
        raise Violation(f"the run ended with {ended}, and not with 5 and a failed sync")
    if ended.code == 5:
        bench.say(f"the run ended with {ended}; {after - before} batches were acknowledged in between")


def run(bench):
    disk = ThinDisk(bench)
    bench.say(probe(disk))
    disk.off()
    for index in range(bench.rounds or 6):
        disk = ThinDisk(bench)
        sink, state = (("file", "log"), ("file", "snapshot"), ("parts", "log"), ("parts", "snapshot"))[index % 4]
        # With the output elsewhere it is the log's own sync that fails.
        apart = index % 3 != 2
        subject = Subject(bench, f"{disk.point}/run", sink, state, segment=1 << 20, apart=apart)

        def once():
            lose(bench, disk, subject)
            subject.check()
            subject.finish()
            return 1

        bench.case(f"lost pages, {subject}", subject, once)
        disk.off()

    def forgetful():
        disk = ThinDisk(bench)
        try:
            subject = Subject(bench, f"{disk.point}/run", segment=1 << 20, apart=True)
            lose(bench, disk, subject, "no-sync")
            subject.check()
        finally:
            disk.off()

    bench.control("the log not synced", 5, "was acknowledged, and the store ends|what is damaged was durable", forgetful)
