"""The queries of the Nexmark benchmark over generated events, against the same in SQL."""

import glob
import os
import random

import duckdb

from compare import Wrong, controls, difference, read, run, text

TABLES = {
    "person": "id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR, "
    "dateTime TIMESTAMP, extra VARCHAR",
    "auction": "id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT, "
    "dateTime TIMESTAMP, expires TIMESTAMP, seller BIGINT, category BIGINT, extra VARCHAR",
    "bid": "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, dateTime TIMESTAMP, extra VARCHAR",
}


def check(directory: str) -> tuple[list[tuple[str, int, bool]], list[str]]:
    """Runs every query over the events in a directory, and compares those that the engine has results of.

    Returns a query's name, rows and whether it was compared, for each, and what is wrong.
    """
    queries = sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "queries", "*.sql")))
    done, wrong = [], []
    with duckdb.connect() as connection:
        for name, columns in TABLES.items():
            load(connection, directory, name, columns)
        # The table that q13 joins: a word for each number.
        connection.execute("create table side as select range as key, 'side-' || range as value from range(10000)")
        for path in queries:
            name = os.path.basename(path).removesuffix(".sql")
            with open(path, encoding="utf-8") as file:
                expected = run(connection, file.read())
            if not expected.rows:
                wrong.append(f"{name}: the query has no rows over these events, so that nothing is compared")
            result = os.path.join(directory, "results", f"{name}.ndjson")
            compared = os.path.exists(result)
            done.append((name, len(expected.rows), compared))
            if compared:
                wrong += [f"{name}: {each}" for each in compare(connection, name, result, expected)]
    return done, wrong


def compare(connection, name, result, expected) -> list[str]:
    try:
        actual = read(connection, result, expected)
    except (Wrong, duckdb.Error) as error:
        return [str(error)]
    found = difference(expected, actual)
    if found:
        return [found]
    missed = controls(expected, actual, None, random.Random(name))
    return [f"control: a row {each} was not found" for each in missed]


def load(connection: duckdb.DuckDBPyConnection, directory: str, name: str, declaration: str) -> None:
    """Loads a kind of events; `arrival` is the position of each in its file."""
    path = os.path.join(directory, f"{name}s.ndjson")
    columns = ", ".join(f"{text(n)}: {text(t)}" for n, t in (each.split(" ") for each in declaration.split(", ")))
    connection.execute(
        f"create table {name} as select *, row_number() over () - 1 as arrival from read_json({text(path)}, "
        f"format = 'newline_delimited', columns = {{{columns}}})"
    )
    rows = run(connection, f"select count(*) from {name}").rows
    with open(path, "rb") as file:
        if rows != [(sum(1 for _ in file),)]:
            raise Wrong(f"{path} was not read whole")
