#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_pack.py PACK.PY: what goes in comes out, in all its forms; the same files make the same bytes; what has not changed is not written."""

import gzip
import os
import re
import subprocess
import sys
import tempfile
import unittest

PACK = sys.argv.pop(1)
SCRIPT = b'let a = 1; // a line like the others\n' * 200
FILES = {
    'index.html': b'<p>page</p>',
    'app-0123abcd.js': SCRIPT,
    'chunk-ABCDEFG2.css': b'p{}',
    'plain-name.css': b'p{}',
    'sub/icon.svg': b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    'manifest.webmanifest': b'{}',
    'empty.txt': b'',
}
ROW = re.compile(r'\{ "([^"]+)", "([^"]+)", "\\"([0-9a-f]{32})\\"", (true|false),\s*(.*) \},')
PIECE = re.compile(r'\{ (NULL, 0|web_asset_bytes \+ (\d+), (\d+)) \}')


def read(path):
    with open(path, 'rb') as f:
        return f.read()


class Pack(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.dist, self.out = os.path.join(self.dir.name, 'dist'), os.path.join(self.dir.name, 'out')
        os.mkdir(self.out)
        for name, data in FILES.items():
            self.write(name, data)

    def write(self, name, data):
        path = os.path.join(self.dist, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(data)

    def pack(self):
        return subprocess.run([sys.executable, PACK, self.dist, self.out], capture_output=True, text=True)

    def rows(self):
        """path: (type, etag, immutable, plain, gzip, brotli) from what was written"""
        data = read(os.path.join(self.out, 'assets.bin'))
        found = {}
        for path, kind, etag, immutable, pieces in ROW.findall(read(os.path.join(self.out, 'assets.c')).decode()):
            parts = [None if not n else data[int(at):int(at) + int(n)] for _, at, n in PIECE.findall(pieces)]
            found[path] = (kind, etag, immutable == 'true', *parts)
        return found

    def test_what_goes_in_comes_out(self):
        self.assertEqual(self.pack().returncode, 0)
        rows = self.rows()
        self.assertEqual(sorted(rows), sorted('/' if n == 'index.html' else '/' + n for n in FILES))
        for name, data in FILES.items():
            self.assertEqual(rows['/' if name == 'index.html' else '/' + name][3], data)
        kind, _, immutable, plain, zipped, small = rows['/app-0123abcd.js']
        self.assertEqual(kind, 'text/javascript; charset=utf-8')
        self.assertEqual(gzip.decompress(zipped), plain)
        self.assertEqual(subprocess.run(['brotli', '-d', '-c', '-'], input=small, stdout=subprocess.PIPE, check=True).stdout, plain)
        self.assertTrue(immutable)
        self.assertTrue(rows['/chunk-ABCDEFG2.css'][2])
        for name in ('/', '/plain-name.css', '/manifest.webmanifest', '/sub/icon.svg'):
            self.assertFalse(rows[name][2], name)
        self.assertIsNone(rows['/'][4])  # nothing gained
        self.assertEqual(rows['/manifest.webmanifest'][0], 'application/manifest+json')

    def test_the_same_files_are_not_written_again(self):
        self.pack()
        before = {n: (os.stat(os.path.join(self.out, n)).st_mtime_ns, read(os.path.join(self.out, n))) for n in ('assets.c', 'assets.S', 'assets.bin')}
        self.pack()
        for name, (time, data) in before.items():
            self.assertEqual(os.stat(os.path.join(self.out, name)).st_mtime_ns, time)
        # As long as before: only the hash in the assembler file tells the compiler.
        self.write('index.html', b'<p>eagp</p>')
        self.pack()
        for name, (_, data) in before.items():
            self.assertNotEqual(read(os.path.join(self.out, name)), data, name)

    def test_ninja_is_told_of_every_file(self):
        self.pack()
        depends = read(os.path.join(self.out, 'assets.d')).decode()
        for name in ['', *FILES]:
            self.assertIn(os.path.join(self.dist, name).rstrip('/'), depends.split())

    def test_what_it_does_not_know_it_refuses(self):
        for name in ('a.exe', 'a b.txt', 'a".txt'):
            self.write(name, b'x')
            self.assertNotEqual(self.pack().returncode, 0, name)
            os.remove(os.path.join(self.dist, name))
        self.assertEqual(self.pack().returncode, 0)
        os.remove(os.path.join(self.dist, 'index.html'))
        self.assertIn('index.html', self.pack().stderr)


if __name__ == '__main__':
    unittest.main()
