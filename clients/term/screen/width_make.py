#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes width_table.h and test_width_cases.h from the files of the Unicode Character Database (Debian: unicode-data).

Both are committed; this is run again when there is a new Unicode: ./width_make.py [/usr/share/unicode]
"""
import os
import sys

TOP = 0x110000
here = os.path.dirname(os.path.abspath(__file__))
data = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"


def rows(name):
    with open(os.path.join(data, name), encoding="utf-8") as file:
        for line in file:
            fields = [f.strip() for f in line.split("#")[0].split(";")]
            if len(fields) > 1:
                first, _, last = fields[0].partition("..")
                yield int(first, 16), int(last or first, 16), fields[1]


def version():
    with open(os.path.join(data, "EastAsianWidth.txt"), encoding="utf-8") as file:
        return file.readline().split("-")[1].rsplit(".", 1)[0]


width = [1] * TOP
kind = ["OTHER"] * TOP
for first, last in (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FFFD), (0x30000, 0x3FFFD):
    width[first:last + 1] = [2] * (last - first + 1)  # UAX #11: also what is not assigned there yet
for first, last, value in rows("EastAsianWidth.txt"):
    if value in ("W", "F"):
        width[first:last + 1] = [2] * (last - first + 1)
for first, last, value in rows("extracted/DerivedGeneralCategory.txt"):
    if value in ("Mn", "Me", "Cf", "Zl", "Zp"):
        width[first:last + 1] = [0] * (last - first + 1)
for first, last in (0x1160, 0x11FF), (0xD7B0, 0xD7FF):
    width[first:last + 1] = [0] * (last - first + 1)  # medial vowels and finals: they stand in the syllable before them
for c in list(range(0x0600, 0x0606)) + [0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD]:
    width[c] = 1  # prepended signs have a shape of their own

NAMES = {"Extend": "EXTEND", "ZWJ": "ZWJ", "SpacingMark": "SPACING", "Prepend": "PREPEND", "Regional_Indicator": "REGION",
         "L": "HANGUL_L", "V": "HANGUL_V", "T": "HANGUL_T", "Control": "CONTROL", "CR": "CONTROL", "LF": "CONTROL"}
for first, last, value in rows("emoji/emoji-data.txt"):
    if value == "Extended_Pictographic":
        kind[first:last + 1] = ["PICTURE"] * (last - first + 1)
for first, last, value in rows("auxiliary/GraphemeBreakProperty.txt"):
    if value in NAMES:
        kind[first:last + 1] = [NAMES[value]] * (last - first + 1)

runs = []
for c in range(TOP):
    if runs and runs[-1][1] == c - 1 and runs[-1][2:] == (width[c], kind[c]):
        runs[-1] = (runs[-1][0], c, width[c], kind[c])
    else:
        runs.append((c, c, width[c], kind[c]))
runs = [r for r in runs if r[2:] != (1, "OTHER")]

HEAD = "/* SPDX-License-Identifier: Apache-2.0\n *\n * Made by width_make.py from the data files of Unicode %s; not edited by hand.\n */\n"

with open(os.path.join(here, "width_table.h"), "w", encoding="utf-8") as out:
    out.write(HEAD % version())
    for first, last, columns, value in runs:
        out.write("{ 0x%04X, 0x%04X, %d, KIND_%s },\n" % (first, last, columns, value))

with open(os.path.join(here, "test_width_cases.h"), "w", encoding="utf-8") as out:
    out.write(HEAD % version())
    with open(os.path.join(data, "auxiliary/GraphemeBreakTest.txt"), encoding="utf-8") as file:
        for line in file:
            words = line.split("#")[0].split()
            if words and "D800" not in words:
                out.write('"%s",\n' % " ".join({"÷": "/", "×": "+"}.get(w, w) for w in words[1:-1]))
