# SPDX-License-Identifier: Apache-2.0
"""Files through the real server.

    uploads.py ANSERD ANSERCTL CORES [MEBIBYTES]

Slots are asked for by XMPP, contents go by HTTP. MEBIBYTES: how large the large one is.
"""
import base64
import hashlib
import http.client
import os
import random
import resource
import socket
import sys
import threading
import xml.etree.ElementTree as ET
from urllib.parse import quote, urlsplit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'interop'))
from server import DOMAIN, PASSWORD, PATIENCE, Server, expect  # noqa: E402

MIB = 1024 * 1024
UPLOAD, FILES, STANZAS = '{urn:xmpp:http:upload:0}', '{urn:anser:files:0}', '{urn:ietf:params:xml:ns:xmpp-stanzas}'


class Stream:
    """As much of an XMPP client as this needs: PLAIN on loopback, and questions that are answered."""

    def __init__(self, server, name):
        self.socket = socket.create_connection(('127.0.0.1', server.xmpp), PATIENCE)
        self.open()
        login = base64.b64encode(f'\0{name}\0{PASSWORD}'.encode()).decode()
        self.say(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{login}</auth>")
        expect(self.hear().tag, '{urn:ietf:params:xml:ns:xmpp-sasl}success')
        self.open()
        self.ask('set', "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>", '')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def open(self):
        self.parser, self.depth, self.ready = ET.XMLPullParser(('start', 'end')), 0, []
        self.say(f"<stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")
        self.hear()

    def say(self, text):
        self.socket.sendall(text.encode())

    def hear(self):
        while not self.ready:
            data = self.socket.recv(65536)
            if not data:
                raise AssertionError('the stream has ended')
            self.parser.feed(data)
            for event, element in self.parser.read_events():
                self.depth += 1 if event == 'start' else -1
                if event == 'end' and self.depth == 1:
                    self.ready.append(element)
        return self.ready.pop(0)

    def ask(self, kind, payload, to=f" to='{DOMAIN}'"):
        self.say(f"<iq type='{kind}' id='q'{to}>{payload}</iq>")
        return self.hear()

    def slot(self, name, size, media='application/octet-stream'):
        """The path to put to; or the condition and what else the error says."""
        answer = self.ask('get', f"<request xmlns='{UPLOAD[1:-1]}' filename='{name}' size='{size}' content-type='{media}'/>")
        put = answer.find(f'.//{UPLOAD}put')
        if put is not None:
            expect(put.get('url'), answer.find(f'.//{UPLOAD}get').get('url'))
            return urlsplit(put.get('url')).path
        return [child.tag for child in answer.find('{jabber:client}error')]

    def remove(self, path):
        token = path.split('/')[2]
        expect(self.ask('set', f"<files xmlns='{FILES[1:-1]}'><remove token='{token}'/></files>", '').get('type'), 'result')


class Bytes:
    """A file that nobody has to hold: the same bytes every time, no piece like another."""

    def __init__(self, size, seed=1):
        self.size, self.block = size, random.Random(seed).randbytes(MIB)

    def read(self, start, end):
        while start < end:
            number, within = divmod(start, MIB)
            block = number.to_bytes(8, 'big') + self.block[8:]
            piece = block[within:min(MIB, within + end - start)]
            yield piece
            start += len(piece)

    def hash(self):
        sum_ = hashlib.sha256()
        for piece in self.read(0, self.size):
            sum_.update(piece)
        return sum_.hexdigest()


def http_ask(server, method, path, body=None, **fields):
    """Status, fields, body. `body`: pieces."""
    link = http.client.HTTPConnection('127.0.0.1', server.http, timeout=PATIENCE)
    try:
        link.request(method, path, body=body, headers={k.replace('_', '-'): str(v) for k, v in fields.items()})
        answer = link.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        link.close()


def put(server, path, data):
    return http_ask(server, 'PUT', path, data.read(0, data.size), Content_Length=data.size)


def offset_of(server, path):
    status, fields, _ = http_ask(server, 'HEAD', path)
    expect((status, fields['Upload-Complete']), (204, '?0'))
    return int(fields['Upload-Offset'])


def patch(server, path, data, start, end=None):
    end = data.size if end is None else end
    return http_ask(server, 'PATCH', path, data.read(start, end), Content_Length=end - start, Upload_Offset=start)


def send_and_break(server, path, data, end):
    """Goes on where the server says, and the network breaks after `end`. What the last connection had under way may come to lie behind what HEAD said: then it
    is a conflict, and goes on there."""
    while True:
        start = offset_of(server, path)
        link = socket.create_connection(('127.0.0.1', server.http), PATIENCE)
        link.sendall(f'PATCH {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {data.size - start}\r\nUpload-Offset: {start}\r\n\r\n'.encode())
        try:
            for piece in data.read(start, end):
                link.sendall(piece)
            link.shutdown(socket.SHUT_WR)
            heard = b''
            while more := link.recv(65536):
                heard += more
        except (BrokenPipeError, ConnectionResetError):
            heard = b'HTTP/1.1 409 '
        link.close()
        if not heard.startswith(b'HTTP/1.1 409 '):
            expect(heard, b'')
            return


def get_hash(server, path):
    """SHA-256 of what is served, read in pieces."""
    link = http.client.HTTPConnection('127.0.0.1', server.http, timeout=PATIENCE)
    link.request('GET', path)
    answer = link.getresponse()
    expect(answer.status, 200)
    sum_ = hashlib.sha256()
    while piece := answer.read(MIB):
        sum_.update(piece)
    expect(answer.headers['ETag'], f'"{sum_.hexdigest()}"')
    link.close()
    return sum_.hexdigest()


def memory(server):
    """The most that the server ever had in memory, in bytes."""
    with open(f'/proc/{server.process.pid}/status', encoding='ascii') as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith('VmHWM:'))


def contents(server):
    return sorted(os.listdir(os.path.join(server.data, 'files')))


def a_large_file(server, mebibytes):
    data = Bytes(mebibytes * MIB + 12345)
    with Stream(server, 'ann') as ann:
        path = ann.slot('small.bin', 10 * MIB)
        expect(put(server, path, Bytes(10 * MIB))[0], 201)
        get_hash(server, path)
        before = memory(server)
        path = ann.slot('large.bin', data.size)
        expect(put(server, path, data)[0], 201)
        expect(get_hash(server, path), data.hash())
        grown = memory(server) - before
        print(f'  {data.size} bytes there and back: {grown // 1024} KiB more memory', flush=True)
        if grown > 16 * MIB:
            raise AssertionError(f'the server grew by {grown} bytes')


def broken_at_every_tenth(server):
    data = Bytes(5 * MIB + 1)
    with Stream(server, 'ann') as ann:
        path = ann.slot('broken.bin', data.size)
        for tenth in range(1, 10):
            send_and_break(server, path, data, data.size * tenth // 10)
            start = offset_of(server, path)
            expect(start <= data.size * tenth // 10, True)
            # What had been read when the connection ended and was not on its way to the disk is lost: two pieces of 128 KiB and what was read ahead.
            expect(start >= data.size * tenth // 10 - 384 * 1024, True)
        while (answer := patch(server, path, data, offset_of(server, path)))[0] != 201:
            expect(answer[0], 409)
        expect(get_hash(server, path), data.hash())


def over_a_crash(server):
    data = Bytes(6 * MIB + 7, seed=2)
    with Stream(server, 'ann') as ann:
        path = ann.slot('crash.bin', data.size)
        whole = ann.slot('whole.bin', data.size)
    expect(patch(server, path, data, 0, 3 * MIB)[0], 204)
    expect(put(server, whole, data)[0], 201)
    server.kill()
    server.start()
    # What was answered with 201 is there. Of the other at least its offset is true.
    expect(get_hash(server, whole), data.hash())
    start = offset_of(server, path)
    expect(start, 3 * MIB)
    expect(patch(server, path, data, start)[0], 201)
    expect(get_hash(server, path), data.hash())


def the_same_at_one_time(server):
    data = Bytes(2 * MIB + 3, seed=3)
    name = data.hash()
    wrong = []

    def live(name_of_user, rounds):
        try:
            with Stream(server, name_of_user) as stream:
                for _ in range(rounds):
                    path = stream.slot('same.bin', data.size)
                    expect(put(server, path, data)[0], 201)
                    expect(get_hash(server, path), name)
                    stream.remove(path)
        except BaseException as why:  # told by the main thread
            wrong.append(why)

    threads = [threading.Thread(target=live, args=(who, 5)) for who in ('ann', 'bob', 'cid', 'dan')]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]


def two_fillers(server):
    data = Bytes(3 * MIB, seed=4)
    with Stream(server, 'ann') as ann:
        path = ann.slot('two.bin', data.size)
    told = []

    def fill():
        """Goes on wherever the server says, until somebody has finished it."""
        while True:
            status, fields, _ = http_ask(server, 'HEAD', path)
            if status == 200:
                return
            start = int(fields['Upload-Offset'])
            status, fields, _ = patch(server, path, data, start, min(data.size, start + 100000))
            told.append(status)
            expect(status in (201, 204, 409), True)

    threads = [threading.Thread(target=fill) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(told.count(201) >= 1, True)
    expect(get_hash(server, path), data.hash())


def a_full_disk(server):
    """The system refuses to let files grow beyond 4 MiB, as a full disk would."""
    data = Bytes(9 * MIB, seed=5)
    with Stream(server, 'ann') as ann:
        path = ann.slot('full.bin', data.size)
        pid = server.process.pid
        was = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4 * MIB + 1000, was[1]))
        try:
            status, fields, _ = patch(server, path, data, 0, 5 * MIB)
            expect((status, fields['X-Anser-Error']), (507, 'disk-full'))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it hung up while we still sent
        start = offset_of(server, path)
        expect(start <= 4 * MIB + 1000, True)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, was)
        expect(patch(server, path, data, start)[0], 201)
        expect(get_hash(server, path), data.hash())


def nothing_escapes(server):
    """Names and paths that want out of the directory."""
    data = Bytes(3, seed=6)
    with Stream(server, 'ann') as ann:
        for name in ('../../../etc/passwd', '..\\..\\x', '/etc/shadow', 'CON', '.', '%2e%2e%2fx', 'a' * 600, '&#x202e;gpj.exe'):
            path = ann.slot(name, data.size)
            expect(path.count('/'), 3)
            expect(put(server, path, data)[0], 201)
            expect(get_hash(server, path), data.hash())
        token = path.split('/')[2]
    for path in ('/files/../anser.db', '/files/%2e%2e/anser.db', f'/files/{token}/../../anser.db', '/files/' + quote('../anser.db', safe=''),
                 '/files/' + data.hash(), '/files/', '/files', f'/files/{token[:-1]}/x', f'/files/{token}x/x', '/files/%00/x'):
        status, _, body = http_ask(server, 'GET', path)
        expect((status in (400, 404), b'SQLite' in body), (True, False))
    status, fields, _ = http_ask(server, 'GET', f'/files/{token}/any-name')
    expect(status, 200)
    for one in contents(server):
        expect(len(one) == 64 or one.startswith('part-'), True)


def the_last_one_takes_the_content_along(server):
    data = Bytes(1000, seed=7)
    with Stream(server, 'ann') as ann, Stream(server, 'bob') as bob:
        paths = [(who, who.slot('x', data.size)) for who in (ann, bob)]
        for _, path in paths:
            expect(put(server, path, data)[0], 201)
        expect(contents(server).count(data.hash()), 1)
        ann.remove(paths[0][1])
        expect(http_ask(server, 'GET', paths[0][1])[0], 404)
        expect(get_hash(server, paths[1][1]), data.hash())
        bob.remove(paths[1][1])
        # It goes behind the answer: another question to the disk comes after it.
        for _ in range(1000):
            if data.hash() not in contents(server):
                return
            http_ask(server, 'HEAD', paths[0][1])
        raise AssertionError('the content of nobody is still there')


def a_nearly_full_disk(anserd, anserctl, cores):
    with Server(anserd, anserctl, cores, ['files.reserve=1024G']) as server:
        server.add('ann')
        with Stream(server, 'ann') as ann:
            expect(ann.slot('x', 1)[0], STANZAS + 'resource-constraint')


def main():
    anserd, anserctl, cores = sys.argv[1:4]
    # A sanitizer keeps what was freed for a while: it would count as the server's.
    os.environ['ASAN_OPTIONS'] = ':'.join(filter(None, (os.environ.get('ASAN_OPTIONS'), 'quarantine_size_mb=1', 'thread_local_quarantine_size_kb=64')))
    mebibytes = int(sys.argv[4]) if len(sys.argv) > 4 else 300
    settings = ['files.reserve=0', f'files.max_size={mebibytes + 1}M', f'files.quota={mebibytes + 200}M']
    with Server(anserd, anserctl, cores, settings) as server:
        server.add('ann', 'bob', 'cid', 'dan')
        for test in (nothing_escapes, broken_at_every_tenth, over_a_crash, the_same_at_one_time, two_fillers, a_full_disk,
                     the_last_one_takes_the_content_along):
            print(f'{test.__name__} (cores: {cores})', flush=True)
            test(server)
        print(f'a_large_file (cores: {cores})', flush=True)
        a_large_file(server, mebibytes)
    print(f'a_nearly_full_disk (cores: {cores})', flush=True)
    a_nearly_full_disk(anserd, anserctl, cores)


main()
