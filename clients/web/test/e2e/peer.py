# SPDX-License-Identifier: Apache-2.0
"""A client that is not ours, for the tests of the page: slixmpp, told what to do by lines on stdin, telling what it hears by lines of JSON.
Called with the port, the address and the password. Commands: say ADDRESS TEXT, subscribe ADDRESS, quit."""
import asyncio
import json
import ssl
import sys

import slixmpp


def tell(**what):
    print(json.dumps(what, ensure_ascii=False), flush=True)


class Peer(slixmpp.ClientXMPP):
    def __init__(self, address, password):
        super().__init__(address, password)
        for plugin in ('xep_0030', 'xep_0184', 'xep_0198', 'xep_0199', 'xep_0333'):
            self.register_plugin(plugin)
        self.plugin['xep_0184'].auto_ack = True
        self.add_event_handler('session_start', self.started)
        self.add_event_handler('message', lambda m: m['body'] and tell(heard=m['body'], sender=str(m['from'].bare), id=m['id']))
        self.add_event_handler('presence_subscribe', lambda p: tell(asks=str(p['from'].bare)))

    async def started(self, _):
        await self.get_roster()
        self.send_presence()
        tell(online=str(self.boundjid.bare))


async def main(port, address, password):
    peer = Peer(address, password)
    peer.ssl_context.check_hostname = False
    peer.ssl_context.verify_mode = ssl.CERT_NONE
    peer.connect(('127.0.0.1', int(port)))
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().rstrip('\n'):
        verb, _, rest = line.partition(' ')
        if verb == 'quit':
            break
        if verb == 'say':
            to, _, text = rest.partition(' ')
            peer.send_message(mto=to, mbody=text, mtype='chat')
        elif verb == 'subscribe':
            peer.send_presence_subscription(pto=rest)
    await peer.disconnect()

asyncio.get_event_loop_policy().get_event_loop().run_until_complete(main(*sys.argv[1:]))
