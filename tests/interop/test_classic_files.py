# SPDX-License-Identifier: Apache-2.0
"""Files on the classic door (PROTOCOLS 1.5): large ones, broken links, a killed server, and users of XMPP at the other end."""
import asyncio
import hashlib
import http.client
import random
import re
import socket
import ssl
from urllib.parse import urlsplit
from xml.etree import ElementTree

from server import DOMAIN, PATIENCE, TIME, Classic, JavaClassic, expect, expect_match, main
from slix import Client, run

MIB = 1024 * 1024
LARGE = 200 * MIB + 4321


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
        total = hashlib.sha256()
        for piece in self.read(0, self.size):
            total.update(piece)
        return total.hexdigest()


def offer(client, who, to, name, size):
    """104: the token."""
    return expect_match(client.ask(f'104|{who},{to},{name},{size}'), rf'(?:1\|)?104@Server@([\w-]{{24}})@{TIME};?').group(1)


def ask_until_free(open_link, request):
    """The first words of a link of the file's own. What a broken one had under way may still be on its way to the disk."""
    while True:
        link = open_link()
        heard = link.ask(request)
        if heard and heard.startswith('1|'):
            return link, int(heard[2:])
        link.__exit__()
        expect_match(heard, r'0\|another connection .*')


# What a broken link had under way has come behind our question: ask again.
OTHER_PART = '0|the server has another part of this file; go on where that ends'


def break_off(link, how):
    """`reset`: what the server has not read is lost, and nothing is said any more. `end`: it reads what there is. What it said."""
    if how == 'reset':
        link.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
        return None
    link.socket.shutdown(socket.SHUT_WR)
    return link.hear()


def put(open_link, token, data, until=None, how='end'):
    """105: goes on where the server says; with `until` the network breaks there. Returns where this one began."""
    link, start = ask_until_free(open_link, f'105|{token},0')
    with link:
        try:
            for piece in data.read(start, data.size if until is None else until):
                link.socket.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        if until is not None:
            heard = break_off(link, how)
            if heard == OTHER_PART:
                return put(open_link, token, data, until, how)
            expect(heard, None)
            return start
        heard = link.hear()
        if heard == OTHER_PART:
            return put(open_link, token, data)
        expect(heard, '1|' + data.hash())
        expect(link.file.read(1), b'')
        return start


def get_hash(open_link, token, size, break_at=()):
    """106: SHA-256 of what comes, read in pieces; the network breaks at each of `break_at`."""
    total, at = hashlib.sha256(), 0
    for end in (*break_at, size):
        with open_link() as link:
            expect(link.ask(f'106|{token},{at}'), f'1|{size}')
            while at < end:
                piece = link.file.read(min(MIB, end - at))
                if not piece:
                    raise AssertionError(f'only {at} bytes came')
                total.update(piece)
                at += len(piece)
            if end == size:
                expect(link.file.read(1), b'')
    return total.hexdigest()


def memory(server):
    """The most that the server ever had in memory, in bytes."""
    with open(f'/proc/{server.process.pid}/status', encoding='ascii') as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith('VmHWM:'))


def is_sanitized(server):
    with open(server.anserd, 'rb') as program:
        return b'__asan_init' in program.read()


def large_and_broken(server):
    server.add('ann', 'bea')
    data = Bytes(LARGE)
    link = lambda: Classic(server)  # noqa: E731
    with Classic(server) as a, Classic(server) as b:
        a.login('ann')
        b.login('bea')
        token = offer(a, 'ann', 'bea', 'small.bin', 10 * MIB)
        put(link, token, Bytes(10 * MIB))
        expect_match(b.hear(), rf'1\|104@ann@small\.bin,{10 * MIB},{token}@{TIME}')
        expect(get_hash(link, token, 10 * MIB), Bytes(10 * MIB).hash())
        before = memory(server)
        token = offer(a, 'ann', 'bea', 'a, large one.bin', data.size)
        kept = 0
        for end, how in ((50 * MIB, 'end'), (100 * MIB + 17, 'reset'), (199 * MIB, 'end')):
            start = put(link, token, data, end, how)
            expect(start >= kept, True)
            # What was not on its way to the disk when the link ended: two pieces of 128 KiB and what was read ahead.
            kept = end - 384 * 1024 if how == 'end' else start
        expect(put(link, token, data) >= kept, True)
        expect_match(b.hear(), rf'1\|104@ann@a, large one\.bin,{data.size},{token}@{TIME}')
        expect(get_hash(link, token, data.size, break_at=(33 * MIB, 66 * MIB + 1, 150 * MIB)), data.hash())
        grown = memory(server) - before
        print(f'  {data.size} bytes there and back: {grown // 1024} KiB more memory', flush=True)
        if grown > 16 * MIB and not is_sanitized(server):
            raise AssertionError(f'the server grew by {grown} bytes')


def two_at_once(server):
    """What a broken link still had under way comes to the disk beside what the next one sends: who is behind is told so, nobody is sent away."""
    server.add('kai', 'lea')
    data = Bytes(24 * MIB + 11, seed=5)
    link = lambda: Classic(server)  # noqa: E731
    with Classic(server) as k:
        k.login('kai')
        token = offer(k, 'kai', 'lea', 'often.bin', data.size)
    while True:
        one, start = ask_until_free(link, f'105|{token},0')
        two, later = ask_until_free(link, f'105|{token},0')
        with one, two:
            if later + 300000 > data.size:
                break
            for each, at in ((one, start), (two, later)):
                each.socket.sendall(b''.join(data.read(at, at + 200000)))
                each.socket.shutdown(socket.SHUT_WR)
            expect({one.hear(), two.hear()} <= {None, OTHER_PART}, True)
    put(link, token, data)
    expect(get_hash(link, token, data.size), data.hash())


def over_a_crash(server):
    server.add('cid', 'dora')
    data = Bytes(9 * MIB + 7, seed=2)
    link = lambda: Classic(server)  # noqa: E731
    with Classic(server) as c:
        c.login('cid')
        token = offer(c, 'cid', 'dora', 'crash.bin', data.size)
    sending, start = ask_until_free(link, f'105|{token},0')
    with sending:
        for piece in data.read(start, 5 * MIB):
            sending.socket.sendall(piece)
        # Where it is seen that some of it has come: another may ask at any time.
        while True:
            asking, there = ask_until_free(link, f'105|{token},0')
            asking.__exit__()
            if there >= 4 * MIB:
                break
        server.kill()
    server.start()
    start = put(link, token, data)
    expect(start >= 4 * MIB, True)
    # Nobody who offered or puts it is logged in, and she was not either: it waits, over another crash.
    server.kill()
    server.start()
    expect(get_hash(link, token, data.size), data.hash())
    with Classic(server) as d:
        d.login('dora')
        expect_match(d.hear(), rf'1\|104@cid@crash\.bin,{data.size},{token}@{TIME}')
        expect(d.ask(f'107|{token}'), '1|')
    with Classic(server) as c:
        c.login('cid')
        expect_match(c.hear(), rf'1\|107@dora@crash\.bin,{token}@{TIME}')
        # An end that was put already can be put once more, and says the same.
        with link() as again:
            expect(again.ask(f'105|{token},{data.size}'), f'1|{data.size}')
            expect(again.hear(), '1|' + data.hash())
        expect(c.ask(f'107|{token}'), '1|')
        with link() as gone:
            expect_match(gone.ask(f'106|{token},0'), r'0\|there is no such file.*')


def any_way_in(server):
    """In Java's framing, in TLS, and at the port for everything; a room with all of them."""
    server.add('emil', 'frida', 'gerd')
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    data = Bytes(MIB + 3, seed=3)
    tls = lambda: Classic(server, tls=context)  # noqa: E731
    java = lambda: JavaClassic(server)  # noqa: E731

    def anywhere():
        port, server.classic = server.classic, server.any
        try:
            return Classic(server)
        finally:
            server.classic = port

    with tls() as e, java() as f, anywhere() as g:
        for client, name in ((e, 'emil'), (f, 'frida'), (g, 'gerd')):
            client.login(name)
            expect(client.ask('108|#files'), '1|')
        # The operator sees who is here, by which door, from where, and how they write.
        for name, how in (('emil', 'lines'), ('frida', 'java'), ('gerd', 'lines')):
            expect_match(next(line for line in server.ctl('online').splitlines() if line.startswith(name)),
                         rf'{name} .* classic +127\.0\.0\.1 {how} .*')
            with open(server.log, encoding='utf-8') as log:
                expect(f'info login door=classic user={name} ip=127.0.0.1 encoding={how}\n' in log.read(), True)
        for number, link in enumerate((tls, java, anywhere)):
            token = offer(e, 'emil', '#files', f'{number}; of three.bin', data.size)
            put(link, token, data)
            expect_match(f.hear(), rf'104@#files/emil@{number}； of three\.bin,{data.size},{token}@{TIME};')
            expect_match(g.hear(), rf'1\|104@#files/emil@{number}; of three\.bin,{data.size},{token}@{TIME}')
            expect(get_hash(link, token, data.size, break_at=(12345,)), data.hash())
        token = offer(f, 'frida', 'emil', 'x', data.size)
        put(java, token, data)
        expect_match(e.hear(), rf'1\|104@frida@x,{data.size},{token}@{TIME}')


def refused(server):
    server.add('hans')
    for request, reply in (('105|x', '0|bad request'), ('105|x,0', '0|there is no such file, or it is no longer kept'),
                           ('106|' + 'A' * 24 + ',0', '0|there is no such file, or it is no longer kept')):
        with Classic(server) as link:
            expect(link.ask(request), reply)
            expect(link.hear(), None)
    with Classic(server) as h:
        h.login('hans')
        expect(h.ask(f'104|hans,hans,x,{1 << 40}'), '0|the file is larger than this server takes')
        expect(h.ask('104|hans,nobody,x,1'), '0|no such user')
        expect(h.ask('105|' + 'A' * 24 + ',0'), '0|on a connection of its own')


def http_ask(server, method, path, body=None):
    link = http.client.HTTPConnection('127.0.0.1', server.http, timeout=PATIENCE)
    try:
        link.request(method, path, body=body)
        answer = link.getresponse()
        return answer.status, answer.read()
    finally:
        link.close()


def beside_xmpp(server):
    server.add('ida', 'jan')
    content = Bytes(300000, seed=4)
    whole = b''.join(content.read(0, content.size))

    async def talk():
        with Classic(server) as plain, JavaClassic(server) as other:
            plain.login('jan')
            other.login('jan')
            async with Client(server, 'ida/desk') as ida:
                # From XMPP: a slot (XEP-0363), bytes by HTTP, a message with the address as XEP-0066 has it.
                iq = ida.make_iq_get(ito=DOMAIN)
                request = ElementTree.SubElement(iq.xml, '{urn:xmpp:http:upload:0}request')
                request.attrib.update({'filename': 'Grüße, an alle.txt', 'size': str(content.size), 'content-type': 'text/plain'})
                url = (await iq.send(timeout=PATIENCE)).xml.find('.//{urn:xmpp:http:upload:0}put').get('url')
                path = urlsplit(url).path
                token = path.split('/')[2]
                expect((await asyncio.to_thread(http_ask, server, 'PUT', path, whole))[0], 201)
                message = ida.make_message(mto=f'jan@{DOMAIN}', mbody=url, mtype='chat')
                oob = ElementTree.SubElement(message.xml, '{jabber:x:oob}x')
                ElementTree.SubElement(oob, '{jabber:x:oob}url').text = url
                message.send()
                expect_match(await asyncio.to_thread(plain.hear), rf'1\|104@ida@Grüße, an alle\.txt,{content.size},{token}@{TIME}')
                expect_match(await asyncio.to_thread(other.hear), rf'104@ida@Grüße, an alle\.txt,{content.size},{token}@{TIME};')
                expect(await asyncio.to_thread(get_hash, lambda: Classic(server), token, content.size), content.hash())
                # A link of elsewhere is a text.
                ida.send_message(mto=f'jan@{DOMAIN}', mbody='https://example.org/files/x', mtype='chat')
                expect_match(await asyncio.to_thread(plain.hear), rf'1\|103@ida@https://example\.org/files/x@{TIME}')

                # And back.
                token = await asyncio.to_thread(offer, plain, 'jan', 'ida', 'zurück.png', content.size)
                await asyncio.to_thread(put, lambda: Classic(server), token, content)
                heard = await ida.chat.get()
                expect((heard['from'].bare, heard['type']), (f'jan@{DOMAIN}', 'chat'))
                expect(heard.xml.find('.//{jabber:x:oob}url').text, heard['body'])
                meta = heard.xml.find('.//{urn:xmpp:file:metadata:0}file')
                expect([meta.find('{urn:xmpp:file:metadata:0}' + part).text for part in ('name', 'size', 'media-type')],
                       ['zurück.png', str(content.size), 'image/png'])
                path = urlsplit(heard['body']).path
                if not re.fullmatch(r'/files/[\w-]{24}/zur%C3%BCck\.png', path):
                    raise AssertionError(path)
                status, body = await asyncio.to_thread(http_ask, server, 'GET', path)
                expect((status, hashlib.sha256(body).hexdigest()), (200, content.hash()))
                # She is told when it is declined, as everybody is.
                ida.send_message(mto=f'jan@{DOMAIN}', mbody=url, mtype='chat')
                token = expect_match(await asyncio.to_thread(plain.hear), rf'1\|104@ida@.*,([\w-]+)@{TIME}').group(1)
                expect(await asyncio.to_thread(plain.ask, f'107|{token}'), '1|')
                expect((await ida.chat.get())['body'], 'declined: Grüße, an alle.txt')

    run(talk())


if __name__ == '__main__':
    main(refused, any_way_in, beside_xmpp, over_a_crash, two_at_once, large_and_broken,
         settings=('files.reserve=0', 'files.max_size=300M', 'files.quota=600M'))
