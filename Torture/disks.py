"""Mounts that come and go: tmpfs, and ext4 and XFS images on loop devices."""

import ctypes
import fcntl
import os
import struct
import subprocess

# _IOR('X', 125, __u32): EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN.
GOINGDOWN = 0x8004587D
# The journal is written first / nothing is written any more.
LOGFLUSH, NOLOGFLUSH = 1, 2

SYNCFS = ctypes.CDLL(None, use_errno=True).syncfs

SIZES = {"ext4": 96 << 20, "xfs": 320 << 20}
MAKE = {"ext4": ["mkfs.ext4", "-q", "-F", "-b", "4096"], "xfs": ["mkfs.xfs", "-q", "-f"]}


def command(*words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"torture: {' '.join(words)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


class Mounts:
    """Everything that is mounted, unmounted at the end whatever happens."""

    def __init__(self):
        self.points = []

    def mount(self, point, *words):
        os.makedirs(point, exist_ok=True)
        command("mount", *words, point)
        self.points.append(point)

    def tmpfs(self, point, size, inodes=0):
        self.mount(point, "-t", "tmpfs", "-o", f"size={size},nr_inodes={inodes},mode=0700", "tmpfs")

    def grow(self, point, size):
        command("mount", "-o", f"remount,size={size},nr_inodes=0", point)

    def image(self, path, kind):
        """Makes a sparse image with a file system."""
        with open(path, "wb") as file:
            file.truncate(SIZES[kind])
        command(*MAKE[kind], path)

    def loop(self, point, path):
        # The loop device goes with the mount.
        self.mount(point, "-o", "loop", path)

    def sync(self, point):
        """Writes what the file system holds, so that what follows begins with a known state."""
        directory = os.open(point, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if SYNCFS(directory) != 0:
                raise SystemExit(f"torture: syncfs: {os.strerror(ctypes.get_errno())}")
        finally:
            os.close(directory)

    def unmount(self, point):
        command("umount", point)
        self.points.remove(point)

    def close(self):
        for point in reversed(self.points):
            subprocess.run(["umount", "-l", point], capture_output=True)
        self.points = []


def shut_down(point, flag):
    """Cuts the power of a file system: what it has not written is gone, and every call fails from now on."""
    directory = os.open(point, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.ioctl(directory, GOINGDOWN, struct.pack("I", flag))
    finally:
        os.close(directory)
