"""Compares the rows of two results, whatever their order."""

import json
import math
import random
from collections import Counter, defaultdict
from dataclasses import dataclass

import duckdb


@dataclass
class Result:
    """Rows with the names and types of their columns."""

    names: list[str]
    types: list[str]
    rows: list[tuple]


def run(connection: duckdb.DuckDBPyConnection, sql: str) -> Result:
    """What a query comes to."""
    relation = connection.sql(sql)
    return Result(relation.columns, [str(each) for each in relation.types], [plain(row) for row in relation.fetchall()])


def read(connection: duckdb.DuckDBPyConnection, path: str, expected: Result) -> Result:
    """The rows of a file of JSON objects, in the types of another result."""
    with open(path, encoding="utf-8") as file:
        first = file.readline()
    if not first:
        return Result(expected.names, expected.types, [])
    names = list(json.loads(first))
    if sorted(names) != sorted(expected.names):
        raise Wrong(f"the result has the columns {', '.join(names)}, not {', '.join(expected.names)}")
    columns = ", ".join(f"{quoted(n)}: {text(t)}" for n, t in zip(expected.names, expected.types))
    return run(connection, f"select * from read_json({text(path)}, format = 'newline_delimited', columns = {{{columns}}})")


def plain(row: tuple) -> tuple:
    """A row with null for a NaN: JSON has no word for it."""
    return tuple(None if isinstance(each, float) and math.isnan(each) else each for each in row)


def difference(expected: Result, actual: Result, tolerance: float | None = None) -> str | None:
    """What rows differ, in words, or None. Doubles are the same if they are equal, or within a relative tolerance."""
    if tolerance is None:
        missing, surplus = Counter(expected.rows), Counter(actual.rows)
        missing.subtract(actual.rows)
        surplus.subtract(expected.rows)
        return described(list((+missing).elements()), list((+surplus).elements()), len(expected.rows))
    is_double = [each == "DOUBLE" for each in expected.types]
    groups: dict[tuple, tuple[list, list]] = defaultdict(lambda: ([], []))
    for side, result in enumerate((expected, actual)):
        for row in result.rows:
            key = tuple(v is None if d else v for v, d in zip(row, is_double))
            groups[key][side].append(row)
    missing, surplus = [], []
    for left, right in groups.values():
        doubles = lambda row: [v for v, d in zip(row, is_double) if d and v is not None]
        left.sort(key=doubles)
        right.sort(key=doubles)
        near = len(left) == len(right) and all(
            math.isclose(x, y, rel_tol=tolerance, abs_tol=tolerance)
            for one, other in zip(left, right)
            for x, y in zip(doubles(one), doubles(other))
        )
        if not near:
            missing += left
            surplus += right
    return described(missing, surplus, len(expected.rows))


def described(missing: list, surplus: list, count: int) -> str | None:
    if not missing and not surplus:
        return None
    words = [f"of {count} rows {len(missing)} are missing and {len(surplus)} are too many"]
    for name, rows in (("missing", missing), ("too many", surplus)):
        words += [f"    {name}: {row}" for row in sorted(rows, key=repr)[:3]]
    return "\n".join(words)


def controls(expected: Result, actual: Result, tolerance: float | None, draws: random.Random) -> list[str]:
    """Results with one row changed, missing or twice that are not told from the right one: there must be none."""
    if not actual.rows:
        return []
    at = draws.randrange(len(actual.rows))
    row = actual.rows[at]
    column = draws.randrange(len(row))
    changed = row[:column] + (other(row[column]),) + row[column + 1 :]
    wrong = {
        "changed": actual.rows[:at] + [changed] + actual.rows[at + 1 :],
        "missing": actual.rows[:at] + actual.rows[at + 1 :],
        "twice": actual.rows + [row],
    }
    return [
        name
        for name, rows in wrong.items()
        if difference(expected, Result(actual.names, actual.types, rows), tolerance) is None
    ]


def other(value: object) -> object:
    """A value that differs from the given one, by more than any tolerance."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case float():
            return value * 1.5 + 1
        case str():
            return value + "."
        case _:
            return 7


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class Wrong(Exception):
    """A result that is not what it must be."""
