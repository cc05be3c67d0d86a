"""The processor time of a process and of everything that it has started, from /proc."""

import json
import os
import time

TICKS = os.sysconf("SC_CLK_TCK")


def tree_seconds(process: int | None = None) -> float:
    """Seconds of processor time, user and system, of a process, of its children that live, and of those that were waited for."""
    process = process or os.getpid()
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    seconds = sum(int(each) for each in fields[11:15]) / TICKS
    for thread in os.listdir(f"/proc/{process}/task"):
        try:
            with open(f"/proc/{process}/task/{thread}/children", encoding="ascii") as file:
                children = file.read().split()
        except FileNotFoundError:  # The thread has ended; its children are another thread's now.
            continue
        seconds += sum(tree_seconds(int(child)) for child in children)
    return seconds


class Clock:
    """Measures from its making to `report`, which prints a JSON object on a line."""

    def __init__(self) -> None:
        self.cpu = tree_seconds()
        self.wall = time.monotonic()

    def report(self, **more: int) -> None:
        cpu, wall = tree_seconds() - self.cpu, time.monotonic() - self.wall
        print(json.dumps({"cpu_s": round(cpu, 3), "wall_s": round(wall, 3), **more}), flush=True)


def write(path: str, rows: list[tuple]) -> None:
    """Writes the result: key, start of the window in milliseconds, count; sorted, so that results can be compared as files."""
    with open(path, "w", encoding="ascii") as file:
        file.writelines(sorted(f"{key},{start},{count}\n" for key, start, count in rows))
