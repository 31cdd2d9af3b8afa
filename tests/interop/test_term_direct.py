# SPDX-License-Identifier: Apache-2.0
"""The terminal client in direct mode, two and three of it with the real server: direct, relayed, waiting, a client in the wild, a user of another door, a key that is not
what it was, a file that is cut off three times. What is shown is read from --json, what is on the disk from the disk.

Called with the paths of anserd, anserctl, the number of cores, and the path of anser. SIZE in the environment: bytes of the file.
"""
import asyncio
import hashlib
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from server import PASSWORD, PATIENCE, Classic, expect, main
from slix import Client

ANSER = sys.argv[4]
SIZE = int(os.environ.get('SIZE', 16 * 1000 * 1000))
LONG = 240  # seconds for a large file on a slow machine


class Anser:
    """One person with a home of his own; start() and kill() as often as wanted."""

    def __init__(self, server, name, online=True):
        self.server, self.name = server, name
        self.home = tempfile.mkdtemp(prefix='anser-term-')
        self.downloads = os.path.join(self.home, 'downloads')
        os.mkdir(self.downloads)
        self.errors = open(os.path.join(self.home, 'errors'), 'wb')
        self.process = None
        self.refs = 0
        self.start(online)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            self.kill(signal.SIGKILL if kind else signal.SIGTERM)
        finally:
            self.clean()

    def clean(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.errors.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self, online=True):
        env = {'HOME': self.home, 'XDG_CONFIG_HOME': self.home, 'XDG_STATE_HOME': os.path.join(self.home, 'state'), 'XDG_DOWNLOAD_DIR': self.downloads,
               'LC_ALL': 'C.UTF-8', 'PATH': os.environ['PATH']}
        for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS'):
            if name in os.environ:
                env[name] = os.environ[name]
        self.process = subprocess.Popen(self.command(), env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        self.events = queue.Queue()
        self.seen = []
        threading.Thread(target=self.read, args=(self.process.stdout, self.events), daemon=True).start()
        if online:
            self.until(lambda e: e['event'] == 'state' and e['phase'] == 'online')

    def command(self):
        return [ANSER, '--direct', '--json', '--accept-new', f'{self.name}@127.0.0.1:{self.server.hybrid}']

    def linked_once(self, name):
        return any(e['event'] == 'conversation' and e['name'] == name and e['direct'] for e in self.seen)

    @staticmethod
    def read(stream, events):
        for line in stream:
            events.put(json.loads(line))
        events.put(None)

    def kill(self, how=signal.SIGKILL):
        if self.process:
            self.process.send_signal(how)
            code = self.process.wait(PATIENCE)
            self.process.stdin.close()
            self.process = None
            if how == signal.SIGTERM:
                with open(self.errors.name, encoding='utf-8', errors='replace') as errors:
                    expect((code, errors.read()), (0, ''))

    def until(self, wanted, patience=PATIENCE):
        """The first event, from those of before on, that is so."""
        for event in self.seen:
            if wanted(event):
                return event
        while True:
            try:
                event = self.events.get(timeout=patience)
            except queue.Empty:
                raise AssertionError(f'{self.name} waits in vain; the last events: {self.seen[-8:]}') from None
            if event is None:
                raise AssertionError(f'{self.name} has ended; the last events: {self.seen[-8:]}')
            self.seen.append(event)
            if wanted(event):
                return event

    def tell(self, **what):
        self.process.stdin.write(json.dumps(what).encode() + b'\n')
        self.process.stdin.flush()

    def say(self, to, **what):
        self.refs += 1
        ref = str(self.refs)
        self.tell(to=to, ref=ref, **what)
        taken = self.until(lambda e: e['event'] == 'taken' and e['ref'] == ref)
        expect(taken['taken'], True)
        return taken['id']

    def became(self, entry, *statuses):
        self.until(lambda e: e['event'] == 'entry' and e['id'] == entry and e['status'] in statuses)

    def becomes(self, entry, status):
        self.became(entry, status)

    def hears(self, sender, text):
        return self.until(lambda e: e['event'] == 'entry' and not e['mine'] and e['sender'] == sender and e['text'] == text)

    def heard(self, text):
        """How often it was told as new."""
        return sum(1 for e in self.seen if e['event'] == 'entry' and e['change'] == 'new' and not e['mine'] and e['text'] == text)

    def file(self, wanted, patience=PATIENCE):
        return self.until(lambda e: e['event'] == 'entry' and 'file' in e and wanted(e), patience)

    def flush_seen(self):
        while not self.events.empty():
            self.seen.append(self.events.get())
        self.seen = []

    def key(self):
        folder = os.path.join(self.home, 'state', 'anser')
        return os.path.join(folder, os.listdir(folder)[0], 'key.pem')


def direct(server):
    with Anser(server, 'dtom') as tom, Anser(server, 'djack') as jack:
        one = tom.say('djack', text='hello, jack\nin two lines 你好 😀')
        jack.hears('dtom', 'hello, jack\nin two lines 你好 😀')
        tom.becomes(one, 'direct')
        two = jack.say('dtom', text='hello, tom')
        tom.hears('djack', 'hello, tom')
        jack.becomes(two, 'direct')
        tom.tell(command='/verify', **{'in': 'djack'})
        jack.tell(command='/verify', **{'in': 'dtom'})
        codes = [one.until(lambda e: e['event'] == 'notice' and e['name'] == 'verify')['text'].splitlines()[1] for one in (tom, jack)]
        expect(codes[0], codes[1])
        expect(len(codes[0].replace(' ', '')), 25)


def waiting(server):
    """To a guest who is away it waits, also over a restart; to an account the server keeps it."""
    server.add('wreg')
    with Anser(server, 'wtom') as tom, Anser(server, 'wjack') as jack:
        tom.becomes(tom.say('wjack', text='hello'), 'direct')
        jack.kill(signal.SIGTERM)
        tom.until(lambda e: e['event'] == 'conversation' and e['name'] == 'wjack' and not e['online'] and not e['direct'] and e['change'] == 'changed')
        one = tom.say('wjack', text='are you there?')
        tom.kill()
        tom.start()
        jack.start()
        jack.hears('wtom', 'are you there?')
        tom.became(one, 'direct', 'relayed')  # by whichever way was there first
        expect(jack.heard('are you there?'), 1)
        tom.becomes(tom.say('wreg', text='for later'), 'relayed')
    with Classic(server) as reg:
        reg.login('wreg')
        expect('for later' in reg.hear(), True)


def others(server):
    """Somebody in the wild, and a user of another door who is reached by the server, and back."""
    server.add('oann')
    with Anser(server, 'otom') as tom, Classic(server) as ann:
        ann.login('oann')
        tom.becomes(tom.say('oann', text='hello, ann'), 'relayed')
        expect('@otom@hello, ann@' in ann.hear(), True)
        expect(ann.ask('103|oann,otom,hello, tom'), '1|')
        expect(tom.hears('oann', 'hello, tom')['relayed'], True)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(('127.8.0.2', 0))
        udp.settimeout(PATIENCE)
        endpoint = f'127.8.0.2:{udp.getsockname()[1]}'
        udp.sendto(f'login,obill,{endpoint}'.encode('utf-16-le'), ('127.0.0.1', server.hybrid))
        expect(udp.recv(1000).decode('utf-16-le'), f'Accept,{server.hybrid}')
        with socket.create_connection(('127.0.0.1', server.hybrid), PATIENCE, source_address=('127.8.0.2', 0)) as tcp:
            listed = tcp.recv(65536)[1:].decode()
        where = next(e.split(',')[1] for e in listed.split(';') if e.startswith('otom,'))
        one = tom.say('obill', text='hello, 老 bill')
        while True:
            words = udp.recv(70000).decode('utf-16-le').split(',', 3)
            if words[0] == 'talk':
                break
        expect(words[2:], ['otom', 'hello, 老 bill'])
        tom.becomes(one, 'datagram')
        host, port = where.split(':')
        udp.sendto('talk,2016-1-29 11:11:11,obill,hello, tom'.encode('utf-16-le'), (host, int(port)))
        expect(tom.hears('obill', 'hello, tom')['relayed'], False)
        udp.close()


def unreachable(server):
    """Nobody can dial jack: what is written to him goes by the server, and as soon as he has dialled himself it goes direct."""
    with Anser(server, 'utom') as tom:
        kept = socket.create_connection(('127.0.0.1', server.hybrid), PATIENCE)
        lines = kept.makefile('rw', encoding='utf-8', newline='\n')
        lines.write('id,\nlogin,ujack,127.0.0.1:9\n')
        lines.flush()
        expect(lines.readline(), 'ok\n')
        lines.readline()
        one = tom.say('ujack', text='one\ntwo')
        while True:
            line = lines.readline()
            if line.startswith('relayed,'):
                break
        expect(line.split(',', 3)[2:], ['utom', 'one\\ntwo\n'])
        tom.becomes(one, 'relayed')
        kept.close()


def registered(server):
    """A name of an account: its password is asked for, and once in it is remembered; what came while the program was dead is there when it is back, once."""
    server.add('rjack')
    with Anser(server, 'rtom') as tom, Anser(server, 'rjack', online=False) as jack:
        jack.until(lambda e: e['event'] == 'ask' and e['kind'] == 'password')
        jack.tell(answer='wrong')
        jack.until(lambda e: e['event'] == 'ask' and 'wrong' in e['text'])
        jack.tell(answer=PASSWORD)
        jack.until(lambda e: e['event'] == 'state' and e['phase'] == 'online')
        tom.becomes(tom.say('rjack', text='here?'), 'direct')
        jack.kill()
        tom.until(lambda e: e['event'] == 'conversation' and e['name'] == 'rjack' and e['change'] == 'changed' and not e['direct'] and tom.linked_once('rjack'))
        late = tom.say('rjack', text='for later')
        tom.becomes(late, 'relayed')
        jack.start(online=False)
        jack.until(lambda e: e['event'] == 'ask' and e['kind'] == 'password')
        jack.tell(answer=PASSWORD)
        expect(jack.hears('rtom', 'for later')['relayed'], True)
        expect(jack.heard('for later'), 1)


def bridged(server):
    """Somebody who uses XMPP."""
    server.add('bxavi')

    async def talk():
        with Anser(server, 'btom') as tom:
            async with Client(server, 'bxavi/x') as xavi:
                one = tom.say('bxavi', text='to another door')
                expect((await xavi.chat.get())['body'], 'to another door')
                await asyncio.to_thread(tom.becomes, one, 'relayed')
                xavi.send_message(mto='btom@anser.test', mbody='and back\nin lines', mtype='chat')
                await asyncio.to_thread(tom.hears, 'bxavi', 'and back\nin lines')

    asyncio.run(talk())


def changed_key(server):
    with Anser(server, 'ktom') as tom, Anser(server, 'kjack') as jack:
        tom.becomes(tom.say('kjack', text='hello'), 'direct')
        jack.kill(signal.SIGTERM)
        os.unlink(jack.key())
        jack.start()
        one = tom.say('kjack', text='a secret')
        tom.until(lambda e: e['event'] == 'notice' and e['name'] == 'key-changed' and e['error'])
        two = jack.say('ktom', text='it is me, really')
        jack.until(lambda e: e['event'] == 'entry' and e['id'] == two and e['status'] == 'waiting')
        expect(jack.heard('a secret'), 0)
        tom.tell(command='/keys forget kjack')
        jack.hears('ktom', 'a secret')
        tom.became(one, 'direct', 'relayed')


def sum_of(path):
    with open(path, 'rb') as f:
        return hashlib.file_digest(f, 'sha256').hexdigest() if hasattr(hashlib, 'file_digest') else sum_slow(f)


def sum_slow(f):
    h = hashlib.sha256()
    while True:
        piece = f.read(1 << 20)
        if not piece:
            return h.hexdigest()
        h.update(piece)


class Allowance:
    """How many bytes may still come to somebody; who has more for him waits."""

    def __init__(self):
        self.left = self.passed = 0
        self.changed = threading.Condition()

    def allow(self, n):
        with self.changed:
            self.left += n
            self.changed.notify_all()

    def take(self, most):
        with self.changed:
            self.changed.wait_for(lambda: self.left > 0)
            n = min(most, self.left)
            self.left -= n
            return n

    def count(self, asked, came):
        with self.changed:
            self.left += asked - came
            self.passed += came
            self.changed.notify_all()


def pump(source, sink, allowance=None, change=lambda piece: piece):
    """From one socket to the other until either ends; both are over then."""
    try:
        while True:
            asked = allowance.take(65536) if allowance else 65536
            piece = b''
            try:
                piece = source.recv(asked)
            finally:
                if allowance:
                    allowance.count(asked, len(piece))
            if not piece:
                break
            sink.sendall(change(piece))
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Relay:
    """Listens at a port of its own and goes on to another: `to` is that port now, `there` and `back` say how the bytes are passed on."""

    def __init__(self, to=0, there=(), back=()):
        self.to, self.there, self.back = to, there, back
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near = self.listener.accept()[0]
            except OSError:
                return
            try:
                far = socket.create_connection(('127.0.0.1', self.to), PATIENCE)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            threading.Thread(target=pump, args=(near, far, *self.there), daemon=True).start()
            threading.Thread(target=pump, args=(far, near, *self.back), daemon=True).start()

    def close(self):
        self.listener.close()


class Held(Anser):
    """The same behind a gate: the server is told that it listens at the gate, so links to it go through there."""

    def __init__(self, server, name, there=None, back=None):
        self.gate = Relay(there=(there,), back=(back,))
        self.introduced = Relay(server.hybrid, there=(None, self.moved))
        super().__init__(server, name)

    def moved(self, piece):
        """`login,NAME,127.0.0.1:PORT`, which is written in one piece; the gate goes on to that port."""
        found = re.search(rb'(?m)^(login,[^\n]*:)(\d+)$', piece)
        if not found:
            return piece
        self.gate.to = int(found[2])
        return piece[:found.start(2)] + str(self.gate.port).encode() + piece[found.end(2):]

    def command(self):
        return [ANSER, '--direct', '--json', '--accept-new', f'{self.name}@127.0.0.1:{self.introduced.port}']

    def clean(self):
        super().clean()
        self.gate.close()
        self.introduced.close()

    def part(self):
        """Bytes of the file that is coming, as they lie on the disk."""
        for folder, _, names in os.walk(os.path.join(self.home, 'state')):
            for name in names:
                if re.fullmatch('[0-9a-f]{32}', name):
                    return os.path.getsize(os.path.join(folder, name))
        return 0

    def part_reaches(self, size):
        until = time.monotonic() + LONG
        while self.part() < size:
            expect(time.monotonic() < until, True)
            time.sleep(0.01)


def files(server):
    """Each of the two programs is killed in the middle of a file, three times in all. It never begins anew. So many bytes are let through to who gets it that it
    cannot be over before, on however fast a machine."""
    allowance = Allowance()
    with Held(server, 'ftom', back=allowance) as tom, Held(server, 'fjack', there=allowance) as jack:
        path = os.path.join(tom.home, 'large, with a comma.bin')
        with open(path, 'wb') as f:
            f.write(os.urandom(1 << 20))
            f.seek(SIZE - (1 << 20))
            f.write(os.urandom(1 << 20))
        allowance.allow(SIZE // 4)
        offer = tom.say('fjack', file=path)
        jack.file(lambda e: not e['mine'] and e['file']['state'] == 'offered', LONG)
        tom.becomes(offer, 'direct')
        jack.tell(command='/get', **{'in': 'ftom'})
        have = 0
        for who in (jack, tom, jack):
            jack.part_reaches(have + SIZE // 8)
            who.kill()
            have, passed = jack.part(), allowance.passed
            expect(have < SIZE, True)
            who.start()
            allowance.allow(SIZE // 4)
        allowance.allow(2 * SIZE)
        came = jack.file(lambda e: e['file']['state'] == 'done', LONG)
        # What was there has not come again; beside the rest only greetings, and what was on its way to who was killed.
        expect(allowance.passed - passed < SIZE - have + (1 << 20), True)
        expect(sum_of(came['file']['path']), sum_of(path))
        expect(os.path.dirname(came['file']['path']), jack.downloads)
        tom.file(lambda e: e['mine'] and e['file']['state'] == 'done', LONG)
        meanwhile = tom.say('fjack', text='did you get it?')
        jack.hears('ftom', 'did you get it?')
        tom.becomes(meanwhile, 'direct')


if __name__ == '__main__':
    main(direct, waiting, others, unreachable, registered, bridged, changed_key, files)
