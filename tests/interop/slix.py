# SPDX-License-Identifier: Apache-2.0
"""slixmpp clients as tests want them: what arrives stands in queues, and nothing is waited for by time."""
import asyncio
import contextlib
import logging
import ssl
from datetime import datetime, timezone

import slixmpp

from server import DOMAIN, PASSWORD, PATIENCE, expect

PLUGINS = ('xep_0030', 'xep_0059', 'xep_0060', 'xep_0084', 'xep_0115', 'xep_0163', 'xep_0172', 'xep_0184', 'xep_0198', 'xep_0199', 'xep_0203', 'xep_0280', 'xep_0297', 'xep_0313')


class Queue(asyncio.Queue):
    """What arrived, in order. `seen` keeps all of it."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def take(self, stanza):
        self.seen.append(stanza)
        self.put_nowait(stanza)

    async def get(self):
        return await asyncio.wait_for(super().get(), PATIENCE)

    async def until(self, wanted):
        while True:
            stanza = await self.get()
            if wanted(stanza):
                return stanza


class Client(slixmpp.ClientXMPP):
    """`tls`: 'start', 'direct' or 'none'; `mechanism`: the only one to try."""

    def __init__(self, server, address, tls='start', mechanism=None):
        name, _, resource = address.partition('/')
        super().__init__(f'{name}@{DOMAIN}' + (f'/{resource}' if resource else ''), PASSWORD, sasl_mech=mechanism)
        self.place = ('127.0.0.1', server.xmpps if tls == 'direct' else server.xmpp)
        self.tls = tls
        self.auto_authorize = self.auto_subscribe = None
        for plugin in PLUGINS:
            self.register_plugin(plugin)
        self.chat, self.errors, self.presence = Queue(), Queue(), Queue()
        self.carbon_received, self.carbon_sent, self.changes = Queue(), Queue(), Queue()
        self.add_event_handler('message', self.on_message)
        self.add_event_handler('message_error', self.errors.take)
        self.add_event_handler('carbon_received', self.carbon_received.take)
        self.add_event_handler('carbon_sent', self.carbon_sent.take)
        self.add_event_handler('roster_update', self.changes.take)
        for event in ('presence_available', 'presence_unavailable', 'presence_subscribe', 'presence_subscribed',
                      'presence_unsubscribe', 'presence_unsubscribed', 'presence_error'):
            self.add_event_handler(event, self.presence.take)

    def on_message(self, message):
        if message['type'] != 'error' and message['body']:
            self.chat.take(message)

    def get_ssl_context(self):
        """The test server's certificate is of its own authority."""
        context = super().get_ssl_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    async def open(self):
        started = self.once('session_start')
        refused = self.once('failed_all_auth')
        self.connect_again()
        done, _ = await asyncio.wait((started, refused), timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        expect(started in done, True)
        await self.get_roster()
        self.send_presence()
        await self.round_trip()

    def connect_again(self):
        self.connect(self.place, use_ssl=self.tls == 'direct', force_starttls=self.tls == 'start',
                     disable_starttls=self.tls != 'start')

    def once(self, event):
        future = asyncio.get_running_loop().create_future()
        self.add_event_handler(event, lambda data: future.done() or future.set_result(data), disposable=True)
        return future

    async def round_trip(self):
        """When this returns, the server has taken everything that was sent before it."""
        await self.plugin['xep_0199'].send_ping(DOMAIN, timeout=PATIENCE)

    async def acknowledged(self):
        """Tells the server what has arrived (XEP-0198), and waits until it has heard it."""
        self.plugin['xep_0198'].send_ack()
        await self.round_trip()

    async def close(self):
        gone = self.once('disconnected')
        self.plugin['xep_0198'].send_ack()
        self.disconnect()
        await asyncio.wait_for(gone, PATIENCE)

    async def __aenter__(self):
        await self.open()
        return self

    async def __aexit__(self, kind, value, trace):
        if self.is_connected():
            if kind:
                self.abort()
            else:
                await self.close()

    async def subscribe_both(self, other):
        for one, two in ((self, other), (other, self)):
            one.send_presence_subscription(two.boundjid.bare)
            await two.presence.until(
                lambda p, one=one: p['type'] == 'subscribe' and p['from'].bare == one.boundjid.bare)
            two.send_presence_subscription(one.boundjid.bare, ptype='subscribed')
            await one.presence.until(lambda p, two=two: p['type'] == 'available' and p['from'] == two.boundjid)
        await self.round_trip()
        await other.round_trip()

    async def archive(self, peer, page):
        """Bodies of the archive with `peer`, oldest first, read in pages."""
        after = None
        while True:
            iq = self.make_iq_set()
            iq['mam']['queryid'] = 'q'
            iq['mam']['with'] = slixmpp.JID(peer)
            iq['mam']['rsm']['max'] = str(page)
            if after:
                iq['mam']['rsm']['after'] = after
            found = []
            matcher = slixmpp.xmlstream.matcher.StanzaPath('message/mam_result')
            handler = slixmpp.xmlstream.handler.Callback('page', matcher, found.append)
            self.register_handler(handler)
            try:
                fin = (await iq.send(timeout=PATIENCE))['mam_fin']
            finally:
                self.remove_handler('page')
            for message in found:
                forwarded = message['mam_result']['forwarded']
                expect(forwarded['delay']['stamp'] <= datetime.now(timezone.utc), True)
                yield forwarded['stanza']['body']
            expect(len(found) <= page, True)
            if fin.xml.get('complete') == 'true':
                return
            expect(len(found), page)
            after = fin['rsm']['last']

    async def resume(self):
        resumed = self.once('session_resumed')
        self.connect_again()
        await asyncio.wait_for(resumed, PATIENCE)


async def cut(client):
    """The network goes away: no closing tag, no goodbye."""
    gone = client.once('disconnected')
    client.transport.abort()
    await asyncio.wait_for(gone, PATIENCE)


@contextlib.asynccontextmanager
async def together(*clients):
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(client) for client in clients]


def run(coroutine):
    logging.getLogger('slixmpp').setLevel(logging.ERROR)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(asyncio.wait_for(coroutine, 4 * PATIENCE))
    finally:
        # slixmpp leaves a task per client that waits for more to send.
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()
