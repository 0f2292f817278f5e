"""SQLite databases of apps that go on writing: copies that are whole, and whether a copy is.

Usage: databases.py copy SOURCE TARGET EXCLUDED
         Copies every database under SOURCE to the same place under TARGET, and writes to the file
         EXCLUDED the paths that the copies stand for, with their journals.
       databases.py check FOLDER
         Fails unless every database under FOLDER is whole.

SQLite's own backup takes its locks, so that no page of a copy is older than another. For that it has
to run on the node where the app runs: memory shared between processes is part of those locks.
"""

import os
import sqlite3
import sys
from urllib.parse import quote

MAGIC = b"SQLite format 3\0"
# Plex sorts and searches by functions that are in its own SQLite alone.
BEYOND_US = ("no such collation sequence", "unknown tokenizer", "no such module", "no such function")
PATIENCE_SECONDS = 60


def databases(folder):
    """Every database under a folder, whatever its name."""
    for path, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            file = os.path.join(path, name)
            if os.path.islink(file) or not os.path.isfile(file):
                continue
            try:
                with open(file, "rb") as opened:
                    if opened.read(len(MAGIC)) == MAGIC:
                        yield file
            except FileNotFoundError:
                continue  # gone since it was listed


def trouble(file):
    """What is wrong with a database; None when nothing is, or nothing that can be seen from here."""
    connection = sqlite3.connect(file)
    try:
        rows = connection.execute("PRAGMA quick_check(1)").fetchall()
        return None if rows == [("ok",)] else str(rows[0][0])
    except sqlite3.DatabaseError as error:
        return None if str(error).startswith(BEYOND_US) else str(error)
    finally:
        connection.close()


def copy_one(source, target):
    """Copies one database; the original stays as it is and in use."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    reading = sqlite3.connect(f"file:{quote(source)}?mode=rw", uri=True, timeout=PATIENCE_SECONDS)
    writing = sqlite3.connect(target)
    try:
        reading.backup(writing, pages=-1)
        # The copy is one file, whatever the original keeps beside it.
        writing.execute("PRAGMA journal_mode=DELETE")
    finally:
        writing.close()
        reading.close()


def copy(source, target, excluded):
    count = 0
    # It is saved whether or not the app has a database: restic fails for a folder that is missing.
    os.makedirs(target, exist_ok=True)
    with open(excluded, "w", encoding="utf-8") as list_of_originals:
        for file in databases(source):
            at = os.path.join(target, os.path.relpath(file, source))
            copy_one(file, at)
            wrong = trouble(at)
            if wrong is not None:
                sys.exit(f"{file} is damaged: {wrong}")
            for suffix in ("", "-wal", "-shm", "-journal"):
                # restic reads patterns, in which these have a meaning.
                path = "".join(f"\\{c}" if c in "*?[\\" else c for c in file + suffix)
                list_of_originals.write(path + "\n")
            count += 1
    print(f"copied {count} database(s), all whole")


def check(folder):
    count = 0
    for file in databases(folder):
        wrong = trouble(file)
        if wrong is not None:
            sys.exit(f"{file} is damaged: {wrong}")
        count += 1
    print(f"{count} database(s), all whole")


def main(arguments):
    match arguments:
        case ["copy", source, target, excluded]:
            copy(source, target, excluded)
        case ["check", folder]:
            check(folder)
        case _:
            sys.exit(__doc__)


main(sys.argv[1:])
