"""Bytewax: counts per window, with recovery. Arguments: the work, the input, the file of campaigns, the file of the result, a directory
for the recovery store."""

import csv
import json
import os
import sys
from datetime import datetime, timedelta, timezone

import bytewax.operators as op
import bytewax.operators.windowing as windowing
from bytewax.connectors.files import FileSource
from bytewax.dataflow import Dataflow
from bytewax.operators.windowing import EventClock, TumblingWindower
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.testing import TestingSink, run_main

from clock import Clock, write

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def main() -> None:
    work, input, campaigns, result, recovery = sys.argv[1:]
    with open(campaigns, encoding="utf-8") as file:
        table = {row["ad_id"]: row["campaign_id"] for row in csv.DictReader(file)}

    def view(line: str):
        event = json.loads(line)
        if event["event_type"] != "view":
            return None
        campaign = table.get(event["ad_id"])
        return campaign and (campaign, int(event["event_time"]))

    def keyed(line: str):
        at, key = line.split(",")
        return None if at == "at" else (key, int(at))

    rows: list[tuple] = []
    flow = Dataflow("counts")
    lines = op.input("lines", flow, FileSource(input))
    events = op.filter_map("events", lines, keyed if work == "csv" else view)
    clock = EventClock(ts_getter=lambda at: EPOCH + timedelta(milliseconds=at), wait_for_system_duration=timedelta(seconds=10))
    windower = TumblingWindower(align_to=EPOCH, length=timedelta(seconds=10))
    # A count does not ask for the order of its rows. The clock waits for so long as rows are read: none of them is late.
    counts = windowing.fold_window(
        "count", events, clock, windower, lambda: 0, lambda count, _: count + 1, lambda a, b: a + b, ordered=False
    )
    op.output("out", counts.down, TestingSink(rows))
    os.makedirs(recovery)
    init_db_dir(recovery, 1)
    measured = Clock()
    run_main(flow, epoch_interval=timedelta(seconds=1), recovery_config=RecoveryConfig(recovery))
    measured.report()
    write(result, [(key, window * 10_000, count) for key, (window, count) in rows])


main()
