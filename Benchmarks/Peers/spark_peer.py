"""Spark structured streaming: counts per window in batches. Arguments: the work, a directory of files, the file of campaigns, the file
of the result, a directory for checkpoints.

A file is a batch. One core and as many partitions of the shuffle, as the documentation advises for few cores."""

import os
import sys

from pyspark.sql import SparkSession
from pyspark.sql.functions import broadcast, col, timestamp_millis, unix_millis, window

from clock import Clock, write


def main() -> None:
    work, input, campaigns, result, checkpoint = sys.argv[1:]
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    latest: dict[tuple, int] = {}
    batches: set[int] = set()

    def keep(batch, number) -> None:
        batches.add(number)
        for row in batch.collect():
            latest[row[0], row[1]] = row[2]

    def query(directory: str, name: str):
        if work == "csv":
            rows = spark.readStream.schema("at long, key long").option("header", True).option("maxFilesPerTrigger", 1).csv(directory)
            events = rows.select(col("key"), timestamp_millis(col("at")).alias("time"))
        else:
            schema = "ad_id string, event_type string, event_time string"
            rows = spark.readStream.schema(schema).option("maxFilesPerTrigger", 1).json(directory)
            table = spark.read.option("header", True).schema("ad_id string, campaign_id string").csv(campaigns)
            events = (
                rows.where(col("event_type") == "view")
                .select("ad_id", timestamp_millis(col("event_time").cast("long")).alias("time"))
                .join(broadcast(table), "ad_id")
                .select(col("campaign_id").alias("key"), "time")
            )
        counts = events.withWatermark("time", "0 seconds").groupBy("key", window("time", "10 seconds")).count()
        return (
            counts.select("key", unix_millis(col("window.start")), "count")
            .writeStream.outputMode("update")
            .foreachBatch(keep)
            .option("checkpointLocation", os.path.join(checkpoint, name))
            .trigger(availableNow=True)
            .start()
        )

    # The first file once: what is loaded, generated and compiled at the beginning is not measured.
    warm = os.path.join(checkpoint, "first-file")
    os.makedirs(warm)
    first = sorted(os.listdir(input))[0]
    os.symlink(os.path.abspath(os.path.join(input, first)), os.path.join(warm, first))
    query(warm, "warm-up").awaitTermination()
    latest.clear()
    batches.clear()
    clock = Clock()
    query(input, "run").awaitTermination()
    clock.report(commits=len(batches))
    write(result, [(key, start, count) for (key, start), count in latest.items()])


main()
