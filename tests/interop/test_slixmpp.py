# SPDX-License-Identifier: Apache-2.0
"""slixmpp, an XMPP library for Python, as packaged by Debian."""
from xml.etree import ElementTree as ET

from slixmpp.exceptions import IqError

from server import DOMAIN, expect, main
from slix import Client, Queue, cut, run, together


def login_and_roster(server):
    server.add('ann', 'bea')

    async def talk():
        async with together(Client(server, 'ann/desk'), Client(server, 'bea/phone')) as (a, b):
            expect(str(a.boundjid), 'ann@anser.test/desk')
            await a.subscribe_both(b)
            expect(a.client_roster['bea@anser.test']['subscription'], 'both')
            expect(b.client_roster['ann@anser.test']['subscription'], 'both')
            await a.update_roster('bea@anser.test', name='Béa', groups=['Friends & family'])
            item = a.client_roster['bea@anser.test']
            expect((item['name'], item['groups']), ('Béa', ['Friends & family']))
            await b.close()
            await a.presence.until(lambda p: p['type'] == 'unavailable' and p['from'] == 'bea@anser.test/phone')

    run(talk())


def one_to_one(server):
    server.add('carl', 'dora')

    async def talk():
        async with together(Client(server, 'carl'), Client(server, 'dora')) as (c, d):
            texts = ['hello', '你好 😀', '<b>&amp;</b>', 'x' * 20000]
            for text in texts:
                c.send_message(mto='dora@anser.test', mbody=text, mtype='chat')
            for text in texts:
                expect((await d.chat.get())['body'], text)
            reply = d.make_message(mto=c.boundjid.full, mbody='and back', mtype='chat')
            reply['id'] = 'our-id-1'
            reply.send()
            heard = await c.chat.get()
            expect((heard['body'], heard['id'], heard['from'].full), ('and back', 'our-id-1', d.boundjid.full))
            c.send_message(mto='nobody-here@anser.test', mbody='?', mtype='chat')
            error = await c.errors.get()
            expect(error['error']['condition'], 'service-unavailable')

    run(talk())


def carbons(server):
    server.add('emil', 'frida')

    async def talk():
        async with together(Client(server, 'emil/a'), Client(server, 'emil/b'), Client(server, 'frida')) as (a, b, f):
            await a.plugin['xep_0280'].enable()
            await b.plugin['xep_0280'].enable()
            # To one resource: the other one gets a copy.
            f.send_message(mto='emil@anser.test/a', mbody='to a', mtype='chat')
            expect((await a.chat.get())['body'], 'to a')
            expect((await b.carbon_received.get())['carbon_received']['body'], 'to a')
            # From one resource: the other one sees what was sent.
            a.send_message(mto='frida@anser.test', mbody='from a', mtype='chat')
            expect((await f.chat.get())['body'], 'from a')
            expect((await b.carbon_sent.get())['carbon_sent']['body'], 'from a')

    run(talk())


def offline(server):
    server.add('gerd', 'hilde')

    async def talk():
        async with Client(server, 'gerd') as g:
            for i in range(25):
                g.send_message(mto='hilde@anser.test', mbody=f'waits {i}', mtype='chat')
            await g.round_trip()
        async with Client(server, 'hilde') as h:
            for i in range(25):
                m = await h.chat.get()
                expect(m['body'], f'waits {i}')
                expect(m['delay']['stamp'] is not None, True)
            await h.acknowledged()
        async with Client(server, 'hilde') as h:
            await h.round_trip()
            expect(h.chat.empty(), True)

    run(talk())


def archive_paging(server):
    server.add('ida', 'jakob')

    async def talk():
        async with together(Client(server, 'ida'), Client(server, 'jakob')) as (i, j):
            for n in range(57):
                i.send_message(mto='jakob@anser.test', mbody=f'kept {n}', mtype='chat')
            for n in range(57):
                expect((await j.chat.get())['body'], f'kept {n}')
            for client, peer in ((i, 'jakob@anser.test'), (j, 'ida@anser.test')):
                expect([m async for m in client.archive(peer, page=10)], [f'kept {n}' for n in range(57)])
            expect([m async for m in i.archive('nobody@anser.test', page=10)], [])

    run(talk())


def resumption(server):
    server.add('karl', 'lotte')

    async def talk():
        async with together(Client(server, 'karl/k'), Client(server, 'lotte/l')) as (k, l):
            await k.subscribe_both(l)
            expect(bool(l.plugin['xep_0198'].sm_id), True)
            k.send_message(mto='lotte@anser.test', mbody='before', mtype='chat')
            expect((await l.chat.get())['body'], 'before')
            await cut(l)
            for n in range(5):
                k.send_message(mto='lotte@anser.test/l', mbody=f'while cut {n}', mtype='chat')
            await k.round_trip()
            await l.resume()
            for n in range(5):
                expect((await l.chat.get())['body'], f'while cut {n}')
            # Still the same session: it can go on, and was never seen to leave.
            l.send_message(mto='karl@anser.test', mbody='after', mtype='chat')
            expect((await k.chat.get())['body'], 'after')
            expect([p for p in k.presence.seen if p['type'] == 'unavailable' and p['from'] == 'lotte@anser.test/l'], [])

    run(talk())


def ways_to_log_in(server):
    """By STARTTLS is how all the others here do it."""
    server.add('mina')

    async def talk():
        for tls, mechanism in (('direct', None), ('none', 'SCRAM-SHA-256'), ('none', 'SCRAM-SHA-1')):
            async with Client(server, 'mina', tls=tls, mechanism=mechanism) as m:
                await m.round_trip()

    run(talk())


def personal_eventing(server):
    """XEP-0163 with XEP-0060: nicknames and avatars reach who sees the presence, private data nobody else."""
    server.add('nele', 'oskar')

    async def talk():
        async with together(Client(server, 'nele/desk'), Client(server, 'oskar')) as (n, o):
            await n.subscribe_both(o)
            nicks, avatars = Queue(), Queue()
            o.add_event_handler('user_nick_publish', nicks.take)
            o.add_event_handler('avatar_metadata_publish', avatars.take)
            await o.plugin['xep_0115'].update_caps()
            o.send_presence()
            await o.round_trip()

            def items(message):
                return message['pubsub_event']['items']

            await n.plugin['xep_0172'].publish_nick('Nele 🦆')
            heard = await nicks.get()
            expect((heard['from'].bare, items(heard)['item']['nick']['nick']), ('nele@anser.test', 'Nele 🦆'))

            picture = bytes(range(256)) * 100
            told = await n.plugin['xep_0084'].publish_avatar(picture)
            name = told['pubsub']['publish']['item']['id']
            await n.plugin['xep_0084'].publish_avatar_metadata({'id': name, 'type': 'image/png', 'bytes': len(picture)})
            heard = await avatars.get()
            expect(items(heard)['item']['avatar_metadata']['info']['id'], name)
            got = await o.plugin['xep_0084'].retrieve_avatar('nele@anser.test', name)
            expect(got['pubsub']['items']['item']['avatar_data']['value'], picture)

            # Who comes later is told what is there.
            later, later_nicks = Client(server, 'oskar/later'), Queue()
            later.add_event_handler('user_nick_publish', later_nicks.take)
            async with later:
                expect(items(await later_nicks.get())['item']['nick']['nick'], 'Nele 🦆')

            service = n.plugin['xep_0060']
            await service.create_node(None, 'urn:example:private', config=form(n, 'node_config', {
                'pubsub#access_model': 'whitelist', 'pubsub#max_items': '10'}))
            await service.publish(None, 'urn:example:private', id='one', payload=ET.Element('{urn:example}mine'))
            expect([i['id'] for i in (await service.get_items(None, 'urn:example:private'))['pubsub']['items']], ['one'])
            try:
                await o.plugin['xep_0060'].get_items('nele@anser.test', 'urn:example:private')
                expect('refused', 'answered')
            except IqError as error:
                expect(error.condition, 'not-allowed')
            nodes = await n.plugin['xep_0030'].get_items(jid='nele@anser.test')
            expect('urn:example:private' in {node for _, node, _ in nodes['disco_items']['items']}, True)
            await service.retract(None, 'urn:example:private', 'one')
            await service.purge(None, 'urn:example:private')
            await service.delete_node(None, 'urn:example:private')

    run(talk())


def invitations_and_people(server):
    """XEP-0050 and XEP-0401, XEP-0379, XEP-0055; a new password (XEP-0077) ends the other sessions."""
    server.add('pia', 'quirin')

    async def talk():
        pia, other, quirin = Client(server, 'pia/a'), Client(server, 'pia/b'), Client(server, 'quirin')
        for client in (pia, quirin):
            client.register_plugin('xep_0050')
            client.register_plugin('xep_0055', {'provide_search': False})
            client.register_plugin('xep_0077')
        async with together(pia, other, quirin):
            offered = await pia.plugin['xep_0050'].get_commands(DOMAIN)
            expect([node for _, node, _ in offered['disco_items']['items']], ['urn:xmpp:invite#invite'])
            answer = (await pia.plugin['xep_0050'].send_command(DOMAIN, 'urn:xmpp:invite#invite'))['command']
            expect(answer['status'], 'completed')
            values = answer['form'].get_values()
            token = values['uri'].split('preauth=')[1].split(';')[0]
            expect(values['uri'], f'xmpp:pia@{DOMAIN}?roster;preauth={token};ibr=y')

            ask = quirin.make_presence(pto=f'pia@{DOMAIN}', ptype='subscribe')
            ask.append(ET.Element('{urn:xmpp:pars:0}preauth', {'token': token}))
            ask.send()
            for client, contact in ((pia, 'quirin'), (quirin, 'pia')):
                while client.client_roster[f'{contact}@{DOMAIN}']['subscription'] != 'both':
                    await client.changes.get()

            search = pia.plugin['xep_0055'].make_search_iq(ito=DOMAIN)
            search['search']['form'].add_field('search', value='QUIR')
            found = (await search.send())['search']['form']
            expect([item['jid'] for item in found['items']], [f'quirin@{DOMAIN}'])

            gone = other.once('disconnected')
            await pia.plugin['xep_0077'].change_password('another one')
            await gone
            await pia.round_trip()

    run(talk())


def form(client, kind, values):
    made = client.plugin['xep_0004'].make_form(ftype='submit')
    made.add_field(var='FORM_TYPE', ftype='hidden', value='http://jabber.org/protocol/pubsub#' + kind)
    for var, value in values.items():
        made.add_field(var=var, value=value)
    return made


if __name__ == '__main__':
    main(login_and_roster, one_to_one, carbons, offline, archive_paging, resumption, ways_to_log_in, personal_eventing, invitations_and_people)
