# SPDX-License-Identifier: Apache-2.0
"""A message from each kind of client to each other kind, here and away: one table, every cell tried.

Called with the paths of anserd and anserctl, the number of cores, the path of anser, and the folder of the page's tests. Whoever is away and has an account gets it
when he comes. Two things cannot be, and their cells are empty: a user of the hybrid protocol without an account is nobody when he is away; and a client of it in the wild
sends datagrams to whoever is in, so it has no way to somebody whose own endpoint is gone.
"""
import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from server import DOMAIN, PASSWORD, PATIENCE, TIME, Classic, JavaClassic, Server, expect, expect_match

NODE = '/usr/bin/node'


class Heard:
    """Texts with their senders as they come, from a thread."""

    def __init__(self):
        self.queue = queue.Queue()
        self.seen = []

    def put(self, sender, text):
        self.queue.put((sender, text))

    def wait(self, sender, text):
        end = time.monotonic() + PATIENCE
        while (sender, text) not in self.seen:
            try:
                self.seen.append(self.queue.get(timeout=max(0.01, end - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f'never heard {text!r} from {sender}, but {self.seen}') from None


class Person:
    """One client. `tell` returns when the message is safe with the server, or sent where nothing is ever acknowledged."""

    account = True    # it has one: what is sent to it waits
    endpoint = False  # it is reached at an endpoint of its own, not at one of the server's

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.heard = Heard()

    def hear(self, sender, text):
        self.heard.wait(sender, text)


class Lines(Person):
    make = Classic
    push = rf'1\|103@([^@]+)@(.*)@{TIME}'

    def open(self):
        self.client = self.make(self.server)
        self.client.socket.settimeout(None)
        self.replies = queue.Queue()
        self.login()
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def login(self):
        self.client.login(self.name)

    def listen(self):
        while (said := self.client.hear()) is not None:
            hit = re.fullmatch(self.push, said)
            if hit:
                self.heard.put(*hit.groups())
            else:
                self.replies.put(said)

    def tell(self, to, text):
        self.client.say(f'103|{self.name},{to},{text}')
        self.sent()

    def sent(self):
        expect(self.replies.get(timeout=PATIENCE), '1|')

    def close(self):
        self.client.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.client.__exit__()


class Java(Lines):
    make = JavaClassic
    push = rf'103@([^@]+)@(.*)@{TIME};'

    def sent(self):
        """A message that worked is not answered; what is asked behind it is answered when it is safe."""
        self.client.say('102|')
        expect_match(self.replies.get(timeout=PATIENCE), rf'102@Server@.*@{TIME};')


class Child(Person):
    """A client that is a program of its own and speaks lines of JSON."""

    def begin(self, command, **more):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
        self.told = queue.Queue()
        self.errors = []
        self.threads = [threading.Thread(target=self.listen), threading.Thread(target=lambda: self.errors.extend(self.process.stderr))]
        for thread in self.threads:
            thread.start()

    def listen(self):
        for line in self.process.stdout:
            self.take(json.loads(line))
        self.told.put(None)

    def take(self, told):
        self.told.put(told)

    def order(self, **what):
        self.process.stdin.write(json.dumps(what) + '\n')
        self.process.stdin.flush()

    def until(self, wanted):
        end = time.monotonic() + PATIENCE * 3
        while True:
            try:
                told = self.told.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f'{self.name}: nothing in time; {self.errors[-20:]}') from None
            if told is None:
                raise AssertionError(f'{self.name} has ended: {self.errors[-20:]}')
            if wanted(told):
                return told

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            raise AssertionError(f'{self.name} does not end') from None
        finally:
            for thread in self.threads:
                thread.join()
            self.process.stdout.close()
            self.process.stderr.close()


class Page(Child):
    def open(self):
        self.begin([NODE, os.path.join(sys.argv[5], 'e2e', 'person.mjs'), f'http://localhost:{self.server.http}/', self.name, PASSWORD])
        self.answered()

    def answered(self):
        expect(self.until(lambda told: True), {'done': True})

    def tell(self, to, text):
        self.order(say=text, to=f'{to}@{DOMAIN}')
        self.answered()

    def hear(self, sender, text):
        self.order(hear=text, **{'from': f'{sender}@{DOMAIN}'})
        self.answered()

    def close(self):
        self.end()


class Xmpp(Child):
    """slixmpp, as tests of the page use it."""

    def open(self):
        self.begin(['/usr/bin/python3', os.path.join(sys.argv[5], 'e2e', 'peer.py'), str(self.server.xmpp), f'{self.name}@{DOMAIN}', PASSWORD])
        self.until(lambda told: told.get('online'))

    def take(self, told):
        if 'heard' in told:
            self.heard.put(told['sender'].partition('@')[0], told['heard'])
        self.told.put(told)

    def tell(self, to, text):
        self.process.stdin.write(f'say {to}@{DOMAIN} {text}\n')
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.write('quit\n')
        self.end()


class Terminal(Child):
    """Our own terminal client, with the hybrid protocol: it says of each message how far it has come."""

    endpoint = True

    def __init__(self, server, name):
        super().__init__(server, name)
        self.home = tempfile.mkdtemp(prefix='anser-everyone-')

    def open(self):
        environment = {**os.environ, 'HOME': self.home, 'LC_ALL': 'C.UTF-8'}
        for kind in ('CONFIG', 'STATE', 'DATA', 'CACHE'):
            environment[f'XDG_{kind}_HOME'] = os.path.join(self.home, kind.lower())
        self.begin([sys.argv[4], '--direct', '--json', '--accept-new', '--password-stdin', f'{self.name}@127.0.0.1:{self.server.hybrid}'], env=environment)
        self.process.stdin.write(PASSWORD + '\n')
        self.process.stdin.flush()
        self.until(lambda told: told.get('event') == 'state' and told['phase'] == 'online')

    def take(self, told):
        if told.get('event') == 'entry' and told['status'] == 'received' and told['kind'] == 'text':
            self.heard.put(told['sender'], told['text'])
        self.told.put(told)

    def tell(self, to, text):
        self.order(to=to, text=text)
        self.until(lambda told: told.get('event') == 'entry' and told['mine'] and told['text'] == text and told['status'] in ('relayed', 'direct', 'datagram'))

    def close(self):
        self.end()


class Wild(Person):
    """As .NET clients in the wild: UTF-16LE, one socket to log in with and another to listen on, one .NET string for the list."""

    account = False
    endpoint = True

    def open(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', 0))
        self.socket.settimeout(PATIENCE)
        self.place = '127.0.0.1:%d' % self.socket.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anonymous:
            anonymous.sendto(f'login,{self.name},{self.place}'.encode('utf-16-le'), ('127.0.0.1', self.server.hybrid))
        said = self.socket.recv(65536).decode('utf-16-le')
        port = int(expect_match(said, r'Accept,(\d+)').group(1))
        self.people = {}
        with socket.create_connection(('127.0.0.1', port), PATIENCE) as tcp:
            self.know(self.read_string(tcp.makefile('rb')))
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    @staticmethod
    def read_string(file):
        length = shift = 0
        while True:
            byte = file.read(1)[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return file.read(length).decode()

    def know(self, people):
        for entry in people.removesuffix('end').split(';'):
            if entry:
                name, place = entry.split(',')
                self.people[name] = place

    def listen(self):
        while True:
            said = self.socket.recv(65536).decode('utf-16-le')
            kind, _, rest = said.partition(',')
            if kind == 'talk':
                _, sender, content = rest.split(',', 2)
                self.heard.put(sender, content)
            elif kind == 'login':
                name, place = rest.split(',')
                self.people[name] = place
            elif kind == 'over':
                return

    def tell(self, to, text):
        end = time.monotonic() + PATIENCE
        while to not in self.people:  # the others' logins come as datagrams
            if time.monotonic() > end:
                raise AssertionError(f'{to} was never told to {self.name}: {self.people}')
            time.sleep(0.01)
        host, port = self.people[to].rsplit(':', 1)
        self.socket.sendto(f'talk,2026-11-21 19:00:00,{self.name},{text}'.encode('utf-16-le'), (host, int(port)))

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anonymous:
            anonymous.sendto(f'logout,{self.name},{self.place}'.encode('utf-16-le'), ('127.0.0.1', self.server.hybrid))
            anonymous.sendto('over'.encode('utf-16-le'), self.socket.getsockname())
        self.thread.join()
        self.socket.close()


KINDS = {'xmpp': Xmpp, 'page': Page, 'lines': Lines, 'java': Java, 'wild': Wild, 'ours': Terminal}


def text_of(sender, receiver, how):
    return f'{sender} to {receiver}, {how}: 你好, naïve <b> & | 😀'


class Table:
    def __init__(self):
        self.cells = {}

    def tried(self, sender, receiver, how, what):
        try:
            what()
            self.cells[sender, receiver, how] = 'ok'
        except Exception as e:  # every cell is looked at, whatever became of the others
            self.cells[sender, receiver, how] = f'{type(e).__name__}: {e}'

    def show(self):
        width = max(map(len, KINDS)) + 2
        for how in ('here', 'away'):
            print(how.ljust(width) + ''.join(k.ljust(width) for k in KINDS))
            for sender in KINDS:
                print(sender.ljust(width) + ''.join(('ok' if self.cells.get((sender, r, how)) == 'ok' else '-' if (sender, r, how) not in self.cells else 'FAIL').ljust(width) for r in KINDS))
        wrong = {cell: why for cell, why in self.cells.items() if why != 'ok'}
        for cell, why in wrong.items():
            print(f'{cell}: {why}')
        expect(len(wrong), 0)


def here(people, table):
    for sender in KINDS:
        for receiver in KINDS:
            if sender != receiver:
                def cell(s=sender, r=receiver):
                    text = text_of(s, r, 'here')
                    people[s].tell(r, text)
                    people[r].hear(s, text)
                table.tried(sender, receiver, 'here', cell)


def away(people, table):
    """One after another is away while all others write to it."""
    for receiver, person in people.items():
        if not person.account:
            continue
        person.close()
        wrote = []
        writers = [s for s in KINDS if s != receiver and not (person.endpoint and isinstance(people[s], Wild))]
        for sender in writers:
            def write(s=sender, r=receiver):
                people[s].tell(r, text_of(s, r, 'away'))
                wrote.append(s)
            table.tried(sender, receiver, 'away', write)
        settled(people, receiver, writers)
        person.open()
        for sender in wrote:
            table.tried(sender, receiver, 'away', lambda s=sender, r=receiver: people[r].hear(s, text_of(s, r, 'away')))


def settled(people, receiver, writers):
    """What acknowledges nothing (slixmpp's first send, a datagram, the page's outbox) is in the queue of the server before the receiver comes back."""
    end = time.monotonic() + PATIENCE
    while True:
        waits = people[receiver].server.ctl('queue', receiver)
        missing = [s for s in writers if text_of(s, receiver, 'away') not in waits]
        if not missing or time.monotonic() > end:
            return
        time.sleep(0.05)


def main():
    anserd, anserctl, cores = sys.argv[1:4]
    table = Table()
    with Server(anserd, anserctl, cores) as server:
        people = {kind: make(server, kind) for kind, make in KINDS.items()}
        server.add(*(kind for kind, make in KINDS.items() if make.account))
        opened = []
        try:
            for person in people.values():
                person.open()
                opened.append(person)
            here(people, table)
            away(people, table)
        finally:
            for person in opened:
                person.close()
    table.show()


main()
