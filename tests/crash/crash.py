# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the real server under load, again and again: what was acknowledged must arrive, and nothing twice in one session.

    crash.py ANSERD ANSERCTL CORES KILLS [SEED]

Senders and receivers of both doors. A classic sender is told "1|" for each message, an XMPP sender acknowledges by XEP-0198. What was not
acknowledged when the server died is sent again, so it may arrive twice; what was, may not.
"""
import base64
import os
import random
import socket
import sys
import threading
import time
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'interop'))
from server import DOMAIN, PASSWORD, PATIENCE, Server  # noqa: E402

PAIRS = 6
WINDOW = 8
CLIENT, SM, SASL = '{jabber:client}', '{urn:xmpp:sm:3}', '{urn:ietf:params:xml:ns:xmpp-sasl}'


class Gone(Exception):
    """The server, or the link to it, is gone."""


class Stream:
    """As much of an XMPP client as this needs: PLAIN on loopback, bind, XEP-0198 without resumption (the server's memory dies with it)."""

    def __init__(self, port, name, resource):
        self.socket = socket.create_connection(('127.0.0.1', port), PATIENCE)
        self.socket.settimeout(PATIENCE)
        self.handled = 0
        self.open()
        login = base64.b64encode(f'\0{name}\0{PASSWORD}'.encode()).decode()
        self.say(f"<auth xmlns='{SASL[1:-1]}' mechanism='PLAIN'>{login}</auth>")
        self.want(SASL + 'success')
        self.open()
        self.say(f"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{resource}</resource></bind></iq>")
        self.want(CLIENT + 'iq')
        self.say("<enable xmlns='urn:xmpp:sm:3'/>")
        self.want(SM + 'enabled')
        self.handled = 0
        self.say('<presence/>')

    def open(self):
        self.parser = ET.XMLPullParser(('start', 'end'))
        self.depth, self.ready = 0, []
        self.say(f"<stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")
        self.want('{http://etherx.jabber.org/streams}features')

    def say(self, text):
        try:
            self.socket.sendall(text.encode())
        except OSError as why:
            raise Gone from why

    def hear(self):
        """The next element at stream level; Gone when there is none any more."""
        while not self.ready:
            try:
                data = self.socket.recv(65536)
            except OSError as why:
                raise Gone from why
            if not data:
                raise Gone
            self.parser.feed(data)
            for event, element in self.parser.read_events():
                self.depth += 1 if event == 'start' else -1
                if event == 'end' and self.depth == 1:
                    self.ready.append(element)
        element = self.ready.pop(0)
        if element.tag.startswith(CLIENT):
            self.handled += 1
        return element

    def want(self, tag):
        element = self.hear()
        while element.tag != tag:
            if element.tag.endswith('failure') or element.tag.endswith('error'):
                raise AssertionError(ET.tostring(element))
            element = self.hear()
        return element

    def close(self):
        self.socket.close()


class Letters:
    """What became of every message of one pair."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acked, self.received, self.retried, self.problems = set(), set(), set(), []

    def receive(self, number, seen):
        with self.lock:
            self.received.add(number)
            if number in seen and number not in self.retried:
                self.problems.append(f'{number} came twice in one session')
            seen.add(number)


class Worker(threading.Thread):
    def __init__(self, server, pair, letters, stop):
        super().__init__(name=f'{type(self).__name__}-{pair}')
        self.server, self.pair, self.letters, self.stop = server, pair, letters, stop
        self.failure = None

    def run(self):
        try:
            while not self.finished():
                try:
                    self.session()
                except (Gone, OSError):
                    time.sleep(0.02)  # the server is being started again
        except Exception as why:  # pylint: disable=broad-except
            self.failure = why

    def finished(self):
        return self.stop.is_set()


class Sender(Worker):
    def __init__(self, *args):
        super().__init__(*args)
        self.next, self.open = 1, []

    def finished(self):
        return self.stop.is_set() and not self.open

    def fill(self, send):
        """Keeps WINDOW messages under way until it is told to stop."""
        while len(self.open) < WINDOW and not self.stop.is_set():
            self.open.append(self.next)
            send(self.next)
            self.next += 1

    def again(self, send):
        with self.letters.lock:
            self.letters.retried.update(self.open)
        for number in self.open:
            send(number)

    def acked(self, n):
        with self.letters.lock:
            self.letters.acked.update(self.open[:n])
        del self.open[:n]


class ClassicSender(Sender):
    def session(self):
        link = socket.create_connection(('127.0.0.1', self.server.classic), PATIENCE)
        with link, link.makefile('rb') as lines:
            def send(number):
                link.sendall(f'103|s{self.pair},r{self.pair},n{number}\n'.encode())
            link.sendall(f'101|s{self.pair},{PASSWORD}\n'.encode())
            if lines.readline() != b'1|\n':
                raise Gone
            self.again(send)
            while not self.finished():
                self.fill(send)
                answer = lines.readline()
                if not answer:
                    raise Gone
                if answer != b'1|\n':
                    raise AssertionError(answer)
                self.acked(1)


class XmppSender(Sender):
    def session(self):
        stream = Stream(self.server.xmpp, f's{self.pair}', 'send')

        def send(number):
            stream.say(f"<message type='chat' id='n{number}' to='r{self.pair}@{DOMAIN}'><body>n{number}</body></message>"
                       "<r xmlns='urn:xmpp:sm:3'/>")
        try:
            done = 0
            base = 1  # the presence
            self.again(send)
            while not self.finished():
                self.fill(send)
                element = stream.hear()
                if element.tag == CLIENT + 'message' and element.get('type') == 'error':
                    raise AssertionError(ET.tostring(element))
                if element.tag == SM + 'a':
                    h = int(element.get('h')) - base
                    self.acked(h - done)
                    done = h
        finally:
            stream.close()


class ClassicReceiver(Worker):
    def session(self):
        seen = set()
        link = socket.create_connection(('127.0.0.1', self.server.classic), PATIENCE)
        with link, link.makefile('rb') as lines:
            link.sendall(f'101|r{self.pair},{PASSWORD}\n'.encode())
            link.settimeout(PATIENCE)
            for line in lines:
                parts = line.decode().split('@')
                if parts[0] == '1|103':
                    self.letters.receive(int(parts[2][1:]), seen)
        raise Gone


class XmppReceiver(Worker):
    def session(self):
        seen = set()
        stream = Stream(self.server.xmpp, f'r{self.pair}', 'read')
        try:
            while True:
                element = stream.hear()
                body = element.find(CLIENT + 'body') if element.tag == CLIENT + 'message' else None
                if body is not None:
                    self.letters.receive(int(body.text[1:]), seen)
                if element.tag == SM + 'r':
                    stream.say(f"<a xmlns='urn:xmpp:sm:3' h='{stream.handled}'/>")
        finally:
            stream.close()


def missing(pairs):
    total = 0
    for letters in pairs:
        with letters.lock:
            total += len(letters.acked - letters.received)
    return total


def acknowledged(pairs):
    total = 0
    for letters in pairs:
        with letters.lock:
            total += len(letters.acked)
    return total


def under_load(pairs, more):
    """Waits until `more` have been acknowledged, on a machine however slow."""
    wanted, end = acknowledged(pairs) + more, time.monotonic() + PATIENCE
    while acknowledged(pairs) < wanted:
        if time.monotonic() > end:
            raise AssertionError(f'not even {more} messages were acknowledged in {PATIENCE} s')
        time.sleep(0.002)


def run(server, kills, chance):
    for i in range(PAIRS):
        server.add(f's{i}', f'r{i}')
    pairs = [Letters() for _ in range(PAIRS)]
    stop_sending, stop_all = threading.Event(), threading.Event()
    senders = [(ClassicSender if i % 2 else XmppSender)(server, i, pairs[i], stop_sending) for i in range(PAIRS)]
    receivers = [(ClassicReceiver if i % 3 == 0 else XmppReceiver)(server, i, pairs[i], stop_all) for i in range(PAIRS)]
    for worker in senders + receivers:
        worker.start()
    try:
        for _ in range(kills):
            under_load(pairs, chance.randint(1, 300))
            server.kill()
            server.start()
        under_load(pairs, 1)
        stop_sending.set()
        for worker in senders:
            worker.join(PATIENCE)
        end = time.monotonic() + PATIENCE
        while missing(pairs) and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        stop_sending.set()
        stop_all.set()
        server.kill()
        for worker in senders + receivers:
            worker.stop = stop_all
            if isinstance(worker, Sender):
                worker.open = []
            worker.join(PATIENCE)
    failures = [f'{w.name}: {w.failure!r}' for w in senders + receivers if w.failure]
    failures += [f'pair {i}: {problem}' for i, letters in enumerate(pairs) for problem in letters.problems[:5]]
    failures += [f'pair {i}: lost {sorted(letters.acked - letters.received)[:10]}' for i, letters in enumerate(pairs)
                 if letters.acked - letters.received]
    print(f'{kills} kills, {acknowledged(pairs)} acknowledged, {sum(len(p.retried) for p in pairs)} sent again, {missing(pairs)} lost')
    return failures


def main():
    anserd, anserctl, cores, kills = sys.argv[1:5]
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else random.randrange(1 << 32)
    print(f'seed {seed}', flush=True)
    with Server(anserd, anserctl, cores, ['limits.login_attempts=100000']) as server:
        failures = run(server, int(kills), random.Random(seed))
    for failure in failures:
        print(failure)
    sys.exit(bool(failures))


if __name__ == '__main__':
    main()
