# SPDX-License-Identifier: Apache-2.0
"""Calls and files from client to client pass through untouched (Jingle): a call is offered to all devices and taken by one (XEP-0353), sessions are
made and ended (XEP-0166), bytes go in the stream (XEP-0234 with XEP-0261 and 0047) and through our relay (XEP-0260, 0065), who helps through
firewalls is told (XEP-0215). The clients are slixmpp's; what they say of Jingle is written out here, from the XEPs.
"""
import asyncio
import base64
import hashlib
import hmac
import time
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from slixmpp.exceptions import IqError
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from server import DOMAIN, PATIENCE, expect, main
from slix import Client, Queue, run, together

JINGLE = 'urn:xmpp:jingle:1'
MESSAGE = 'urn:xmpp:jingle-message:0'
FILE = 'urn:xmpp:jingle:apps:file-transfer:5'
RTP = 'urn:xmpp:jingle:apps:rtp:1'
ICE = 'urn:xmpp:jingle:transports:ice-udp:1'
IBB_TRANSPORT = 'urn:xmpp:jingle:transports:ibb:1'
S5B_TRANSPORT = 'urn:xmpp:jingle:transports:s5b:1'
BYTESTREAMS = 'http://jabber.org/protocol/bytestreams'
INFO, ITEMS = 'http://jabber.org/protocol/disco#info', 'http://jabber.org/protocol/disco#items'
CARBONS = 'urn:xmpp:carbons:2'
STORE = "<store xmlns='urn:xmpp:hints'/>"
SECRET = 'north'


class Caller(Client):
    """`jingle` and `told` are the requests and the messages about calls that came, as XML."""

    def __init__(self, server, address):
        super().__init__(server, address)
        self.register_plugin('xep_0047', {'auto_accept': True})
        self.jingle, self.told, self.carbons = Queue(), Queue(), Queue()
        self.register_handler(Callback('jingle', MatchXPath(f'{{jabber:client}}iq/{{{JINGLE}}}jingle'), self.on_jingle))
        self.add_filter('in', self.passes)

    def on_jingle(self, iq):
        if iq['type'] == 'set':
            self.jingle.take(iq.xml)
            iq.reply().send()

    def passes(self, stanza):
        for queue, space in ((self.told, MESSAGE), (self.carbons, CARBONS)):
            if any(child.tag.startswith(f'{{{space}}}') for child in stanza.xml):
                queue.take(stanza.xml)
        return stanza

    async def request(self, to, payload):
        """What is answered; an error is raised."""
        iq = self.make_iq_set(ito=to)
        iq.append(ET.fromstring(payload))
        return await iq.send(timeout=PATIENCE)

    async def asks(self, to, payload):
        iq = self.make_iq_get(ito=to)
        iq.append(ET.fromstring(payload))
        return (await iq.send(timeout=PATIENCE)).xml

    def tells(self, to, payload):
        message = self.make_message(mto=to, mtype='chat')
        for part in (payload, STORE):
            message.append(ET.fromstring(part))
        message.send()

    async def enables_carbons(self):
        await self.request(None, f"<enable xmlns='{CARBONS}'/>")


def same(found, wanted):
    """As XML, whatever it is written like."""
    expect(ET.canonicalize(ET.tostring(found, encoding='unicode'), strip_text=True, rewrite_prefixes=True),
           ET.canonicalize(wanted, strip_text=True, rewrite_prefixes=True))


def jingle(action, sid, inner='', **more):
    attributes = ''.join(f' {name}={quoteattr(value)}' for name, value in more.items())
    return f"<jingle xmlns='{JINGLE}' action='{action}' sid='{sid}'{attributes}>{inner}</jingle>"


def offer(number):
    """A candidate of those that a call has many of."""
    return (f"<content creator='initiator' name='voice'><transport xmlns='{ICE}' ufrag='8hhy' pwd='asd88fgpdd777uzjYhagZg'>"
            f"<candidate component='1' foundation='1' generation='0' id='c{number}' ip='2001:db8::{number:x}' network='1' port='{9000 + number}' "
            "priority='2130706431' protocol='udp' type='host'/></transport></content>")


def a_call(server):
    """Offered to every device, ringing, taken by one, which the others learn; then the session between the two, and its end."""
    server.add('ann', 'bea')

    async def talk():
        clients = [Caller(server, who) for who in ('ann/desk', 'ann/phone', 'bea/desk', 'bea/phone')]
        async with together(*clients) as (desk, other, there, phone):
            for client in clients:
                await client.enables_carbons()
            desk.tells(f'bea@{DOMAIN}', f"<propose xmlns='{MESSAGE}' id='c1'><description xmlns='{RTP}' media='audio'/></propose>")
            for client in (there, phone):
                came = await client.told.get()
                expect(came.get('from'), desk.boundjid.full)
                same(came.find(f'{{{MESSAGE}}}propose'), f"<propose xmlns='{MESSAGE}' id='c1'><description xmlns='{RTP}' media='audio'/></propose>")
            expect((await other.carbons.get()).find(f'.//{{{MESSAGE}}}propose').get('id'), 'c1')
            phone.tells(desk.boundjid.full, f"<ringing xmlns='{MESSAGE}' id='c1'/>")
            phone.tells(desk.boundjid.full, f"<proceed xmlns='{MESSAGE}' id='c1'/>")
            for what in ('ringing', 'proceed'):
                came = await desk.told.get()
                expect((came.get('from'), [c.tag for c in came if MESSAGE in c.tag]), (phone.boundjid.full, [f'{{{MESSAGE}}}{what}']))
                expect((await there.carbons.get()).find(f'.//{{{MESSAGE}}}{what}').get('id'), 'c1')
            description = (f"<content creator='initiator' name='voice'><description xmlns='{RTP}' media='audio'><payload-type id='0' name='PCMU'/>"
                           '</description></content>')
            await desk.request(phone.boundjid.full, jingle('session-initiate', 'c1', description, initiator=desk.boundjid.full))
            came = await phone.jingle.get()
            expect(came.get('from'), desk.boundjid.full)
            same(came.find(f'{{{JINGLE}}}jingle'), jingle('session-initiate', 'c1', description, initiator=desk.boundjid.full))
            # Many at once, in their order, and none lost.
            await asyncio.gather(*(desk.request(phone.boundjid.full, jingle('transport-info', 'c1', offer(i))) for i in range(100)))
            for i in range(100):
                same((await phone.jingle.get()).find(f'{{{JINGLE}}}jingle'), jingle('transport-info', 'c1', offer(i)))
            await phone.request(desk.boundjid.full, jingle('session-accept', 'c1', description, responder=phone.boundjid.full))
            await phone.request(desk.boundjid.full, jingle('session-terminate', 'c1', '<reason><success/></reason>'))
            for action in ('session-accept', 'session-terminate'):
                expect((await desk.jingle.get()).find(f'{{{JINGLE}}}jingle').get('action'), action)
            expect((there.jingle.seen, other.jingle.seen), ([], []))
            # Somebody who is not there, and says so at once: nobody waits for an answer.
            refused = None
            try:
                await desk.request(f'bea@{DOMAIN}/gone', jingle('session-initiate', 'c2', description))
            except IqError as e:
                refused = e.condition
            expect(refused, 'service-unavailable')

    run(talk())


def a_missed_call(server):
    """Who was away learns that somebody called, and that he gave up."""
    server.add('cui', 'dan')

    async def talk():
        async with together(Caller(server, 'cui/desk')) as (caller,):
            caller.tells(f'dan@{DOMAIN}', f"<propose xmlns='{MESSAGE}' id='m1'><description xmlns='{RTP}' media='video'/></propose>")
            caller.tells(f'dan@{DOMAIN}', f"<retract xmlns='{MESSAGE}' id='m1'/>")
            await caller.round_trip()
        async with together(Caller(server, 'dan/phone')) as (callee,):
            for what in ('propose', 'retract'):
                came = await callee.told.get()
                expect([(c.tag, c.get('id')) for c in came if MESSAGE in c.tag], [(f'{{{MESSAGE}}}{what}', 'm1')])
                expect(came.find('{urn:xmpp:delay}delay') is not None, True)

    run(talk())


def file_offer(name, data, transport):
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    return (f"<content creator='initiator' name='a-file' senders='initiator'><description xmlns='{FILE}'><file><name>{name}</name>"
            f"<size>{len(data)}</size><hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>{digest}</hash></file></description>{transport}</content>")


def offered(came):
    """Name, size and hash of what is offered."""
    file = came.find(f'.//{{{FILE}}}file')
    return (file.find(f'{{{FILE}}}name').text, int(file.find(f'{{{FILE}}}size').text), base64.b64decode(file.find('{urn:xmpp:hashes:2}hash').text))


async def session(one, other, sid, data, transport, answer):
    """Offered and accepted."""
    await one.request(other.boundjid.full, jingle('session-initiate', sid, file_offer('letter.bin', data, transport), initiator=one.boundjid.full))
    came = await other.jingle.get()
    expect(offered(came), ('letter.bin', len(data), hashlib.sha256(data).digest()))
    await other.request(one.boundjid.full, jingle('session-accept', sid, file_offer('letter.bin', data, answer), responder=other.boundjid.full))
    expect((await one.jingle.get()).find(f'{{{JINGLE}}}jingle').get('action'), 'session-accept')


async def end(one, other, sid):
    await other.request(one.boundjid.full, jingle('session-terminate', sid, '<reason><success/></reason>'))
    expect((await one.jingle.get()).find(f'{{{JINGLE}}}jingle').get('action'), 'session-terminate')


def a_file_in_the_stream(server):
    server.add('eve', 'fay')
    data = bytes(range(256)) * 800

    async def talk():
        async with together(Caller(server, 'eve/desk'), Caller(server, 'fay/phone')) as (one, other):
            transport = f"<transport xmlns='{IBB_TRANSPORT}' block-size='4096' sid='i1'/>"
            got, done = bytearray(), asyncio.get_running_loop().create_future()

            def take(stream):
                got.extend(stream.read())
                if len(got) >= len(data) and not done.done():
                    done.set_result(None)

            other.add_event_handler('ibb_stream_data', take)
            await session(one, other, 's1', data, transport, transport)
            stream = await one['xep_0047'].open_stream(other.boundjid, sid='i1', block_size=4096, timeout=PATIENCE)
            await stream.sendall(data, timeout=PATIENCE)
            await asyncio.wait_for(done, PATIENCE)
            expect(bytes(got) == data, True)
            await stream.close(timeout=PATIENCE)
            await end(one, other, 's1')

    run(talk())


async def socks(host, port, key):
    """A connection to the relay that is named like the transfer (XEP-0065, 5.3.2; RFC 1928)."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b'\x05\x01\x00')
    expect(await asyncio.wait_for(reader.readexactly(2), PATIENCE), b'\x05\x00')
    writer.write(b'\x05\x01\x00\x03' + bytes([len(key)]) + key + b'\x00\x00')
    expect(await asyncio.wait_for(reader.readexactly(7 + len(key)), PATIENCE), b'\x05\x00\x00\x03' + bytes([len(key)]) + key + b'\x00\x00')
    return reader, writer


def a_file_through_the_relay(server):
    server.add('gus', 'hal')
    data = bytes(range(256)) * 4000

    async def talk():
        async with together(Caller(server, 'gus/desk'), Caller(server, 'hal/phone')) as (one, other):
            # As clients look for it: among the items of the server, by what they say they are.
            items = await one.asks(DOMAIN, f"<query xmlns='{ITEMS}'/>")
            relays = []
            for item in items.iter(f'{{{ITEMS}}}item'):
                info = await one.asks(item.get('jid'), f"<query xmlns='{INFO}'/>")
                if any((i.get('category'), i.get('type')) == ('proxy', 'bytestreams') for i in info.iter(f'{{{INFO}}}identity')):
                    relays.append(item.get('jid'))
            expect(relays, [DOMAIN])
            found = await one.asks(relays[0], f"<query xmlns='{BYTESTREAMS}'/>")
            host = found.find(f'.//{{{BYTESTREAMS}}}streamhost')
            expect((host.get('jid'), host.get('port')), (relays[0], str(server.relay)))
            condition = None
            try:
                await one.request(relays[0], f"<query xmlns='{BYTESTREAMS}' sid='r1'><activate>{other.boundjid.full}</activate></query>")
            except IqError as e:
                condition = e.condition
            expect(condition, 'item-not-found')
            key = hashlib.sha1(f'r1{one.boundjid.full}{other.boundjid.full}'.encode()).hexdigest()
            candidate = (f"<candidate cid='k1' host={quoteattr(host.get('host'))} port='{host.get('port')}' jid={quoteattr(host.get('jid'))} "
                         "priority='655360' type='proxy'/>")
            await session(one, other, 's2', data, f"<transport xmlns='{S5B_TRANSPORT}' sid='r1' mode='tcp' dstaddr='{key}'>{candidate}</transport>",
                          f"<transport xmlns='{S5B_TRANSPORT}' sid='r1'/>")

            def info(what):
                return f"<content creator='initiator' name='a-file'><transport xmlns='{S5B_TRANSPORT}' sid='r1'>{what}</transport></content>"

            there, writer = await socks(host.get('host'), int(host.get('port')), key.encode())
            await other.request(one.boundjid.full, jingle('transport-info', 's2', info("<candidate-used cid='k1'/>")))
            expect((await one.jingle.get()).find(f'.//{{{S5B_TRANSPORT}}}candidate-used').get('cid'), 'k1')
            await one.request(other.boundjid.full, jingle('transport-info', 's2', info('<candidate-error/>')))
            _, here = await socks(host.get('host'), int(host.get('port')), key.encode())
            await one.request(host.get('jid'), f"<query xmlns='{BYTESTREAMS}' sid='r1'><activate>{other.boundjid.full}</activate></query>")
            await one.request(other.boundjid.full, jingle('transport-info', 's2', info("<activated cid='k1'/>")))
            here.write(data)
            await here.drain()
            expect(await asyncio.wait_for(there.readexactly(len(data)), PATIENCE) == data, True)
            await end(one, other, 's2')
            here.close()
            writer.close()

    run(talk())


def who_helps(server):
    """Names and passwords for TURN that the two servers share a secret for (coturn's use-auth-secret)."""
    server.add('ivy')

    async def talk():
        async with together(Caller(server, 'ivy/phone')) as (client,):
            found = await client.asks(DOMAIN, "<services xmlns='urn:xmpp:extdisco:2'/>")
            services = {s.get('type'): s for s in found.iter('{urn:xmpp:extdisco:2}service')}
            expect(sorted(services), ['stun', 'turn'])
            turn = services['turn']
            expect((turn.get('host'), turn.get('port'), turn.get('transport')), ('192.0.2.7', '3478', 'udp'))
            until, _, who = turn.get('username').partition(':')
            expect((who, int(until) > time.time()), ('ivy', True))
            digest = hmac.new(SECRET.encode(), turn.get('username').encode(), 'sha1').digest()
            expect(turn.get('password'), base64.b64encode(digest).decode())

    run(talk())


main(a_call, a_missed_call, a_file_in_the_stream, a_file_through_the_relay, who_helps,
     settings=('listen.relay=127.0.0.1:0', 'web.address=http://127.0.0.1:5280', 'calls.servers=stun:192.0.2.7 turn:192.0.2.7?transport=udp',
               f'calls.secret={SECRET}'))
