# SPDX-License-Identifier: Apache-2.0
"""slixmpp sends a stream of bytes through our relay (XEP-0065): finds it, tells the other one, connects, activates."""
import asyncio

import slixmpp

from server import DOMAIN, PATIENCE, expect, main
from slix import Client, run, together


def through_the_relay(server):
    server.add('ann', 'bea')
    data = bytes(range(256)) * 4000

    async def talk():
        a, b = Client(server, 'ann/desk'), Client(server, 'bea/phone')
        for client in (a, b):
            client.register_plugin('xep_0065', {'auto_accept': True})
        got, done = bytearray(), asyncio.get_running_loop().create_future()

        def take(event):
            got.extend(event)
            if len(got) >= len(data) and not done.done():
                done.set_result(None)

        b.add_event_handler('socks5_data', take)
        async with together(a, b):
            await a.subscribe_both(b)
            proxies = await a['xep_0065'].discover_proxies(jid=slixmpp.JID(DOMAIN), timeout=PATIENCE)
            expect({str(jid): (host, int(port)) for jid, (host, port) in proxies.items()}, {DOMAIN: ('127.0.0.1', server.relay)})
            stream = await a['xep_0065'].handshake(b.boundjid.full, timeout=PATIENCE)
            await stream.write(data)
            await asyncio.wait_for(done, PATIENCE)
            expect(bytes(got), data)

    run(talk())


main(through_the_relay, settings=('listen.relay=127.0.0.1:0', 'web.address=http://127.0.0.1:5280'))
