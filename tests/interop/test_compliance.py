# SPDX-License-Identifier: Apache-2.0
"""What XEP-0479 (0.1.0) asks of an "Advanced Server" in Core, Web, IM, Mobile and A/V, and what the testers that people run look for today: each row is
announced where a client looks for it, asked for, and answered rightly. The client is written here, on a socket, so that no library stands between.

Not asked, since they are not the server's to answer: SRV records of XEP-0368 and TXT of XEP-0156 are in the operator's DNS.
"""
import base64
import hashlib
import hmac
import http.client
import json
import os
import socket
import ssl
import sys
import time
import traceback
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from server import DOMAIN, PASSWORD, PATIENCE, expect, main

ROOMS = f'rooms.{DOMAIN}'
PUSH = f'push.{DOMAIN}'
SECRET = 'a-secret-of-the-push-service'
CLIENT = '{jabber:client}'
STREAMS = '{http://etherx.jabber.org/streams}'
INFO, ITEMS = 'http://jabber.org/protocol/disco#info', 'http://jabber.org/protocol/disco#items'
PUBSUB = 'http://jabber.org/protocol/pubsub'
MUC = 'http://jabber.org/protocol/muc'
SM, CARBONS, MAM, CSI, BLOCKING = 'urn:xmpp:sm:3', 'urn:xmpp:carbons:2', 'urn:xmpp:mam:2', 'urn:xmpp:csi:0', 'urn:xmpp:blocking'
SASL, SASL2, BIND2, FAST = 'urn:ietf:params:xml:ns:xmpp-sasl', 'urn:xmpp:sasl:2', 'urn:xmpp:bind:0', 'urn:xmpp:fast:0'
UPLOAD = 'urn:xmpp:http:upload:0'
BOOKMARKS = 'urn:xmpp:bookmarks:1'
DATA = 'jabber:x:data'
PICTURE = base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==')


def trusting():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Refused(Exception):
    """An error stanza; its condition is the text."""


class Wire:
    """A stream as it is: elements go out as text and come in one by one."""

    def __init__(self, port):
        self.socket = socket.create_connection(('127.0.0.1', port), PATIENCE)
        self.number = 0
        self.waiting = []
        self.fresh()

    def fresh(self):
        self.parser, self.depth, self.root = ET.XMLPullParser(('start', 'end')), 0, None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, text):
        self.socket.sendall(text.encode())

    def hear(self):
        """The next element of the stream."""
        while True:
            for event, element in self.parser.read_events():
                self.depth += 1 if event == 'start' else -1
                if event == 'start' and self.depth == 1:
                    self.root = element
                if event == 'end' and self.depth == 1:
                    self.root.remove(element)
                    return element
            data = self.socket.recv(65536)
            if not data:
                raise AssertionError('the stream ended')
            self.parser.feed(data)

    def until(self, wanted):
        """The next that is wanted; the others stay where they are."""
        for i, element in enumerate(self.waiting):
            if wanted(element):
                return self.waiting.pop(i)
        while True:
            element = self.hear()
            if wanted(element):
                return element
            self.waiting.append(element)

    def open(self, domain=DOMAIN, space='jabber:client'):
        self.fresh()
        self.say(f"<stream:stream to='{domain}' version='1.0' xmlns='{space}' xmlns:stream='http://etherx.jabber.org/streams'>")

    def features(self):
        self.open()
        return self.until(lambda e: e.tag == f'{STREAMS}features')

    def starttls(self):
        self.features()
        self.say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        expect(self.hear().tag, '{urn:ietf:params:xml:ns:xmpp-tls}proceed')
        self.socket = trusting().wrap_socket(self.socket, server_hostname=DOMAIN)
        return self.features()


def tags(element):
    return [e.tag for e in element.iter()]


def child(element, space, name):
    found = element.find(f'.//{{{space}}}{name}')
    if found is None:
        raise AssertionError(f'no <{name} xmlns={space!r}/> in {ET.tostring(element, encoding="unicode")}')
    return found


class Session(Wire):
    """Logged in over TLS, bound and present, with stream management if asked for."""

    def __init__(self, server, name, resource='check', presence=True):
        super().__init__(server.xmpp)
        self.name, self.jid, self.full = name, f'{name}@{DOMAIN}', f'{name}@{DOMAIN}/{resource}'
        self.starttls()
        self.login(name)
        self.offered = self.features()
        self.ask('set', None, f"<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{resource}</resource></bind>")
        if presence:
            self.present()

    def login(self, name):
        plain = base64.b64encode(f'\0{name}\0{PASSWORD}'.encode()).decode()
        self.say(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{plain}</auth>")
        expect(self.hear().tag, f'{{{SASL}}}success')

    def present(self, inner=''):
        self.say(f'<presence>{inner}</presence>')
        self.until(lambda e: e.tag == f'{CLIENT}presence' and e.get('from') == self.full and not e.get('type'))

    def ask(self, kind, to, payload):
        self.number += 1
        name = f'q{self.number}'
        self.say(f"<iq type='{kind}' id='{name}'{f' to={quoteattr(to)}' if to else ''}>{payload}</iq>")
        answer = self.until(lambda e: e.tag == f'{CLIENT}iq' and e.get('id') == name and e.get('type') in ('result', 'error'))
        if answer.get('type') == 'error':
            raise Refused(answer.find(f'{CLIENT}error')[0].tag.rpartition('}')[2])
        return answer

    def get(self, to, payload):
        return self.ask('get', to, payload)

    def set(self, to, payload):
        return self.ask('set', to, payload)

    def message(self, wanted=lambda e: True):
        return self.until(lambda e: e.tag == f'{CLIENT}message' and wanted(e))

    def presence(self, wanted=lambda e: True):
        return self.until(lambda e: e.tag == f'{CLIENT}presence' and wanted(e))

    def info(self, to):
        """Identities and features, and the forms behind them."""
        found = self.get(to, f"<query xmlns='{INFO}'/>")
        return ({(i.get('category'), i.get('type')) for i in found.iter(f'{{{INFO}}}identity')}, {f.get('var') for f in found.iter(f'{{{INFO}}}feature')},
                {(f.get('var')): [v.text for v in f.iter(f'{{{DATA}}}value')] for f in found.iter(f'{{{DATA}}}field')}, found)

    def has(self, to, *features):
        expect(set(features) - self.info(to)[1], set())

    def publish(self, node, item, payload, **options):
        form = ''.join(f"<field var='pubsub#{k}'><value>{v}</value></field>" for k, v in options.items())
        form = (f"<publish-options><x xmlns='{DATA}' type='submit'><field var='FORM_TYPE' type='hidden'><value>{PUBSUB}#publish-options</value></field>"
                f'{form}</x></publish-options>') if options else ''
        return self.set(None, f"<pubsub xmlns='{PUBSUB}'><publish node='{node}'><item id='{item}'>{payload}</item></publish>{form}</pubsub>")

    def items(self, of, node):
        return child(self.get(of, f"<pubsub xmlns='{PUBSUB}'><items node='{node}'/></pubsub>"), PUBSUB, 'items')

    def befriends(self, other):
        """Both see each other."""
        for one, two in ((self, other), (other, self)):
            one.say(f"<presence type='subscribe' to='{two.jid}'/>")
            two.presence(lambda e, one=one: e.get('type') == 'subscribe' and e.get('from') == one.jid)
            two.say(f"<presence type='subscribed' to='{one.jid}'/>")
            one.presence(lambda e, two=two: not e.get('type') and e.get('from') == two.full)

    def enters(self, room, nick):
        self.say(f"<presence to='{room}/{nick}'><x xmlns='{MUC}'/></presence>")
        mine = self.presence(lambda e: e.get('from') == f'{room}/{nick}')
        codes = {s.get('code') for s in mine.iter(f'{{{MUC}#user}}status')}
        if '201' in codes:
            self.set(room, f"<query xmlns='{MUC}#owner'><x xmlns='{DATA}' type='submit'/></query>")
        return codes


def refused(condition, what, *arguments):
    try:
        what(*arguments)
    except Refused as e:
        expect(str(e), condition)
    else:
        raise AssertionError(f'{condition} did not come')


def people(*names, **more):
    """Decorates a row: it is called with a session for each new account."""
    def with_sessions(row):
        def call(server):
            server.add(*(f'{row.__name__.replace("_", "-")}-{n}' for n in names))
            sessions = [Session(server, f'{row.__name__.replace("_", "-")}-{n}', **more) for n in names]
            try:
                row(server, *sessions)
            finally:
                for s in sessions:
                    s.__exit__()
        call.__name__ = row.__name__
        return call
    return with_sessions


# ---- Core ----------------------------------------------------------------------------------------------------------------------------------------

def starttls(server):
    with Wire(server.xmpp) as w:
        features = w.starttls()
        expect(w.socket.version() in ('TLSv1.2', 'TLSv1.3'), True)
        offered = {m.text for m in features.iter(f'{{{SASL}}}mechanism')}
        expect({'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS'} - offered, set())


def scram(server):
    """RFC 7677, with the server's own proof looked at."""
    server.add('scram')
    with Wire(server.xmpp) as w:
        w.starttls()
        first = 'n=scram,r=fyko+d2lbbFgONRv9qkxdawL'
        w.say(f"<auth xmlns='{SASL}' mechanism='SCRAM-SHA-256'>{base64.b64encode(('n,,' + first).encode()).decode()}</auth>")
        challenge = base64.b64decode(w.hear().text).decode()
        part = dict(p.split('=', 1) for p in challenge.split(','))
        expect(part['r'].startswith('fyko+d2lbbFgONRv9qkxdawL'), True)
        salted = hashlib.pbkdf2_hmac('sha256', PASSWORD.encode(), base64.b64decode(part['s']), int(part['i']))

        def mac(key, text):
            return hmac.new(key, text, 'sha256').digest()

        final = f'c=biws,r={part["r"]}'
        said = f'{first},{challenge},{final}'.encode()
        key = mac(salted, b'Client Key')
        proof = bytes(a ^ b for a, b in zip(key, mac(hashlib.sha256(key).digest(), said)))
        w.say(f"<response xmlns='{SASL}'>{base64.b64encode(f'{final},p={base64.b64encode(proof).decode()}'.encode()).decode()}</response>")
        success = w.hear()
        expect(success.tag, f'{{{SASL}}}success')
        expect(base64.b64decode(success.text), b'v=' + base64.b64encode(mac(mac(salted, b'Server Key'), said)))


def direct_tls(server):
    context = trusting()
    context.set_alpn_protocols(['xmpp-client'])
    with Wire(server.xmpps) as w:
        w.socket = context.wrap_socket(w.socket, server_hostname=DOMAIN)
        expect(w.socket.selected_alpn_protocol(), 'xmpp-client')
        expect(f'{{{SASL}}}mechanisms' in tags(w.features()), True)


@people('ann')
def discovery(server, a):
    identities, features, _, _ = a.info(DOMAIN)
    expect(('server', 'im') in identities, True)
    expect({INFO, ITEMS} - features, set())
    expect(ROOMS in [i.get('jid') for i in a.get(DOMAIN, f"<query xmlns='{ITEMS}'/>").iter(f'{{{ITEMS}}}item')], True)
    refused('item-not-found', a.get, DOMAIN, f"<query xmlns='{INFO}' node='there is none'/>")


@people('ann')
def capabilities(server, a):
    """The string of XEP-0115, 5.1, made from what the server answers; it has to be what it says in its features."""
    caps = child(a.offered, 'http://jabber.org/protocol/caps', 'c')
    found = a.get(DOMAIN, f"<query xmlns='{INFO}' node={quoteattr(caps.get('node') + '#' + caps.get('ver'))}/>")
    lang = '{http://www.w3.org/XML/1998/namespace}lang'
    text = ''.join(sorted(f"{i.get('category')}/{i.get('type')}/{i.get(lang, '')}/{i.get('name', '')}<" for i in found.iter(f'{{{INFO}}}identity')))
    text += ''.join(sorted(f.get('var') + '<' for f in found.iter(f'{{{INFO}}}feature')))
    forms = []
    for x in found.iter(f'{{{DATA}}}x'):
        fields = {f.get('var'): sorted(v.text or '' for v in f.iter(f'{{{DATA}}}value')) for f in x.iter(f'{{{DATA}}}field')}
        kind = fields.pop('FORM_TYPE')[0]
        forms.append((kind, kind + '<' + ''.join(f'{k}<' + ''.join(v + '<' for v in vs) for k, vs in sorted(fields.items()))))
    text += ''.join(form for _, form in sorted(forms))
    expect((caps.get('hash'), caps.get('ver')), ('sha-1', base64.b64encode(hashlib.sha1(text.encode()).digest()).decode()))


class Component(Wire):
    def __init__(self, server):
        super().__init__(server.components)
        self.open(PUSH, 'jabber:component:accept')
        while self.root is None:
            self.parser.feed(self.socket.recv(4096))
            for _, element in self.parser.read_events():
                self.depth, self.root = self.depth + 1, element
        self.say(f'<handshake>{hashlib.sha1((self.root.get("id") + SECRET).encode()).hexdigest()}</handshake>')
        expect(self.hear().tag, '{jabber:component:accept}handshake')


@people('ann')
def components(server, a):
    with Component(server) as c:
        a.say(f"<message to='{PUSH}' id='m1'><body>hello</body></message>")
        came = c.until(lambda e: e.tag.endswith('}message'))
        expect((came.get('from'), came.find('{jabber:component:accept}body').text), (a.full, 'hello'))
        c.say(f"<message to='{a.jid}' from='somebody@{PUSH}'><body>hello yourself</body></message>")
        expect(a.message().get('from'), f'somebody@{PUSH}')


@people('ann', 'bea', 'eve')
def personal_eventing(server, a, b, e):
    identities, features, _, _ = a.info(a.jid)
    expect(('pubsub', 'pep') in identities, True)
    wanted = ('publish', 'auto-create', 'auto-subscribe', 'filtered-notifications', 'persistent-items', 'publish-options', 'multi-items', 'config-node', 'delete-nodes',
              'retrieve-items', 'retract-items', 'access-presence', 'access-open', 'access-whitelist', 'last-published', 'item-ids', 'create-nodes', 'purge-nodes')
    expect({f'{PUBSUB}#{f}' for f in wanted} - features, set())
    a.befriends(b)
    caps = f"{b.name.encode().hex()}"
    text = f'client/pc//x<{INFO}<http://jabber.org/protocol/nick+notify<'
    ver = base64.b64encode(hashlib.sha1(text.encode()).digest()).decode()
    b.say(f"<presence><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:{caps}' ver='{ver}'/></presence>")
    question = b.until(lambda q: q.tag == f'{CLIENT}iq' and q.get('type') == 'get' and q.find(f'{{{INFO}}}query') is not None)
    b.say(f"<iq type='result' id={quoteattr(question.get('id'))} to={quoteattr(question.get('from') or a.jid)}><query xmlns='{INFO}' node='urn:{caps}#{ver}'>"
          f"<identity category='client' type='pc' name='x'/><feature var='{INFO}'/><feature var='http://jabber.org/protocol/nick+notify'/></query></iq>")
    a.publish('http://jabber.org/protocol/nick', 'current', "<nick xmlns='http://jabber.org/protocol/nick'>Annie</nick>")
    event = b.message(lambda m: m.find(f'{{{PUBSUB}#event}}event') is not None)
    expect((event.get('from'), child(event, 'http://jabber.org/protocol/nick', 'nick').text), (a.jid, 'Annie'))
    refused('presence-subscription-required', lambda: raise_app(e, a.jid, 'http://jabber.org/protocol/nick'))


def raise_app(s, of, node):
    """Who is no contact is refused; what exactly is missing stands beside the condition (XEP-0060, 6.5.9.4)."""
    s.number += 1
    s.say(f"<iq type='get' id='x{s.number}' to='{of}'><pubsub xmlns='{PUBSUB}'><items node='{node}'/></pubsub></iq>")
    answer = s.until(lambda q: q.get('id') == f'x{s.number}')
    error = answer.find(f'{CLIENT}error')
    expect(answer.get('type'), 'error')
    raise Refused(next(x.tag.rpartition('}')[2] for x in error if x.tag.startswith(f'{{{PUBSUB}#errors}}')))


# ---- Web -----------------------------------------------------------------------------------------------------------------------------------------

def websocket(server):
    with socket.create_connection(('127.0.0.1', server.https), PATIENCE) as plain, trusting().wrap_socket(plain, server_hostname=DOMAIN) as s:
        key = base64.b64encode(os.urandom(16)).decode()
        s.sendall(f'GET /ws HTTP/1.1\r\nHost: {DOMAIN}:{server.https}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
                  f'Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n'.encode())
        file = s.makefile('rb')
        expect(file.readline().split()[1], b'101')
        head = dict(line.decode().strip().lower().split(': ', 1) for line in iter(file.readline, b'\r\n'))
        expect(head['sec-websocket-protocol'], 'xmpp')
        said = f"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='{DOMAIN}' version='1.0'/>".encode()
        mask = os.urandom(4)
        s.sendall(bytes((0x81, 0x80 | len(said))) + mask + bytes(c ^ mask[i % 4] for i, c in enumerate(said)))
        heard = []
        while len(heard) < 2:
            lead, size = file.read(2)
            expect((lead, size < 127), (0x81, True))
            heard.append(ET.fromstring(file.read(int.from_bytes(file.read(2), 'big') if size == 126 else size)))
        expect([e.tag for e in heard], ['{urn:ietf:params:xml:ns:xmpp-framing}open', f'{STREAMS}features'])


def fetch(server, method, path, body=None, headers=None, port=None):
    c = http.client.HTTPSConnection('127.0.0.1', port or server.https, timeout=PATIENCE, context=trusting())
    c.request(method, path, body, {'Host': f'{DOMAIN}:{server.https}', **(headers or {})})
    answer = c.getresponse()
    found = answer.status, answer.headers, answer.read()
    c.close()
    return found


def bosh(server):
    status, _, body = fetch(server, 'POST', '/http-bind', f"<body xmlns='http://jabber.org/protocol/httpbind' rid='1573741820' to='{DOMAIN}' wait='2' hold='1' ver='1.11' "
                            "xml:lang='en' xmpp:version='1.0' xmlns:xmpp='urn:xmpp:xbosh'/>", {'Content-Type': 'text/xml; charset=utf-8'})
    answer = ET.fromstring(body)
    expect((status, bool(answer.get('sid')), answer.get('type')), (200, True, None))
    expect(f'{{{SASL}}}mechanisms' in tags(answer), True)


def hostmeta(server):
    wanted = {'urn:xmpp:alt-connections:websocket', 'urn:xmpp:alt-connections:xbosh'}
    status, headers, body = fetch(server, 'GET', '/.well-known/host-meta')
    expect((status, headers['Access-Control-Allow-Origin']), (200, '*'))
    links = {x.get('rel'): x.get('href') for x in ET.fromstring(body).iter('{http://docs.oasis-open.org/ns/xri/xrd-1.0}Link')}
    expect(wanted - set(links), set())
    expect(links['urn:xmpp:alt-connections:websocket'].startswith('wss://'), True)
    status, headers, body = fetch(server, 'GET', '/.well-known/host-meta.json')
    expect((status, headers['Access-Control-Allow-Origin']), (200, '*'))
    expect({x['rel']: x['href'] for x in json.loads(body)['links']}, links)


# ---- IM ------------------------------------------------------------------------------------------------------------------------------------------

@people('ann', 'bea')
def rosters(server, a, b):
    """RFC 6121, with versions (2.6): what has not changed is not sent again."""
    expect('{urn:xmpp:features:rosterver}ver' in tags(a.offered), True)
    a.get(None, "<query xmlns='jabber:iq:roster' ver=''/>")
    a.set(None, f"<query xmlns='jabber:iq:roster'><item jid='{b.jid}' name='Bea'><group>Friends</group></item></query>")
    push = a.until(lambda e: e.tag == f'{CLIENT}iq' and e.get('type') == 'set')
    version = child(push, 'jabber:iq:roster', 'query').get('ver')
    expect(child(push, 'jabber:iq:roster', 'item').get('name'), 'Bea')
    a.befriends(b)
    found = child(a.get(None, "<query xmlns='jabber:iq:roster'/>"), 'jabber:iq:roster', 'item')
    expect((found.get('jid'), found.get('subscription')), (b.jid, 'both'))
    latest = child(a.get(None, "<query xmlns='jabber:iq:roster' ver=''/>"), 'jabber:iq:roster', 'query').get('ver')
    expect(latest != version, True)
    expect(a.get(None, f"<query xmlns='jabber:iq:roster' ver={quoteattr(latest)}/>").find('{jabber:iq:roster}query'), None)
    expect('{urn:xmpp:features:pre-approval}sub' in tags(a.offered), True)


def publish_avatar(a):
    digest = hashlib.sha1(PICTURE).hexdigest()
    a.publish('urn:xmpp:avatar:data', digest, f"<data xmlns='urn:xmpp:avatar:data'>{base64.b64encode(PICTURE).decode()}</data>",
              access_model='open')
    a.publish('urn:xmpp:avatar:metadata', digest,
              f"<metadata xmlns='urn:xmpp:avatar:metadata'><info bytes='{len(PICTURE)}' id='{digest}' height='1' width='1' type='image/png'/></metadata>",
              access_model='open')
    return digest


@people('ann', 'bea')
def avatar_conversion(server, a, b):
    """A picture published one way is there the other way as well, and its hash is in the presence."""
    a.has(a.jid, 'urn:xmpp:pep-vcard-conversion:0')
    a.befriends(b)
    digest = publish_avatar(a)
    b.presence(lambda e: e.get('from') == a.full and digest == e.findtext('{vcard-temp:x:update}x/{vcard-temp:x:update}photo'))
    photo = child(b.get(a.jid, "<vCard xmlns='vcard-temp'/>"), 'vcard-temp', 'PHOTO')
    expect(base64.b64decode(''.join(child(photo, 'vcard-temp', 'BINVAL').text.split())), PICTURE)
    b.set(None, f"<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/png</TYPE><BINVAL>{base64.b64encode(PICTURE).decode()}</BINVAL></PHOTO></vCard>")
    a.presence(lambda e: e.get('from') == b.full and digest == e.findtext('{vcard-temp:x:update}x/{vcard-temp:x:update}photo'))
    expect(child(a.items(b.jid, 'urn:xmpp:avatar:metadata'), 'urn:xmpp:avatar:metadata', 'info').get('id'), digest)


@people('ann', 'bea')
def cards(server, a, b):
    a.has(DOMAIN, 'vcard-temp')
    a.set(None, "<vCard xmlns='vcard-temp'><FN>Ann of the Hill</FN></vCard>")
    expect(child(b.get(a.jid, "<vCard xmlns='vcard-temp'/>"), 'vcard-temp', 'FN').text, 'Ann of the Hill')


def carbons(server):
    server.add('carbons-a', 'carbons-b')
    with Session(server, 'carbons-a', 'one') as one, Session(server, 'carbons-a', 'two') as two, Session(server, 'carbons-b') as b:
        one.has(DOMAIN, CARBONS)
        two.set(None, f"<enable xmlns='{CARBONS}'/>")
        one.say(f"<message type='chat' to='{b.jid}' id='s1'><body>out</body></message>")
        expect(child(two.message(), CARBONS, 'sent').find(f'.//{CLIENT}body').text, 'out')
        b.say(f"<message type='chat' to='{one.full}' id='s2'><body>in</body></message>")
        expect(child(two.message(), CARBONS, 'received').find(f'.//{CLIENT}body').text, 'in')


@people('ann', 'bea')
def blocking(server, a, b):
    a.has(DOMAIN, BLOCKING)
    a.set(None, f"<block xmlns='{BLOCKING}'><item jid='{b.jid}'/></block>")
    expect([i.get('jid') for i in a.get(None, f"<blocklist xmlns='{BLOCKING}'/>").iter(f'{{{BLOCKING}}}item')], [b.jid])
    b.say(f"<message type='chat' to='{a.jid}' id='b1'><body>let me in</body></message>")
    expect(b.message().get('type'), 'error')
    a.say(f"<message type='chat' to='{b.jid}' id='b2'><body>no</body></message>")
    expect(f'{{{BLOCKING}:errors}}blocked' in tags(a.message()), True)
    a.set(None, f"<unblock xmlns='{BLOCKING}'><item jid='{b.jid}'/></unblock>")
    b.say(f"<message type='chat' to='{a.jid}' id='b3'><body>now</body></message>")
    expect(a.message().find(f'{CLIENT}body').text, 'now')


@people('ann', 'bea')
def report(server, a, b):
    a.has(DOMAIN, 'urn:xmpp:reporting:1')
    a.set(None, f"<block xmlns='{BLOCKING}'><item jid='{b.jid}'><report xmlns='urn:xmpp:reporting:1' reason='urn:xmpp:reporting:spam'/></item></block>")
    expect(b.jid in server.ctl('reports'), True)


@people('ann', 'bea')
def rooms(server, a, b):
    identities, features, _, _ = a.info(ROOMS)
    expect((('conference', 'text') in identities, MUC in features), (True, True))
    room = f'compliance@{ROOMS}'
    expect('201' in a.enters(room, 'ann'), True)
    expect('110' in b.enters(room, 'bea'), True)
    a.say(f"<message type='groupchat' to='{room}' id='g1'><body>hello all</body></message>")
    for s in (a, b):
        came = s.message(lambda e: e.find(f'{CLIENT}body') is not None)
        expect((came.get('from'), came.get('id')), (f'{room}/ann', 'g1'))
        expect(child(came, 'urn:xmpp:sid:0', 'stanza-id').get('by'), room)
        child(came, 'urn:xmpp:occupant-id:0', 'occupant-id')
    a.has(room, 'muc_open', 'muc_unmoderated', 'muc_public', 'urn:xmpp:occupant-id:0', MAM)


@people('ann', 'bea', 'cui', presence=False)
def invitations(server, a, b, c):
    """XEP-0249 passes, and waits for who is away."""
    for s in (a, b):
        s.present()
    text = "<x xmlns='jabber:x:conference' jid='tea@rooms.example' reason='tea'/>"
    a.say(f"<message to='{b.jid}'>{text}</message><message to='{c.jid}'>{text}<store xmlns='urn:xmpp:hints'/></message>")
    expect(child(b.message(), 'jabber:x:conference', 'x').get('jid'), 'tea@rooms.example')
    a.get(DOMAIN, "<ping xmlns='urn:xmpp:ping'/>")
    c.present()
    expect(child(c.message(), 'jabber:x:conference', 'x').get('jid'), 'tea@rooms.example')


@people('ann')
def room_archive(server, a):
    room = f'archive@{ROOMS}'
    a.enters(room, 'ann')
    a.has(room, MAM)
    a.say(f"<message type='groupchat' to='{room}' id='g1'><body>to be found</body></message>")
    said = child(a.message(lambda e: e.find(f'{CLIENT}body') is not None), 'urn:xmpp:sid:0', 'stanza-id').get('id')
    a.set(room, f"<query xmlns='{MAM}' queryid='r1'/>")
    result = child(a.message(lambda e: e.find(f'{{{MAM}}}result') is not None), MAM, 'result')
    expect((result.get('id'), result.find(f'.//{CLIENT}body').text), (said, 'to be found'))


@people('ann')
def self_ping(server, a):
    room = f'ping@{ROOMS}'
    a.enters(room, 'ann')
    a.has(room, f'{MUC}#self-ping-optimization')
    a.get(f'{room}/ann', "<ping xmlns='urn:xmpp:ping'/>")
    a.say(f"<presence type='unavailable' to='{room}/ann'/>")
    a.presence(lambda e: e.get('type') == 'unavailable')
    refused('not-acceptable', a.get, f'{room}/ann', "<ping xmlns='urn:xmpp:ping'/>")


@people('ann')
def moderation(server, a):
    """XEP-0425 and 0424 (0.4): what was said is replaced by a tombstone."""
    room = f'moderation@{ROOMS}'
    a.enters(room, 'ann')
    a.has(room, 'urn:xmpp:message-moderate:1', 'urn:xmpp:message-retract:1', 'urn:xmpp:message-retract:1#tombstone')
    a.say(f"<message type='groupchat' to='{room}' id='g1'><body>never mind</body></message>")
    said = child(a.message(lambda e: e.find(f'{CLIENT}body') is not None), 'urn:xmpp:sid:0', 'stanza-id').get('id')
    a.set(room, f"<moderate xmlns='urn:xmpp:message-moderate:1' id='{said}'><retract xmlns='urn:xmpp:message-retract:1'/></moderate>")
    expect(child(a.message(lambda e: e.find('{urn:xmpp:message-retract:1}retract') is not None), 'urn:xmpp:message-retract:1', 'retract').get('id'), said)
    a.set(room, f"<query xmlns='{MAM}'/>")
    result = child(a.message(lambda e: e.find(f'{{{MAM}}}result') is not None), MAM, 'result')
    expect((result.get('id'), result.find(f'.//{CLIENT}body')), (said, None))
    child(result, 'urn:xmpp:message-retract:1', 'retracted')


@people('ann')
def channel_search(server, a):
    a.enters(f'library@{ROOMS}', 'ann')
    deadline = time.monotonic() + PATIENCE
    # What is listed is told to all cores now and then.
    while not any(i.get('address') == f'library@{ROOMS}' for i in a.get(
            ROOMS, "<search xmlns='urn:xmpp:channel-search:0:search'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
            "<value>urn:xmpp:channel-search:0:search-params</value></field><field var='q'><value>library</value></field><field var='sinaddress'><value>1</value></field>"
            '</x></search>').iter('{urn:xmpp:channel-search:0:search}item')):
        expect(time.monotonic() < deadline, True)
        time.sleep(0.1)


@people('ann')
def bookmarks(server, a):
    """XEP-0402, seen by older clients in private XML (0048, 0049) and the other way round (0411)."""
    a.has(a.jid, f'{BOOKMARKS}#compat', f'{BOOKMARKS}#compat-pep')
    a.publish(BOOKMARKS, f'tea@{ROOMS}', f"<conference xmlns='{BOOKMARKS}' name='Tea' autojoin='true'><nick>ann</nick></conference>", persist_items='true',
              max_items='max', send_last_published_item='never', access_model='whitelist')
    old = child(a.get(None, "<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>"), 'storage:bookmarks', 'conference')
    expect((old.get('jid'), old.get('name'), old.find('{storage:bookmarks}nick').text), (f'tea@{ROOMS}', 'Tea', 'ann'))
    a.set(None, "<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'>"
          f"<conference jid='tea@{ROOMS}' name='Tea' autojoin='true'><nick>ann</nick></conference><conference jid='hall@{ROOMS}' name='Hall'/></storage></query>")
    expect(sorted(i.get('id') for i in a.items(None, BOOKMARKS)), [f'hall@{ROOMS}', f'tea@{ROOMS}'])
    expect(len(list(a.items(None, 'storage:bookmarks').iter('{storage:bookmarks}conference'))), 2)


@people('ann', 'bea')
def private_nodes(server, a, b):
    """XEP-0223: kept, and nobody else's business, not even a contact's; other options than those of the node are refused."""
    a.has(a.jid, f'{PUBSUB}#publish-options', f'{PUBSUB}#persistent-items')
    a.befriends(b)
    a.publish('urn:test:private', 'current', "<secret xmlns='urn:test'/>", persist_items='true', access_model='whitelist')
    child(a.items(None, 'urn:test:private'), 'urn:test', 'secret')
    refused('not-allowed', b.items, a.jid, 'urn:test:private')
    refused('conflict', lambda: a.publish('urn:test:private', 'current', "<secret xmlns='urn:test'/>", access_model='open'))


@people('ann')
def private_xml(server, a):
    a.has(DOMAIN, 'jabber:iq:private')
    a.set(None, "<query xmlns='jabber:iq:private'><note xmlns='urn:test:note'>milk</note></query>")
    expect(child(a.get(None, "<query xmlns='jabber:iq:private'><note xmlns='urn:test:note'/></query>"), 'urn:test:note', 'note').text, 'milk')


@people('ann', 'bea')
def stream_management(server, a, b):
    """Counted both ways, and a link that broke is gone on with: what came meanwhile is there, once."""
    expect(f'{{{SM}}}sm' in tags(a.offered), True)
    a.say(f"<enable xmlns='{SM}' resume='true'/>")
    enabled = a.until(lambda e: e.tag == f'{{{SM}}}enabled')
    a.say(f"<message to='{b.jid}' type='chat'><body>counted</body></message><r xmlns='{SM}'/>")
    expect(a.until(lambda e: e.tag == f'{{{SM}}}a').get('h'), '1')
    expect(b.message().find(f'{CLIENT}body').text, 'counted')
    a.socket.close()
    b.say(f"<message to='{a.full}' type='chat'><body>while away</body></message>")
    b.get(DOMAIN, "<ping xmlns='urn:xmpp:ping'/>")
    with Wire(server.xmpp) as again:
        again.starttls()
        plain = base64.b64encode(f'\0{a.name}\0{PASSWORD}'.encode()).decode()
        again.say(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{plain}</auth>")
        expect(again.hear().tag, f'{{{SASL}}}success')
        again.features()
        again.say(f"<resume xmlns='{SM}' h='0' previd={quoteattr(enabled.get('id'))}/>")
        expect(again.hear().get('h'), '1')
        expect(again.until(lambda e: e.tag == f'{CLIENT}message').find(f'{CLIENT}body').text, 'while away')


@people('ann', 'bea')
def archive(server, a, b):
    a.has(a.jid, MAM, f'{MAM}#extended', 'urn:xmpp:sid:0')
    for i in range(5):
        a.say(f"<message to='{b.jid}' type='chat' id='a{i}'><body>number {i}</body></message>")
    ids = [child(b.message(), 'urn:xmpp:sid:0', 'stanza-id').get('id') for _ in range(5)]

    def page(form, rsm):
        b.number += 1
        answer = b.set(None, f"<query xmlns='{MAM}' queryid='p{b.number}'><x xmlns='{DATA}' type='submit'><field var='FORM_TYPE' type='hidden'><value>{MAM}</value></field>"
                       f"{form}</x><set xmlns='http://jabber.org/protocol/rsm'>{rsm}</set></query>")
        found, b.waiting = [e for e in b.waiting if e.find(f'{{{MAM}}}result') is not None], [e for e in b.waiting if e.find(f'{{{MAM}}}result') is None]
        return [e.find(f'{{{MAM}}}result').get('id') for e in found], child(answer, MAM, 'fin').get('complete')

    with_ = f"<field var='with'><value>{a.jid}</value></field>"
    expect(page(with_, '<max>2</max>'), (ids[:2], None))
    expect(page(with_, f'<max>10</max><after>{ids[1]}</after>'), (ids[2:], 'true'))
    expect(page(with_, '<max>2</max><before/>'), (ids[3:], None))
    expect(page(f"<field var='after-id'><value>{ids[3]}</value></field>", '<max>10</max>'), (ids[4:], 'true'))
    expect(page(f"<field var='ids'><value>{ids[2]}</value></field>", '<max>10</max>')[0], [ids[2]])
    ends = b.get(None, f"<metadata xmlns='{MAM}'/>")
    expect((child(ends, MAM, 'start').get('id'), child(ends, MAM, 'end').get('id')), (ids[0], ids[4]))
    b.get(None, f"<prefs xmlns='{MAM}'/>")


@people('ann')
def upload(server, a):
    """A slot, filled and read; who may fetch it from a page of another origin; and what is too large."""
    where = [DOMAIN] + [i.get('jid') for i in a.get(DOMAIN, f"<query xmlns='{ITEMS}'/>").iter(f'{{{ITEMS}}}item')]
    service = next(j for j in where if UPLOAD in a.info(j)[1])
    most = int(a.info(service)[2]['max-file-size'][0])
    data = bytes(range(256)) * 50
    slot = a.get(service, f"<request xmlns='{UPLOAD}' filename='très cool.bin' size='{len(data)}' content-type='application/octet-stream'/>")
    put, got = child(slot, UPLOAD, 'put').get('url'), child(slot, UPLOAD, 'get').get('url')
    expect((put.startswith('https://'), got.startswith('https://')), (True, True))

    def path(url):
        return '/' + url.split('/', 3)[3]

    expect(fetch(server, 'PUT', path(put), data, {'Content-Type': 'application/octet-stream'})[0], 201)
    status, headers, body = fetch(server, 'GET', path(got))
    expect((status, body == data), (200, True))
    expect(fetch(server, 'HEAD', path(got))[1]['Content-Length'], str(len(data)))
    status, headers, _ = fetch(server, 'OPTIONS', path(put), headers={'Origin': 'https://example.org', 'Access-Control-Request-Method': 'PUT'})
    expect((status in (200, 204), headers['Access-Control-Allow-Origin'], 'PUT' in headers['Access-Control-Allow-Methods']), (True, '*', True))
    refused('not-acceptable', a.get, service, f"<request xmlns='{UPLOAD}' filename='huge' size='{most + 1}'/>")


# ---- Mobile, A/V ---------------------------------------------------------------------------------------------------------------------------------

@people('ann', 'bea')
def inactivity(server, a, b):
    """A phone in a pocket hears messages, and presence when it is taken out."""
    expect(f'{{{CSI}}}csi' in tags(a.offered), True)
    a.befriends(b)
    a.say(f"<inactive xmlns='{CSI}'/>")
    a.get(DOMAIN, "<ping xmlns='urn:xmpp:ping'/>")
    a.waiting.clear()
    b.say('<presence><show>away</show></presence>')
    b.get(DOMAIN, "<ping xmlns='urn:xmpp:ping'/>")
    b.say(f"<message to='{a.jid}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>")
    b.get(DOMAIN, "<ping xmlns='urn:xmpp:ping'/>")
    a.get(DOMAIN, "<ping xmlns='urn:xmpp:ping'/>")
    expect(a.waiting, [])
    a.say(f"<active xmlns='{CSI}'/>")
    expect(a.presence(lambda e: e.get('from') == b.full).find(f'{CLIENT}show').text, 'away')


@people('ann', 'bea', presence=False)
def push(server, a, b):
    with Component(server) as service:
        a.has(a.jid, 'urn:xmpp:push:0')
        a.set(None, f"<enable xmlns='urn:xmpp:push:0' jid='{PUSH}' node='yxs32uqsflafdk3iuqo'/>")
        a.say('</stream:stream>')
        a.socket.close()
        b.say(f"<message to='{a.jid}' type='chat'><body>wake up</body></message>")
        came = service.until(lambda e: e.tag.endswith('}iq') and e.find(f'{{{PUBSUB}}}pubsub') is not None)
        expect((came.get('type'), child(came, PUBSUB, 'publish').get('node')), ('set', 'yxs32uqsflafdk3iuqo'))
        child(came, 'urn:xmpp:push:0', 'notification')


@people('ann')
def call_servers(server, a):
    a.has(DOMAIN, 'urn:xmpp:extdisco:2')
    found = {s.get('type'): s for s in a.get(DOMAIN, "<services xmlns='urn:xmpp:extdisco:2'/>").iter('{urn:xmpp:extdisco:2}service')}
    expect(sorted(found), ['stun', 'turn'])
    digest = hmac.new(b'north', found['turn'].get('username').encode(), 'sha1').digest()
    expect(found['turn'].get('password'), base64.b64encode(digest).decode())


# ---- what is looked for beside that --------------------------------------------------------------------------------------------------------------

def one_step(server):
    """SASL2 with Bind 2 and a token (XEP-0388, 0386, 0440, 0484): in with the password, and back with the token alone."""
    server.add('onestep')
    with Wire(server.xmpp) as w:
        features = w.starttls()
        offered = child(features, SASL2, 'authentication')
        expect({f'{{{BIND2}}}bind', f'{{{SM}}}sm', f'{{{FAST}}}fast'} - set(tags(offered)), set())
        expect({'tls-server-end-point', 'tls-exporter'} - {b.get('type') for b in features.iter('{urn:xmpp:sasl-cb:0}channel-binding')}, set())
        plain = base64.b64encode(f'\0onestep\0{PASSWORD}'.encode()).decode()
        w.say(f"<authenticate xmlns='{SASL2}' mechanism='PLAIN'><initial-response>{plain}</initial-response><user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'>"
              f"<software>check</software></user-agent><bind xmlns='{BIND2}'><tag>check</tag><enable xmlns='{SM}'/><enable xmlns='{CARBONS}'/></bind>"
              f"<request-token xmlns='{FAST}' mechanism='HT-SHA-256-NONE'/></authenticate>")
        success = w.hear()
        expect(success.tag, f'{{{SASL2}}}success')
        token = child(success, FAST, 'token').get('token')
        child(success, BIND2, 'bound')
        expect(child(success, SASL2, 'authorization-identifier').text.startswith(f'onestep@{DOMAIN}/check'), True)
    with Wire(server.xmpp) as w:
        w.starttls()
        proof = base64.b64encode(b'onestep\0' + hmac.new(token.encode(), b'Initiator', 'sha256').digest()).decode()
        w.say(f"<authenticate xmlns='{SASL2}' mechanism='HT-SHA-256-NONE'><initial-response>{proof}</initial-response><user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'>"
              f"<software>check</software></user-agent><bind xmlns='{BIND2}'><tag>check</tag></bind><fast xmlns='{FAST}'/></authenticate>")
        success = w.hear()
        expect(success.tag, f'{{{SASL2}}}success')
        expect(base64.b64decode(child(success, SASL2, 'additional-data').text), hmac.new(token.encode(), b'Responder', 'sha256').digest())


@people('ann')
def contacts(server, a):
    forms = a.info(DOMAIN)[2]
    expect(forms['abuse-addresses'] if 'abuse-addresses' in forms else forms['admin-addresses'], ['mailto:ops@anser.test'])


@people('ann', 'eve')
def omemo(server, a, e):
    """What encryption needs (XEP-0384): lists and bundles that strangers may read, many items in a node, and options that are taken."""
    node = 'eu.siacs.conversations.axolotl.devicelist'
    a.publish(node, 'current', "<list xmlns='eu.siacs.conversations.axolotl'><device id='31415'/></list>", access_model='open')
    child(e.items(a.jid, node), 'eu.siacs.conversations.axolotl', 'device')
    a.has(a.jid, f'{PUBSUB}#multi-items', f'{PUBSUB}#config-node-max')
    for device in ('1', '2'):
        a.publish('urn:xmpp:omemo:2:bundles', device, "<bundle xmlns='urn:xmpp:omemo:2'/>", access_model='open', max_items='max')
    expect(sorted(i.get('id') for i in e.items(a.jid, 'urn:xmpp:omemo:2:bundles')), ['1', '2'])


@people('ann')
def displayed(server, a):
    """XEP-0490: what was read on another device."""
    a.publish('urn:xmpp:mds:displayed:0', f'bea@{DOMAIN}', "<displayed xmlns='urn:xmpp:mds:displayed:0'><stanza-id xmlns='urn:xmpp:sid:0' id='1' by='x'/></displayed>",
              persist_items='true', max_items='max', send_last_published_item='never', access_model='whitelist')
    child(a.items(None, 'urn:xmpp:mds:displayed:0'), 'urn:xmpp:mds:displayed:0', 'displayed')


@people('ann')
def small_questions(server, a):
    a.has(DOMAIN, 'urn:xmpp:ping', 'urn:xmpp:time', 'jabber:iq:version', 'jabber:iq:last', 'msgoffline')
    a.get(DOMAIN, "<ping xmlns='urn:xmpp:ping'/>")
    expect(child(a.get(DOMAIN, "<time xmlns='urn:xmpp:time'/>"), 'urn:xmpp:time', 'utc').text.endswith('Z'), True)
    expect(bool(child(a.get(DOMAIN, "<query xmlns='jabber:iq:version'/>"), 'jabber:iq:version', 'name').text), True)
    expect(int(child(a.get(DOMAIN, "<query xmlns='jabber:iq:last'/>"), 'jabber:iq:last', 'query').get('seconds')) >= 0, True)


@people('ann', 'bea', presence=False)
def hints(server, a, b):
    """XEP-0334: what says so is not kept; what says the contrary is."""
    a.say(f"<message to='{b.jid}' type='chat'><body>do not keep this</body><no-store xmlns='urn:xmpp:hints'/></message>"
          f"<message to='{b.jid}' type='chat'><thing xmlns='urn:test'/><store xmlns='urn:xmpp:hints'/></message>")
    a.get(DOMAIN, "<ping xmlns='urn:xmpp:ping'/>")
    b.present()
    child(b.message(), 'urn:test', 'thing')


@people('ann')
def devices(server, a):
    a.has(a.jid, 'urn:xmpp:cam:0')
    child(a.get(None, "<list xmlns='urn:xmpp:cam:0'/>"), 'urn:xmpp:cam:0', 'clients')


ROWS = (
    ('Core', 'RFC 6120, 7590', 'STARTTLS, TLS 1.2 or later, SCRAM with channel binding offered', starttls),
    ('Core', 'RFC 7677', 'SCRAM-SHA-256, and the server proves itself', scram),
    ('Core', 'XEP-0368', 'direct TLS, ALPN xmpp-client (SRV: the operator\'s)', direct_tls),
    ('Core', 'XEP-0030', 'identities, features, items; an unknown node', discovery),
    ('Core', 'XEP-0115', 'the hash in the features is that of the answer', capabilities),
    ('Core', 'XEP-0114', 'a component comes, hears and speaks', components),
    ('Core', 'XEP-0163, 0060', 'published, told to who wants it, refused to strangers', personal_eventing),
    ('Web', 'RFC 7395', 'WebSocket', websocket),
    ('Web', 'XEP-0206, 0124', 'BOSH', bosh),
    ('Web', 'XEP-0156', 'host-meta, also as JSON, for every origin', hostmeta),
    ('IM', 'RFC 6121', 'rosters with versions, pre-approval', rosters),
    ('IM', 'XEP-0398, 0153, 0084', 'pictures converted both ways, hash in presence', avatar_conversion),
    ('IM', 'XEP-0054', 'cards', cards),
    ('IM', 'XEP-0280', 'copies of what is sent and received', carbons),
    ('IM', 'XEP-0191', 'blocked, refused, unblocked', blocking),
    ('IM', 'XEP-0045', 'rooms', rooms),
    ('IM', 'XEP-0249', 'direct invitations, also for who is away', invitations),
    ('IM', 'XEP-0402, 0048, 0411', 'bookmarks, old and new', bookmarks),
    ('IM', 'XEP-0313 in rooms', 'the archive of a room', room_archive),
    ('IM', 'XEP-0410', 'am I still in the room?', self_ping),
    ('IM', 'XEP-0223', 'private nodes, publish-options', private_nodes),
    ('IM', 'XEP-0049', 'private XML', private_xml),
    ('IM, Mobile', 'XEP-0198', 'counted, resumed', stream_management),
    ('IM', 'XEP-0313', 'pages both ways, ids, ends, preferences', archive),
    ('IM', 'XEP-0363', 'a file in and out, CORS, too large', upload),
    ('Mobile', 'XEP-0352', 'presence waits', inactivity),
    ('Mobile', 'XEP-0357', 'a push service hears of a message', push),
    ('A/V', 'XEP-0215', 'STUN and TURN with credentials', call_servers),
    ('today', 'XEP-0388, 0386, 0440, 0484', 'all in one step, and back with a token', one_step),
    ('today', 'XEP-0157', 'whom to write to', contacts),
    ('today', 'XEP-0384', 'open nodes, several items', omemo),
    ('today', 'XEP-0490', 'what was read', displayed),
    ('today', 'XEP-0425, 0424', 'moderation leaves a tombstone', moderation),
    ('today', 'XEP-0433', 'looking for rooms', channel_search),
    ('today', 'XEP-0377', 'reports', report),
    ('today', 'XEP-0334, 0160', 'hints; what waits', hints),
    ('today', 'XEP-0494', 'which devices are in', devices),
    ('today', 'XEP-0199, 0202, 0092, 0012', 'small questions', small_questions),
)


def suite(server):
    bad = []
    for category, xep, what, row in ROWS:
        why = ''
        try:
            row(server)
        except Exception:  # whatever it is: the other rows are wanted, too
            why = traceback.format_exc()
            bad.append((xep, why))
        print(f'{category:<11} {xep:<28} {what:<66} {"NO" if why else "yes"}', flush=True)
    for xep, why in bad:
        sys.stderr.write(f'---- {xep}\n{why}')
    expect([xep for xep, _ in bad], [])


main(suite, settings=(f'components.secrets={PUSH}:{SECRET}', 'calls.servers=stun:192.0.2.7 turn:192.0.2.7', 'calls.secret=north', 'contact.abuse=mailto:ops@anser.test'))
