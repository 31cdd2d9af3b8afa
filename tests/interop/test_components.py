# SPDX-License-Identifier: Apache-2.0
"""Components (XEP-0114): two made with slixmpp, an echo and a push service (XEP-0357), and biboumi, through which people are in a channel of an IRC server
(ngircd)."""
import asyncio
import os
import random
import socket
import subprocess
from xml.etree import ElementTree as ET

import slixmpp
from slixmpp.exceptions import IqError

from server import DOMAIN, PATIENCE, expect, main
from slix import Client, Queue, run, together

SECRETS = {'irc.anser.test': 'a-secret-of-the-gateway', 'echo.anser.test': 'a-secret-of-the-echo', 'push.anser.test': 'a-secret-of-the-push-service'}
PUBSUB = '{http://jabber.org/protocol/pubsub}'


class Echo(slixmpp.ComponentXMPP):
    """Says everything again, and answers what is asked of it."""

    def __init__(self, server, secret=SECRETS['echo.anser.test']):
        super().__init__('echo.anser.test', secret, '127.0.0.1', server.components)
        self.auto_authorize = self.auto_subscribe = None
        for plugin in ('xep_0030', 'xep_0092', 'xep_0199'):
            self.register_plugin(plugin)
        self.presence = Queue()
        self.errors = Queue()
        self.add_event_handler('message', self.on_message)
        self.add_event_handler('message_error', self.errors.take)
        for event in ('presence_available', 'presence_unavailable', 'presence_subscribe', 'presence_probe'):
            self.add_event_handler(event, self.presence.take)

    def on_message(self, message):
        if message['type'] != 'error':
            self.send_message(mto=message['from'], mfrom=message['to'], mtype=message['type'], mbody=message['body'])

    def once(self, event):
        future = asyncio.get_running_loop().create_future()
        self.add_event_handler(event, lambda data: future.done() or future.set_result(data), disposable=True)
        return future

    async def __aenter__(self):
        started = self.once('session_start')
        self.connect()
        await asyncio.wait_for(started, PATIENCE)
        return self

    async def __aexit__(self, *_):
        gone = self.once('disconnected')
        self.disconnect()
        await asyncio.wait_for(gone, PATIENCE)


def an_echo(server):
    server.add('ann')

    async def talk():
        async with Client(server, 'ann/desk') as ann:
            ann.send_message(mto='x@echo.anser.test', mbody='?', mtype='chat')
            expect((await ann.errors.get())['error']['condition'], 'remote-server-timeout')
            async with Echo(server) as echo:
                items = await ann.plugin['xep_0030'].get_items(DOMAIN)
                expect('echo.anser.test' in {item[0] for item in items['disco_items']['items']}, True)
                info = await ann.plugin['xep_0030'].get_info('echo.anser.test')
                expect(info['from'].bare, 'echo.anser.test')
                await ann.plugin['xep_0199'].send_ping('somebody@echo.anser.test', timeout=PATIENCE)
                for text in ('hello', '你好 😀', '<b>&amp;</b>', 'x' * 20000):
                    ann.send_message(mto='x@echo.anser.test/r', mbody=text, mtype='chat')
                    heard = await ann.chat.get()
                    expect((heard['body'], heard['from'].full), (text, 'x@echo.anser.test/r'))
                # A contact there: subscribed, it sees presence come and go.
                ann.send_presence_subscription('x@echo.anser.test')
                await echo.presence.until(lambda p: p['type'] == 'subscribe' and p['to'] == 'x@echo.anser.test')
                echo.send_presence(pto=ann.boundjid.bare, pfrom='x@echo.anser.test', ptype='subscribed')
                echo.send_presence(pto=ann.boundjid.bare, pfrom='x@echo.anser.test/r')
                echo.send_presence_subscription(pto=ann.boundjid.bare, pfrom='x@echo.anser.test')
                await ann.presence.until(lambda p: p['type'] == 'available' and p['from'] == 'x@echo.anser.test/r')
                await ann.presence.until(lambda p: p['type'] == 'subscribe')
                ann.send_presence_subscription('x@echo.anser.test', ptype='subscribed')
                await echo.presence.until(lambda p: p['type'] == 'available' and p['from'] == 'ann@anser.test/desk')
                echo.send_message(mto='nobody@anser.test', mfrom='x@echo.anser.test', mbody='?', mtype='chat')
                error = await echo.errors.until(lambda m: m['from'] == 'nobody@anser.test')
                # slixmpp looks for <error/> in the namespace of clients only.
                expect('service-unavailable' in str(error), True)
                expect([text async for text in ann.archive('x@echo.anser.test', 50)][:3], ['hello', 'hello', '你好 😀'])
                await ann.close()
                await echo.presence.until(lambda p: p['type'] == 'unavailable' and p['from'] == 'ann@anser.test/desk')

    run(talk())


def a_wrong_secret(server):
    async def talk():
        echo = Echo(server, 'something else')
        refused = echo.once('stream_error')
        echo.connect()
        expect((await asyncio.wait_for(refused, PATIENCE))['condition'], 'not-authorized')
        echo.abort()

    run(talk())


# ---- push notifications -----------------------------------------------------------------------------------------------------

class PushService(slixmpp.ComponentXMPP):
    """Takes what is published in the nodes that it knows; of others it says that there are none."""

    def __init__(self, server):
        super().__init__('push.anser.test', SECRETS['push.anser.test'], '127.0.0.1', server.components)
        self.auto_authorize = self.auto_subscribe = None
        self.register_plugin('xep_0030')
        self.nodes, self.told, self.refused = set(), Queue(), Queue()
        self.plugin['xep_0030'].add_identity(category='pubsub', itype='push', name='push')
        self.register_handler(slixmpp.xmlstream.handler.Callback(
            'publish', slixmpp.xmlstream.matcher.MatchXPath('{jabber:component:accept}iq/' + PUBSUB + 'pubsub'), self.on_publish))

    def on_publish(self, iq):
        publish = iq.xml.find(f'{PUBSUB}pubsub/{PUBSUB}publish')
        if publish.get('node') not in self.nodes:
            reply = iq.reply()
            reply['type'] = 'error'
            reply.xml.append(ET.fromstring("<error xmlns='jabber:component:accept' type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"))
            reply.send()
            self.refused.take(publish.get('node'))
            return
        iq.reply().send()
        fields = {field.get('var'): field.findtext('{jabber:x:data}value') for field in iq.xml.iter('{jabber:x:data}field')
                  if field.get('var') != 'FORM_TYPE'}
        self.told.take((iq['from'].full, publish.get('node'), fields))

    once, __aenter__, __aexit__ = Echo.once, Echo.__aenter__, Echo.__aexit__


async def enable(client, node, secret):
    iq = client.make_iq_set()
    iq.xml.append(ET.fromstring(f"<enable xmlns='urn:xmpp:push:0' jid='push.anser.test' node='{node}'><x xmlns='jabber:x:data' type='submit'>"
                                "<field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field>"
                                f"<field var='secret'><value>{secret}</value></field></x></enable>"))
    await iq.send(timeout=PATIENCE)


def notifications(server):
    server.add('emil', 'frida')

    async def talk():
        async with PushService(server) as push, Client(server, 'frida/desk') as frida:
            push.nodes.add('good')
            async with Client(server, 'emil/phone') as emil:
                info = await emil.plugin['xep_0030'].get_info('emil@anser.test')
                expect('urn:xmpp:push:0' in info['disco_info']['features'], True)
                await enable(emil, 'good', 's<1>'.replace('<', '&lt;'))
                frida.send_message(mto='emil@anser.test', mbody='seen', mtype='chat')
                expect((await emil.chat.get())['body'], 'seen')
                await emil.acknowledged()
                emil.send_raw("<inactive xmlns='urn:xmpp:csi:0'/>")
                await emil.round_trip()
                frida.send_message(mto='emil@anser.test', mbody='not looked at', mtype='chat')
                expect(await push.told.get(), ('anser.test', 'good', {'message-count': '1', 'last-message-sender': 'frida@anser.test/desk', 'secret': 's<1>'}))
            frida.send_message(mto='emil@anser.test', mbody='away', mtype='chat')
            expect((await push.told.get())[1:], ('good', {'message-count': '1', 'last-message-sender': 'frida@anser.test/desk', 'secret': 's<1>'}))
            # A node that does not exist is tried once.
            async with Client(server, 'emil/phone') as emil:
                await enable(emil, 'bad', 'x')
            frida.send_message(mto='emil@anser.test', mbody='twice', mtype='chat')
            expect(await push.refused.get(), 'bad')
            expect((await push.told.get())[1], 'good')
            expect(len(push.refused.seen), 1)

    run(talk())


# ---- biboumi ------------------------------------------------------------------------------------------------------------

class Irc:
    """An IRC client in a few lines."""

    def __init__(self, address, nick):
        self.socket = socket.create_connection((address, 6667), PATIENCE)
        self.file = self.socket.makefile('r', encoding='utf-8', newline='\r\n')
        self.say(f'NICK {nick}', f'USER {nick} 0 * :{nick}')
        self.until(lambda words: words[1] == '001')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def say(self, *lines):
        for line in lines:
            self.socket.sendall(line.encode() + b'\r\n')

    def until(self, wanted):
        for line in self.file:
            words = line.rstrip('\r\n').split(' ')
            if words[0] == 'PING':
                self.say(f'PONG {words[1]}')
            elif wanted(words):
                return words
        raise AssertionError('the IRC server hung up')


def free_loopback():
    """An address of this machine where nobody has the port of IRC: biboumi asks for no other."""
    while True:
        address = f'127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(1, 254)}'
        with socket.socket() as s:
            try:
                s.bind((address, 6667))
                return address
            except OSError:
                continue


def write(path, *lines):
    with open(path, 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines) + '\n')
    return path


class Programs:
    """ngircd and biboumi, in a directory of the server's."""

    def __init__(self, server, address):
        directory = os.path.join(server.home, 'irc')
        os.mkdir(directory)
        ngircd = write(os.path.join(directory, 'ngircd.conf'), '[Global]', 'Name = irc.test', 'Info = test', f'Listen = {address}', 'Ports = 6667',
                       'ServerUID = nobody', 'ServerGID = nogroup', 'MotdPhrase = hello', '[Limits]', 'MaxConnectionsIP = 0', 'MaxNickLength = 30',
                       '[Options]', 'Ident = no', 'DNS = no', 'PAM = no', 'SyslogFacility = local1')
        biboumi = write(os.path.join(directory, 'biboumi.cfg'), 'hostname=irc.anser.test', f'password={SECRETS["irc.anser.test"]}',
                        'xmpp_server_ip=127.0.0.1', f'port={server.components}', f'db_name={directory}/biboumi.sqlite', f'log_file={directory}/biboumi.log',
                        'log_level=0', 'identd_port=0', f'policy_directory={directory}')
        self.log = os.path.join(directory, 'biboumi.log')
        self.running = []
        for command in (['ngircd', '-n', '-f', ngircd], ['biboumi', biboumi]):
            self.running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                                 env={**os.environ, 'PATH': os.environ['PATH'] + ':/usr/sbin:/sbin'}))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for process in self.running:
            process.terminate()
            process.wait(PATIENCE)
        if kind and os.path.exists(self.log):
            with open(self.log, encoding='utf-8', errors='replace') as log:
                print('---- biboumi', log.read()[-10000:], sep='\n')


async def is_there(client, address):
    """The program has connected to the server."""
    for _ in range(PATIENCE * 10):
        try:
            await client.plugin['xep_0030'].get_info(address, timeout=PATIENCE)
            return
        except IqError:
            await asyncio.sleep(0.1)
    raise AssertionError(f'{address} does not come')


async def ircd_is_there(address):
    for _ in range(PATIENCE * 10):
        try:
            socket.create_connection((address, 6667), PATIENCE).close()
            return
        except OSError:
            await asyncio.sleep(0.1)
    raise AssertionError('ngircd does not listen')


def a_channel_of_irc(server):
    server.add('bea', 'carl')
    address = free_loopback()
    room = f'#anser%{address}@irc.anser.test'

    async def talk():
        loop = asyncio.get_running_loop()
        async with together(Client(server, 'bea/desk'), Client(server, 'carl/phone')) as (bea, carl):
            for client in (bea, carl):
                client.register_plugin('xep_0045')
                client.said = Queue()
                client.add_event_handler('groupchat_message', client.said.take)
            await is_there(bea, 'irc.anser.test')
            await ircd_is_there(address)
            with await loop.run_in_executor(None, Irc, address, 'dora') as dora:
                async def hears(wanted):
                    return await asyncio.wait_for(loop.run_in_executor(None, dora.until, wanted), PATIENCE)

                dora.say('JOIN #anser')
                await hears(lambda words: words[1] == '366')
                await bea.plugin['xep_0045'].join_muc_wait(room, 'bea', timeout=PATIENCE)
                await hears(lambda words: words[0].startswith(':bea!') and words[1] == 'JOIN')
                await carl.plugin['xep_0045'].join_muc_wait(room, 'carl', timeout=PATIENCE)
                await hears(lambda words: words[0].startswith(':carl!') and words[1] == 'JOIN')
                bea.send_message(mto=room, mtype='groupchat', mbody='from XMPP: äöü 你好')
                expect((await hears(lambda words: words[1] == 'PRIVMSG'))[2:], ['#anser', ':from', 'XMPP:', 'äöü', '你好'])
                for client in (bea, carl):
                    said = await client.said.until(lambda m: m['body'])
                    expect((said['body'], said['from'].full), ('from XMPP: äöü 你好', f'{room}/bea'))
                texts = [f'from IRC {i}' for i in range(8)]
                dora.say(*(f'PRIVMSG #anser :{text}' for text in texts))
                for client in (bea, carl):
                    for text in texts:
                        said = await client.said.until(lambda m: m['body'])
                        expect((said['body'], said['from'].full), (text, f'{room}/dora'))
                # To one person, both ways.
                dora.say('PRIVMSG carl :psst')
                said = await carl.chat.until(lambda m: m['body'] == 'psst')  # behind what the gateway says of the server
                carl.send_message(mto=said['from'], mtype='chat', mbody='yes?')
                expect((await hears(lambda words: words[1] == 'PRIVMSG' and words[2] == 'dora'))[3], ':yes?')
                # Whose connection goes has left the channel.
                await carl.close()
                await hears(lambda words: words[0].startswith(':carl!') and words[1] in ('PART', 'QUIT'))
                gone = bea.once(f'muc::{room}::got_offline')
                dora.say('QUIT')
                await asyncio.wait_for(gone, PATIENCE)

    with Programs(server, address):
        run(talk())


if __name__ == '__main__':
    main(an_echo, a_wrong_secret, notifications, a_channel_of_irc,
         settings=('components.secrets=' + ' '.join(f'{domain}:{secret}' for domain, secret in SECRETS.items()), 'push.content=sender'))
