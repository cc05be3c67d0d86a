"""Random plans over random rows, against the same said in SQL."""

import json
import os
import random
import re

import duckdb

from compare import Wrong, controls, difference, read, run, text

# Mistakes that are put into the SQL of every case: some case must notice each, or the cases say nothing about it.
MISTAKES = {
    "a row is late only beyond the bound": (r"window_end > mark", "window_end >= mark"),
    "a session ends with its gap": (r">= before", "> before"),
    "late rows count": (r"(window_end >|ts >=) mark", "true"),
    "a sum is an average": (r"\bsum\(", "avg("),
    "nulls count": (r"\bcount\(\w+\)", "count(*)"),
    "a filter keeps all": (r"filter \(where ", "filter (where true or "),
}


def check(directory: str) -> tuple[int, list[str]]:
    """Compares every case in a directory that `strandline-bench oracle` has written; their number and what is wrong."""
    tables: dict[str, list[dict]] = {}
    for table in lines(os.path.join(directory, "tables.ndjson")):
        tables.setdefault(table["case"], []).append(table)
    cases = lines(os.path.join(directory, "cases.ndjson"))
    wrong = []
    noticed: dict[str, bool] = {}
    empty = 0
    for case in cases:
        found, rows = check_case(os.path.join(directory, case["case"]), case, tables[case["case"]], noticed)
        empty += rows == 0
        wrong += [f"{case['case']}: {each}\n{case['sql']}" for each in found]
    # A filter may well drop every row, but a generator of cases that mostly do proves nothing.
    if cases and empty * 4 > len(cases):
        wrong.append(f"{empty} of {len(cases)} cases have no rows")
    wrong += [f"control: no case noticed that {name}" for name, was in noticed.items() if not was]
    return len(cases), wrong


def check_case(directory: str, case: dict, tables: list[dict], noticed: dict[str, bool]) -> tuple[list[str], int]:
    """What is wrong with a case, and how many rows it has; notes which mistakes it would notice."""
    with duckdb.connect() as connection:
        # Sums of doubles are the same in any order by how the rows are made; nothing else depends on threads.
        connection.execute("set threads = 1")
        for table in tables:
            load(connection, table, os.path.join(directory, table["name"]))
        expected = run(connection, case["sql"])
        try:
            actual = read(connection, os.path.join(directory, "result.ndjson"), expected)
        except (Wrong, duckdb.Error) as error:
            return [str(error)], len(expected.rows)
        tolerance = case["tolerance"]
        found = difference(expected, actual, tolerance)
        if found:
            return [found], len(expected.rows)
        for name, (right, mistaken) in MISTAKES.items():
            if not noticed.get(name) and re.search(right, case["sql"]):
                again = run(connection, re.sub(right, mistaken, case["sql"]))
                noticed[name] = difference(again, actual, tolerance) is not None
        missed = controls(expected, actual, tolerance, random.Random(case["case"]))
        return [f"control: a row {each} was not found" for each in missed], len(expected.rows)


def load(connection: duckdb.DuckDBPyConnection, table: dict, path: str) -> None:
    columns = ", ".join(f"{text(n)}: {text(t)}" for n, t in (each.split(" ") for each in table["columns"].split(", ")))
    connection.execute(
        f"create table {table['name']} as select * from read_json({text(path + '-*.ndjson')}, "
        f"format = 'newline_delimited', columns = {{{columns}}})"
    )


def lines(path: str) -> list[dict]:
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]
