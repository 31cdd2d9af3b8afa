#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""failures.py TESTLOG.json - names the tests that did not pass, each with the last words of its output."""
import json
import sys

LAST_LINES = 30
WIDTH = 500
GOOD = ("OK", "EXPECTEDFAIL", "SKIP")


def words(test):
    said = (test.get("stdout") or "") + "\n" + (test.get("stderr") or "")
    lines = [line.rstrip() for line in said.splitlines() if line.strip()]
    # A runner of many cases says early which one failed, and much afterwards.
    told = [line for line in lines[:-LAST_LINES] if line.lstrip().lower().startswith(("not ok", "[  failed", "✗", "✖"))]
    return told[:10] + lines[-LAST_LINES:]


def main():
    for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
        test = json.loads(line)
        if test["result"] in GOOD:
            continue
        print(f"== {test['name']}: {test['result']} after {test['duration']:.0f} s")
        for word in words(test):
            print("   " + word[:WIDTH])


main()
