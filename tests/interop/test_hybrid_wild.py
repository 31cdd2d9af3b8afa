# SPDX-License-Identifier: Apache-2.0
"""A client of the hybrid protocol as they are in the wild, byte for byte, written from PROTOCOLS.md 2 alone: UTF-16LE datagrams, a login that is sent from
an anonymous socket, a list that is one .NET string. Everybody here has an address of his own (127.x.y.z), as machines on a network do."""
import itertools
import os
import re
import select
import socket
import time

from server import PATIENCE, TIME, Classic, Server, expect, expect_match, main

FRESH = itertools.count(1)


def fresh_address():
    n = next(FRESH)
    return f'127.9.{n // 250}.{n % 250 + 1}'


class Wild:
    """`encoding` 'utf-16-le' as in the wild, or 'utf-8'."""

    def __init__(self, server, name, encoding='utf-16-le', address=None):
        self.server, self.name, self.encoding = server, name, encoding
        self.address = address or fresh_address()
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((self.address, 0))
        self.port = self.udp.getsockname()[1]
        self.anonymous = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.anonymous.bind((self.address, 0))
        self.endpoint = f'{self.address}:{self.port}'
        self.tcp = None
        self.sent = self.got = 0  # bytes

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()
        self.udp.close()
        self.anonymous.close()

    def say(self, text, to=None, udp=None):
        self.say_bytes(text.encode(self.encoding), to, udp)

    def say_bytes(self, data, to=None, udp=None):
        self.sent += len(data)
        (udp or self.anonymous).sendto(data, to or ('127.0.0.1', self.server.hybrid))

    def hear_bytes(self, patience=PATIENCE):
        """The next datagram and who sent it; (None, None) when none comes."""
        if not select.select([self.udp], [], [], patience)[0]:
            return None, None
        data, peer = self.udp.recvfrom(70000)
        self.got += len(data)
        return data, peer

    def hear(self, patience=PATIENCE):
        data, _ = self.hear_bytes(patience)
        return data.decode(self.encoding) if data is not None else None

    def nothing_waits(self):
        expect(self.hear(0), None)

    def want(self):
        self.say(f'login,{self.name},{self.endpoint}')

    def accepted(self):
        data, peer = self.hear_bytes()
        expect(data, f'Accept,{self.server.hybrid}'.encode(self.encoding))
        expect(peer, ('127.0.0.1', self.server.hybrid))

    def dial(self):
        self.tcp = socket.create_connection(('127.0.0.1', self.server.hybrid), PATIENCE, source_address=(self.address, 0))

    def hang_up(self):
        if self.tcp:
            self.tcp.close()
        self.tcp = None

    def byte(self):
        one = self.tcp.recv(1)
        if not one:
            raise AssertionError('the server hung up')
        return one[0]

    def read(self):
        """What .NET calls BinaryReader.ReadString, or a line."""
        n = shift = 0
        data = b''
        if self.encoding == 'utf-8':
            while not data.endswith(b'\n'):
                data += bytes([self.byte()])
            return data[:-1].decode()
        while True:
            b = self.byte()
            n |= (b & 0x7F) << shift
            shift += 7
            if b < 0x80:
                break
        while len(data) < n:
            data += bytes([self.byte()])
        return data.decode()

    def list(self, keep=False):
        self.dial()
        text = self.read()
        if not keep:
            self.hang_up()
        *entries, end = text.split(';')
        expect(end, 'end')
        return dict(entry.split(',') for entry in entries)

    def login(self, keep=False):
        self.want()
        self.accepted()
        return self.list(keep)

    def logout(self):
        self.say(f'logout,{self.name},{self.endpoint}')

    def fence(self):
        """What was sent before is through when somebody else's login was answered, twice, since the first looks into the store as well."""
        for _ in range(2):
            with Wild(self.server, f'fence{next(FRESH)}') as f:
                f.want()
                f.accepted()


def peer_of(endpoint):
    host, port = endpoint.rsplit(':', 1)
    return host, int(port)


def login_list_logout(server):
    with Wild(server, 'Anna') as a, Wild(server, 'bert') as b, Wild(server, 'carla', 'utf-8') as c:
        expect(a.login(), {})
        expect(b.login(), {'Anna': a.endpoint})
        expect(a.hear_bytes()[0], f'login,bert,{b.endpoint}'.encode('utf-16-le'))
        expect(c.login(), {'Anna': a.endpoint, 'bert': b.endpoint})
        expect(a.hear(), f'login,carla,{c.endpoint}')
        expect(b.hear(), f'login,carla,{c.endpoint}')
        online = server.ctl('online')
        for one, encoding in ((a, 'UTF-16'), (b, 'UTF-16'), (c, 'UTF-8')):
            expect_match(next(line for line in online.splitlines() if line.startswith(one.name.lower() + ' ')),
                         rf'\S+ +\S+ +hybrid +{re.escape(one.endpoint)} {encoding} .*')
        # Machine to machine, without the server.
        a.say('talk,2016-1-29 11:11:11,Anna,你好, bert', peer_of(b.endpoint), a.udp)
        expect(b.hear(), 'talk,2016-1-29 11:11:11,Anna,你好, bert')
        b.logout()
        expect(a.hear(), f'logout,bert,{b.endpoint}')
        expect(c.hear_bytes()[0], f'logout,bert,{b.endpoint}'.encode())
        # The name is free again, at once, also for somebody else.
        with Wild(server, 'bert') as other:
            expect(other.login(), {'Anna': a.endpoint, 'carla': c.endpoint})
            expect(a.hear(), f'login,bert,{other.endpoint}')
            expect(c.hear(), f'login,bert,{other.endpoint}')
            for one in (a, c, other):
                one.logout()


def the_bridge(server):
    server.add('dora')
    with Classic(server) as d, Wild(server, 'emil') as e:
        d.login('dora')
        expect(d.ask('110|on'), '1|')
        port = peer_of(e.login()['dora'])
        expect(port[0], '127.0.0.1')
        expect_match(d.hear(), rf'1\|110@Server@login,emil@{TIME}')
        expect_match(d.ask('102|'), rf'1\|102@Server@dora,emil@{TIME}')
        # The wild client says it from a socket that nobody knows, and names no receiver: the port is the receiver.
        e.say('talk,2016-1-29 11:11:11,emil,hello | dora, @ you', port)
        expect_match(d.hear(), rf'1\|103@emil@hello \| dora, @ you@{TIME}')
        expect(d.ask('103|dora,emil,你好 😀'), '1|')
        data, peer = e.hear_bytes()
        expect(peer, port)
        expect_match(data.decode('utf-16-le'), rf'talk,{TIME},dora,你好 😀')
        # From another address it is nobody's word.
        with Wild(server, 'emil') as liar:
            liar.say('talk,2016-1-29 11:11:11,emil,lies', port)
            liar.fence()
        e.say('talk,2016-1-29 11:11:11,emil,truth', port)
        expect_match(d.hear(), rf'1\|103@emil@truth@{TIME}')
        rows = {line.split()[0]: line.split()[1:] for line in server.ctl('user', 'list').splitlines()[1:]}
        expect(rows['emil'][0], 'yes')  # a guest
        out = os.path.join(server.home, 'out.xml')
        server.ctl('export', out)
        with open(out, encoding='utf-8') as f:
            expect(re.findall(r'<user name=.(\w+)', f.read()), ['dora'])
        e.logout()
        expect_match(d.hear(), rf'1\|110@Server@logout,emil@{TIME}')


def refusals(server):
    server.add('fritz')
    with Wild(server, 'gerd') as g, Wild(server, 'GERD') as thief, Wild(server, 'fritz') as reserved, Wild(server, 'Server') as bad:
        g.login()
        for one, reason in ((thief, 'name in use'), (reserved, 'registered name'), (bad, 'not a name')):
            one.want()
            expect(one.hear(), f'Reject,{reason}')
            assert one.got <= one.sent, (one.name, one.sent, one.got)
        # Somebody else's logout is nobody's.
        thief.say(f'logout,gerd,{g.endpoint}')
        thief.say(f'logout,gerd,{thief.endpoint}')
        thief.fence()
        with Wild(server, 'heidi') as h:
            expect(h.login(), {'gerd': g.endpoint})
            expect(g.hear(), f'login,heidi,{h.endpoint}')
            h.logout()
        g.logout()


def bad_datagrams(name, endpoint, other):
    good = f'login,{name},{endpoint}'.encode('utf-16-le')
    texts = ['', ',', ',,', 'login', 'login,', f'login,{name}', f'login,{name},', f'login,,{endpoint}', f'login,{name},{other}', f'login,{name},1.2.3:4',
             f'login,{name},{endpoint}0000', f'login,{name},{endpoint},x', f'LOGIN,{name},{endpoint}', f'logout,{name},{other}', f'logout,{name},{endpoint}',
             f'login,{name}\n,{endpoint}', f'login,{name};x,{endpoint}', 'talk', 'talk,,,', f'talk,2016-1-29 11:11:11,{name},hello', 'Accept,7790', f'login,{"n" * 5000},{endpoint}',
             f'login,{name},{"9" * 60000}']
    for text in texts:
        yield text.encode('utf-16-le')[:65507]
        yield text.encode()
    for n in range(len(good)):
        yield good[:n]
    yield good + b'\xd8'
    yield b'l\x00' + b'\x00\xd8' * 40
    yield b'\xff' * 65507
    yield bytes(range(256)) * 255


def nonsense_is_met_with_silence(server):
    """Whatever is sent from an address that has not proved itself, it hears no more than it has said; and others hear nothing of it."""
    with Wild(server, 'ina') as i, Wild(server, 'watcher') as w:
        w.login()
        for data in bad_datagrams('ina', i.endpoint, w.endpoint):
            with Wild(server, 'ina') as one:  # each from an address of its own: else most were not looked at
                data = data.replace(i.endpoint.encode('utf-16-le'), one.endpoint.encode('utf-16-le')).replace(i.endpoint.encode(), one.endpoint.encode())
                one.say_bytes(data)
                one.say_bytes(data, udp=one.udp)
                one.fence()
                while one.hear_bytes(0)[0] is not None:
                    pass
                assert one.got <= one.sent, (data, one.sent, one.got)
        w.nothing_waits()
        i.login()
        expect(w.hear(), f'login,ina,{i.endpoint}')
        i.logout()
        w.logout()


def spoofed(server):
    """A login that names somebody else's address makes the server send nothing there."""
    with Wild(server, 'victim') as v, Wild(server, 'attacker') as a, Wild(server, 'bystander') as b:
        b.login()
        for form in ('utf-16-le', 'utf-8'):
            a.say_bytes(f'login,ghost,{v.endpoint}'.encode(form))
        a.fence()
        v.nothing_waits()
        # One that names his own and is never proved is told to nobody.
        a.want()
        a.accepted()
        a.fence()
        b.nothing_waits()
        # A TCP connection from elsewhere proves nothing, even with the right number: there is no list for it.
        v.dial()
        v.tcp.settimeout(1)
        try:
            heard = v.tcp.recv(100)
        except TimeoutError:
            heard = b''
        expect(heard, b'')
        v.hang_up()
        b.nothing_waits()
        b.logout()


def flood(server):
    """Logins from one address and from very many: bounded answers, and who was in before is in afterwards."""
    with Server(server.anserd, server.anserctl, 1) as usual:
        flooded(usual)


def flooded(server):
    with Wild(server, 'karl') as k, Wild(server, 'flooder') as f:
        k.login()
        began = time.monotonic()
        for n in range(1000):
            f.say(f'login,flood{n},{f.endpoint}')
        heard = 0
        while f.hear(1) is not None:
            heard += 1
        seconds = time.monotonic() - began
        assert heard <= 5 * (seconds + 2), (heard, seconds)
        assert f.got <= f.sent
        many = [Wild(server, f'many{n}') for n in range(400)]
        began = time.monotonic()
        for one in many:
            one.want()
        while time.monotonic() < began + 3:
            if not any(select.select([m.udp for m in many], [], [], 0.5)):
                break
            for m in many:
                m.hear_bytes(0)
        seconds = time.monotonic() - began
        got, sent = sum(m.got for m in many), sum(m.sent for m in many)
        assert got <= sent, (got, sent)
        answered = sum(m.got > 0 for m in many)
        assert 0 < answered <= 200 * (seconds + 2), (answered, seconds)
        for m in many:
            m.__exit__()
        k.nothing_waits()
        with Wild(server, 'lena') as l:
            for _ in range(PATIENCE):  # the flood's second passes
                l.want()
                if l.hear(1):
                    break
            assert 'karl' in l.list()
            expect(k.hear(), f'login,lena,{l.endpoint}')
            l.logout()
        k.logout()


def lease(server):
    """Who keeps no connection is asked again with Accept; who comes stays, who does not is gone, and the others hear it."""
    with Server(server.anserd, server.anserctl, 1, ['hybrid.lease=2s']) as short:
        with Wild(short, 'moritz') as m, Wild(short, 'nina') as n, Wild(short, 'otto') as o:
            o.login(keep=True)
            m.login()
            n.login()
            expect(o.hear(), f'login,moritz,{m.endpoint}')
            expect(o.hear(), f'login,nina,{n.endpoint}')
            expect(m.hear(), f'login,nina,{n.endpoint}')
            seen = []
            while f'logout,nina,{n.endpoint}' not in seen:
                text = m.hear()
                if text == f'Accept,{short.hybrid}':
                    m.list()
                seen.append(text)
            expect(seen.count(f'Accept,{short.hybrid}') >= 1, True)
            expect(n.hear(), f'Accept,{short.hybrid}')
            expect(o.hear(), f'logout,nina,{n.endpoint}')
            expect(set(n.login()), {'moritz', 'otto'})
            expect(o.hear(), f'login,nina,{n.endpoint}')
            expect('nina' in short.ctl('user', 'list'), True)
        short.kill()
        short.start()
        until = time.monotonic() + PATIENCE  # guests of a process that died are forgotten while others are served already
        while 'nina' in short.ctl('user', 'list'):
            assert time.monotonic() < until


def not_for_everybody(server):
    with Server(server.anserd, server.anserctl, 1, ['hybrid.guests=0']) as closed, Wild(closed, 'paul') as p:
        p.want()
        p.accepted()
        p.dial()
        expect(p.hear(), 'Reject,no guests now')


main(login_list_logout, the_bridge, refusals, nonsense_is_met_with_silence, spoofed, flood, lease, not_for_everybody,
     settings=('hybrid.rate_all=100000',))  # nothing of what is sent here shall be passed over
