# SPDX-License-Identifier: Apache-2.0
"""The real server for programs that we did not write: starts it on free ports with a data directory of its own, makes
accounts with anserctl, ends it in order. Nothing here sleeps: readiness is an event in the server's log.

A test script is called with the paths of anserd and anserctl and the number of cores.
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

DOMAIN = 'anser.test'
PASSWORD = 'correct horse, battery|staple'
PATIENCE = 60  # seconds until something that has to happen counts as failed; slow machines with sanitizers need some


def free_ports(n):
    """Ports that were free a moment ago; held together, so that they differ."""
    held = [socket.socket() for _ in range(n)]
    try:
        for s in held:
            s.bind(('127.0.0.1', 0))
        return [s.getsockname()[1] for s in held]
    finally:
        for s in held:
            s.close()


class Server:
    def __init__(self, anserd, anserctl, cores, settings=()):
        self.anserd, self.anserctl = anserd, anserctl
        self.cores = int(cores)
        self.settings = list(settings)
        self.log = []
        self.process = None

    def __enter__(self):
        self.home = tempfile.mkdtemp(prefix='anser-interop-')
        self.data = os.path.join(self.home, 'data')
        self.xmpp, self.xmpps, self.classic, self.classics = free_ports(4)
        self.start()
        return self

    def __exit__(self, kind, value, trace):
        try:
            code = self.stop()
        finally:
            if kind or self.process:
                sys.stderr.write('---- log of the server\n' + ''.join(self.log))
            shutil.rmtree(self.home, ignore_errors=True)
        if not kind and code != 0:
            raise AssertionError(f'the server ended with {code}')

    def start(self):
        listen = {'xmpp': self.xmpp, 'xmpps': self.xmpps, 'classic': self.classic, 'classics': self.classics}
        settings = [f'server.domain={DOMAIN}', f'server.cores={self.cores}']
        settings += [f'listen.{name}=127.0.0.1:{port}' for name, port in listen.items()]
        command = [self.anserd, '--data', self.data]
        for one in settings + self.settings:
            command += ['--set', one]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, errors='replace')
        self.ready = threading.Event()
        self.reader = threading.Thread(target=self.read_log, args=(self.process.stderr,))
        self.reader.start()
        if not self.ready.wait(PATIENCE) or not self.up:
            raise AssertionError('the server did not start:\n' + ''.join(self.log))

    def read_log(self, stream):
        self.up = False
        for line in stream:
            self.log.append(line)
            if line.split(' ')[2:3] == ['started'] or line.split(' ')[2:3] == ['started\n']:
                self.up = True
                self.ready.set()
        self.ready.set()

    def end(self, how):
        """Sends the signal `how` and waits; returns the exit status."""
        if not self.process:
            return 0
        self.process.send_signal(how)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f'the server did not end after {how!r}') from None
        self.reader.join()
        self.process.stderr.close()
        self.process = None
        return code

    def stop(self):
        return self.end(signal.SIGTERM)

    def kill(self):
        return self.end(signal.SIGKILL)

    def ctl(self, *arguments, stdin=''):
        done = subprocess.run([self.anserctl, '--data', self.data, *arguments], input=stdin, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
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
    import re
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
