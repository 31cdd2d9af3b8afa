# SPDX-License-Identifier: Apache-2.0
"""The real server for programs that we did not write: starts it on free ports with a data directory of its own, makes
accounts with anserctl, ends it in order. Nothing here sleeps: readiness is an event in the server's log.

A test script is called with the paths of anserd and anserctl and the number of cores.
"""
import json
import os
import re
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

DOMAIN = 'anser.test'
PASSWORD = 'correct horse, battery|staple'
PATIENCE = 60  # seconds until something that has to happen counts as failed; slow machines with sanitizers need some
PORTS = ('xmpp', 'xmpps', 'http', 'https', 'any', 'classic', 'classics', 'hybrid', 'components')


class Server:
    """`xmpp`, `https` and so on (PORTS) are its ports; they stay the same over a restart."""

    def __init__(self, anserd, anserctl, cores, settings=()):
        self.anserd, self.anserctl = anserd, anserctl
        self.settings = [f'server.domain={DOMAIN}', f'server.cores={cores}', *settings]
        self.process = None
        for port in PORTS:
            setattr(self, port, 0)

    def __enter__(self):
        self.home = tempfile.mkdtemp(prefix='anser-interop-')
        self.data = os.path.join(self.home, 'data')
        self.log = os.path.join(self.home, 'log')
        try:
            self.start()
        except BaseException:
            self.clean(True)
            raise
        return self

    def __exit__(self, kind, value, trace):
        code = None
        try:
            code = self.stop()
        finally:
            self.clean(kind or code)
        if not kind and code:
            raise AssertionError(f'the server ended with {code}')

    def clean(self, tell):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
        if tell:
            with open(self.log, encoding='utf-8', errors='replace') as log:
                sys.stderr.write('---- log of the server\n' + log.read())
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self):
        command = [self.anserd, '--data', self.data, '--print-ports']
        for one in self.settings + [f'listen.{port}=127.0.0.1:{getattr(self, port)}' for port in PORTS]:
            command += ['--set', one]
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        for line in self.said_until_ready().splitlines():
            if line.startswith('{'):
                for port, number in json.loads(line).items():
                    setattr(self, port, number)

    def said_until_ready(self):
        said = b''
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not said.endswith(b'ready\n'):
                if not selector.select(PATIENCE):
                    raise AssertionError('the server is not ready in time')
                more = os.read(self.process.stdout.fileno(), 65536)
                if not more:
                    raise AssertionError('the server ended before it was ready')
                said += more
        return said.decode()

    def end(self, how):
        """Sends the signal `how` and waits; returns the exit status."""
        if not self.process:
            return 0
        self.process.send_signal(how)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f'the server did not end after {how!r}') from None
        self.process.stdout.close()
        self.process = None
        return code

    def stop(self):
        return self.end(signal.SIGTERM)

    def kill(self):
        return self.end(signal.SIGKILL)

    def ctl(self, *arguments, stdin=''):
        done = subprocess.run([self.anserctl, '--data', self.data, *arguments], input=stdin, capture_output=True,
                              text=True, timeout=PATIENCE, check=False)
        if done.returncode:
            raise AssertionError(f'anserctl {" ".join(arguments)}: {done.returncode} {done.stderr}')
        return done.stdout

    def add(self, *names):
        for name in names:
            self.ctl('user', 'add', name, '--password-stdin', stdin=PASSWORD + '\n')
        return names


class Classic:
    """A client of the classic protocol that we wrote from its description: lines of UTF-8."""

    def __init__(self, server, tls=None):
        port = server.classics if tls else server.classic
        self.socket = socket.create_connection(('127.0.0.1', port), PATIENCE)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=DOMAIN)
        self.file = self.socket.makefile('rb')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def say(self, text):
        self.socket.sendall(text.encode() + b'\n')

    def hear(self):
        """The next reply or push; None when the server hung up."""
        line = self.file.readline()
        return line.decode().removesuffix('\n') if line else None

    def ask(self, text):
        self.say(text)
        return self.hear()

    def login(self, name, password=PASSWORD):
        expect(self.ask(f'101|{name},{password}'), '1|')
        return self


class JavaClassic(Classic):
    """The same in the framing of DataOutputStream.writeUTF, as Java does it: UTF-16 units, each in modified UTF-8."""

    @staticmethod
    def encode(text):
        out = bytearray()
        units = text.encode('utf-16-be', 'surrogatepass')
        for i in range(0, len(units), 2):
            u = units[i] << 8 | units[i + 1]
            if 1 <= u < 0x80:
                out.append(u)
            elif u < 0x800:
                out += bytes((0xC0 | u >> 6, 0x80 | u & 0x3F))
            else:
                out += bytes((0xE0 | u >> 12, 0x80 | u >> 6 & 0x3F, 0x80 | u & 0x3F))
        return bytes(out)

    @staticmethod
    def decode(data):
        units = bytearray()
        i = 0
        while i < len(data):
            lead = data[i]
            if lead < 0x80:
                u, n = lead, 1
            elif lead < 0xE0:
                u, n = (lead & 0x1F) << 6 | data[i + 1] & 0x3F, 2
            else:
                u, n = (lead & 0xF) << 12 | (data[i + 1] & 0x3F) << 6 | data[i + 2] & 0x3F, 3
            units += bytes((u >> 8, u & 0xFF))
            i += n
        return units.decode('utf-16-be')

    def say(self, text):
        data = self.encode(text)
        self.socket.sendall(len(data).to_bytes(2, 'big') + data)

    def hear(self):
        head = self.file.read(2)
        return self.decode(self.file.read(int.from_bytes(head, 'big'))) if len(head) == 2 else None


def expect(found, wanted):
    if found != wanted:
        raise AssertionError(f'expected {wanted!r}, found {found!r}')


def expect_match(found, pattern):
    hit = re.fullmatch(pattern, found or '')
    if not hit:
        raise AssertionError(f'expected {pattern!r}, found {found!r}')
    return hit


TIME = r'\d{4}-[1-9]\d?-[1-9]\d? \d\d:\d\d:\d\d'


def main(*tests, settings=()):
    """Runs the tests of a script, each named as it goes, against one server."""
    anserd, anserctl, cores = sys.argv[1:4]
    with Server(anserd, anserctl, cores, settings) as server:
        for test in tests:
            print(f'{test.__name__} (cores: {cores})', flush=True)
            test(server)
