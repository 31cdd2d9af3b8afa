# SPDX-License-Identifier: Apache-2.0
"""Users of XMPP and of the classic protocol are the same accounts, see each other and talk to each other."""
import asyncio
import re

from server import TIME, Classic, JavaClassic, expect, expect_match, main
from slix import Client, run


class Beside:
    """A classic client whose calls wait in a thread, so that slixmpp goes on meanwhile."""

    def __init__(self, client):
        self.client = client

    async def ask(self, text):
        return await asyncio.to_thread(self.client.ask, text)

    async def hear(self):
        return await asyncio.to_thread(self.client.hear)


def see_each_other(server):
    server.add('ann', 'bea')

    async def talk():
        with Classic(server) as plain:
            plain.login('bea')
            b = Beside(plain)
            expect(await b.ask('110|on'), '1|')
            async with Client(server, 'ann/desk') as a:
                expect_match(await b.hear(), rf'1\|110@Server@login,ann@{TIME}')
                expect_match(await b.ask('102|'), rf'1\|102@Server@ann,bea@{TIME}')
                # Who has no contact list approves every subscription, and its presence is seen.
                a.send_presence_subscription('bea@anser.test')
                await a.presence.until(lambda p: p['type'] == 'available' and p['from'].bare == 'bea@anser.test')
                expect(await b.ask('112|'), '1|')
                await a.presence.until(lambda p: p['type'] == 'unavailable' and p['from'].bare == 'bea@anser.test')

    run(talk())


def talk_to_each_other(server):
    server.add('carl', 'dora')
    text = 'naïve <b> & "quotes", commas | bars @ ats 😀'

    async def talk():
        with Classic(server) as plain, JavaClassic(server) as java:
            d, j = Beside(plain.login('dora')), Beside(java.login('dora'))
            async with Client(server, 'carl') as c:
                expect(await d.ask(f'103|dora,carl,{text}'), '1|')
                heard = await c.chat.get()
                expect((heard['body'], heard['from'].bare), (text, 'dora@anser.test'))
                # To its full address, and to the bare one: every classic connection gets every push.
                for to in (heard['from'].full, 'dora@anser.test'):
                    c.send_message(mto=to, mbody=text, mtype='chat')
                    expect_match(await d.hear(), rf'1\|103@carl@{re.escape(text)}@{TIME}')
                    expect_match(await j.hear(), rf'103@carl@{re.escape(text)}@{TIME};')
                c.send_message(mto='dora@anser.test', mbody='one\ntwo; 2\n\nfour', mtype='chat')
                for line in ('one', 'two; 2', '', 'four'):
                    expect_match(await d.hear(), rf'1\|103@carl@{re.escape(line)}@{TIME}')
                    expect_match(await j.hear(), rf'103@carl@{re.escape(line.replace(";", "；"))}@{TIME};')
                # What an XMPP client asks of it is answered, if only with an error.
                iq = c.make_iq_get(queryxmlns='jabber:iq:version', ito=heard['from'])
                try:
                    await iq.send(timeout=30)
                    raise AssertionError('an answer that nobody can have given')
                except Exception as error:  # slixmpp.exceptions.IqError
                    expect(getattr(error, 'condition', error), 'service-unavailable')

    run(talk())


def history_of_both(server):
    server.add('emil', 'frida')

    async def talk():
        with Classic(server) as plain:
            f = Beside(plain.login('frida'))
            async with Client(server, 'emil') as e:
                e.send_message(mto='frida@anser.test', mbody='question', mtype='chat')
                await f.hear()
                expect(await f.ask('103|frida,emil,answer'), '1|')
                expect((await e.chat.get())['body'], 'answer')
                expect([m async for m in e.archive('frida@anser.test', page=10)], ['question', 'answer'])
            expect(await f.ask('111|emil,10'), '1|')
            expect_match(await f.hear(), rf'1\|111@emil@question@{TIME}')
            expect_match(await f.hear(), rf'1\|111@frida@answer@{TIME}')
            expect_match(await f.hear(), rf'1\|111@Server@end@{TIME}')

    run(talk())


def wait_for_each_other(server):
    server.add('gerd', 'hilde')

    async def talk():
        with Classic(server) as plain:
            g = Beside(plain.login('gerd'))
            expect(await g.ask('103|gerd,hilde,for your phone'), '1|')
        async with Client(server, 'hilde') as h:
            heard = await h.chat.get()
            expect((heard['body'], heard['delay']['stamp'] is not None), ('for your phone', True))
            h.send_message(mto='gerd@anser.test', mbody='for your telnet', mtype='chat')
            await h.acknowledged()
        expect(len([line for line in server.ctl('queue', 'gerd').splitlines() if 'for your telnet' in line]), 1)
        with Classic(server) as plain:
            g = Beside(plain.login('gerd'))
            expect_match(await g.hear(), rf'1\|103@hilde@for your telnet@{TIME}')

    run(talk())


if __name__ == '__main__':
    main(see_each_other, talk_to_each_other, history_of_both, wait_for_each_other)
