#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the files of the page into the program.

pack.py DIST OUT   writes to the folder OUT: assets.bin (plain, gzip, brotli of all), assets.S (takes it in), assets.c (the table of
                   doors/web/web.h), assets.d (what it depends on, for ninja)

The same files give the same output. What has not changed is not written again, so that nothing is compiled again."""

import gzip
import hashlib
import os
import re
import subprocess
import sys

TYPES = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.mjs': 'text/javascript; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.json': 'application/json',
    '.webmanifest': 'application/manifest+json',
    '.svg': 'image/svg+xml',
    '.png': 'image/png',
    '.ico': 'image/vnd.microsoft.icon',
    '.webp': 'image/webp',
    '.jpg': 'image/jpeg',
    '.woff2': 'font/woff2',
    '.wasm': 'application/wasm',
    '.mp3': 'audio/mpeg',
    '.ogg': 'audio/ogg',
    '.opus': 'audio/ogg',
    '.wav': 'audio/wav',
    '.tsv': 'text/tab-separated-values; charset=utf-8',
    '.txt': 'text/plain; charset=utf-8',
}

# app-3f9c1a2b.js, chunk-7XKQ2ZPA.js: what is under such a name never changes.
HASHED = re.compile(r'-([0-9a-f]{8,}|[A-Z2-7]{8})\.[a-z0-9]+$')


def files_of(dist):
    found = []
    for folder, folders, names in os.walk(dist):
        folders.sort()
        found += [os.path.relpath(os.path.join(folder, n), dist).replace(os.sep, '/') for n in names if not n.startswith('.')]
    return sorted(found)


def brotli(data):
    return subprocess.run(['brotli', '--stdout', '--quality=11', '-'], input=data, stdout=subprocess.PIPE, check=True).stdout


def smaller(packed, plain):
    """What saves less than a packet is not worth unpacking."""
    return packed if len(packed) + 64 < len(plain) else None


class Asset:
    def __init__(self, dist, name):
        with open(os.path.join(dist, name), 'rb') as f:
            self.plain = f.read()
        suffix = os.path.splitext(name)[1]
        if suffix not in TYPES:
            sys.exit(f'pack.py: {name}: what type is that?')
        if not re.fullmatch(r'[A-Za-z0-9._/-]+', name):
            sys.exit(f'pack.py: {name}: a name of letters, digits, and . _ - only, please')
        self.path = '/' if name == 'index.html' else '/' + name
        self.type = TYPES[suffix]
        self.etag = hashlib.sha256(self.plain).hexdigest()[:32]
        self.immutable = bool(HASHED.search(name))
        self.gzip = smaller(gzip.compress(self.plain, 9, mtime=0), self.plain)
        self.brotli = smaller(brotli(self.plain), self.plain)


def write_if_new(path, data):
    try:
        with open(path, 'rb') as f:
            if f.read() == data:
                return
    except FileNotFoundError:
        pass
    with open(path, 'wb') as f:
        f.write(data)


def assembler(data, bytes_path):
    """Names what it takes in by its hash as well, so that it is assembled again when that is another."""
    lines = [f'/* Made by clients/web/pack.py; {hashlib.sha256(data).hexdigest()} */', '\t.section .rodata', '\t.hidden web_asset_bytes', '\t.global web_asset_bytes', '\t.balign 16',
             'web_asset_bytes:', f'\t.incbin "{bytes_path}"', '\t.byte 0', '\t.section .note.GNU-stack,"",%progbits', '']
    return '\n'.join(lines).encode()


def table(assets):
    lines = ['/* Made by clients/web/pack.py. */', '#include "doors/web/web.h"', '',
             'extern const char web_asset_bytes[] __attribute__((visibility("hidden")));', '', 'const struct web_asset web_assets[] = {']
    at = 0
    for a in assets:
        parts = []
        for data in (a.plain, a.gzip, a.brotli):
            if data is None:
                parts.append('{ NULL, 0 }')
            else:
                parts.append(f'{{ web_asset_bytes + {at}, {len(data)} }}')
                at += len(data)
        immutable = 'true' if a.immutable else 'false'
        lines.append(f'\t{{ "{a.path}", "{a.type}", "\\"{a.etag}\\"", {immutable},\n\t  {", ".join(parts)} }},')
    lines += ['};', f'const size_t web_assets_n = {len(assets)};', '']
    return '\n'.join(lines).encode()


def depends(out, dist):
    """The folders too: a file that is new shows there."""
    folders = sorted({os.path.dirname(os.path.join(dist, n)) for n in files_of(dist)})
    inputs = folders + [os.path.join(dist, n) for n in files_of(dist)]
    return f'{os.path.join(out, "assets.c")}: ' + ' '.join(i.replace(' ', '\\ ') for i in inputs) + '\n'


def main(dist, out):
    names = files_of(dist)
    if 'index.html' not in names:
        sys.exit(f'pack.py: {dist}/index.html is not there')
    assets = [Asset(dist, n) for n in names]
    data = b''.join(d for a in assets for d in (a.plain, a.gzip, a.brotli) if d is not None)
    bytes_path = os.path.abspath(os.path.join(out, 'assets.bin'))
    write_if_new(bytes_path, data)
    write_if_new(os.path.join(out, 'assets.S'), assembler(data, bytes_path))
    write_if_new(os.path.join(out, 'assets.c'), table(assets))
    with open(os.path.join(out, 'assets.d'), 'w') as f:
        f.write(depends(out, dist))


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2])
