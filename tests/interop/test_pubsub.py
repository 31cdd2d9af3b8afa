# SPDX-License-Identifier: Apache-2.0
"""slixmpp's plugins for publishing: nodes, subscriptions, lists of who may, pictures, bookmarks, reports."""
import base64
import hashlib
from xml.etree import ElementTree as ET

from slixmpp.exceptions import IqError
from slixmpp.plugins.xep_0048 import Bookmarks

from server import DOMAIN, expect, main
from slix import Client, Queue, run, together

PUBSUB = '{http://jabber.org/protocol/pubsub}'
EVENT = '{http://jabber.org/protocol/pubsub#event}'


def client(server, address):
    c = Client(server, address)
    for plugin in ('xep_0045', 'xep_0049', 'xep_0054', 'xep_0223', 'xep_0048', 'xep_0153', 'xep_0191'):
        c.register_plugin(plugin)
    c.events = Queue()
    for event in ('pubsub_publish', 'pubsub_retract', 'pubsub_purge', 'pubsub_delete', 'pubsub_subscription'):
        c.add_event_handler(event, c.events.take)
    return c


def payload(text):
    e = ET.Element('{urn:test}note')
    e.text = text
    return e


def form(c, kind, **fields):
    x = c.plugin['xep_0004'].make_form(ftype='submit')
    x.add_field(var='FORM_TYPE', ftype='hidden', value=f'http://jabber.org/protocol/pubsub#{kind}')
    for name, value in fields.items():
        x.add_field(var=f'pubsub#{name}', value=value)
    return x


async def refused(condition, waited):
    try:
        await waited
    except IqError as error:
        expect(error.condition, condition)
    else:
        raise AssertionError(f'{condition} did not come')


def subscriptions(server):
    server.add('ada', 'bob')

    async def talk():
        async with together(client(server, 'ada'), client(server, 'bob')) as (a, b):
            pa, pb = a.plugin['xep_0060'], b.plugin['xep_0060']
            ada, bob = f'ada@{DOMAIN}', f'bob@{DOMAIN}'
            await pa.create_node(ada, 'news', config=form(a, 'node_config', access_model='open', max_items='10'))
            answer = await pb.subscribe(ada, 'news')
            expect(answer['pubsub']['subscription']['subscription'], 'subscribed')
            await pa.publish(ada, 'news', id='1', payload=payload('one'))
            event = await b.events.until(lambda m: m['from'].bare == ada)
            expect(event['pubsub_event']['items']['item']['id'], '1')
            mine = await pb.get_subscriptions(ada)
            expect([s['node'] for s in mine['pubsub']['subscriptions']], ['news'])
            await pa.retract(ada, 'news', '1', notify=True)
            await b.events.until(lambda m: m['pubsub_event']['items']['retract']['id'] == '1')
            await pa.modify_affiliations(ada, 'news', affiliations=[(bob, 'publisher')])
            await pb.publish(ada, 'news', id='2', payload=payload('two'))
            kept = await pa.get_items(ada, 'news')
            expect([i['id'] for i in kept['pubsub']['items']], ['2'])
            await pa.modify_affiliations(ada, 'news', affiliations=[(bob, 'outcast')])
            await refused('forbidden', pb.publish(ada, 'news', id='3', payload=payload('three')))
            await pa.delete_node(ada, 'news')
            await refused('item-not-found', pa.get_items(ada, 'news'))

    run(talk())


def picture(server):
    server.add('cleo', 'dan')
    bytes_of = b'\x89PNG\r\n\x1a\n not quite'
    number = hashlib.sha1(bytes_of).hexdigest()

    async def talk():
        async with together(client(server, 'cleo'), client(server, 'dan')) as (c, d):
            await c.subscribe_both(d)
            p = c.plugin['xep_0060']
            for node, element in (
                    ('urn:xmpp:avatar:data', f"<data xmlns='urn:xmpp:avatar:data'>{base64.b64encode(bytes_of).decode()}</data>"),
                    ('urn:xmpp:avatar:metadata', f"<metadata xmlns='urn:xmpp:avatar:metadata'><info id='{number}' type='image/png' bytes='{len(bytes_of)}'/></metadata>")):
                await p.publish(None, node, id=number, payload=ET.fromstring(element), options=form(c, 'publish-options', access_model='open'))
            seen = await d.presence.until(lambda s: s['from'].bare == f'cleo@{DOMAIN}' and s['vcard_temp_update']['photo'])
            expect(seen['vcard_temp_update']['photo'], number)
            card = await d.plugin['xep_0054'].get_vcard(f'cleo@{DOMAIN}')
            expect(card['vcard_temp']['PHOTO']['BINVAL'], bytes_of)
            # And the other way: a card with a picture is published.
            await d.plugin['xep_0153'].set_avatar(avatar=bytes_of + b'!', mtype='image/gif')
            other = hashlib.sha1(bytes_of + b'!').hexdigest()
            kept = await c.plugin['xep_0084'].retrieve_avatar(f'dan@{DOMAIN}', other)
            expect(kept['pubsub']['items']['item']['avatar_data']['value'], bytes_of + b'!')

    run(talk())


def bookmarks(server):
    server.add('eve')
    room = f'tea@rooms.{DOMAIN}'

    async def talk():
        async with client(server, 'eve') as e:
            marks = Bookmarks()
            marks.add_conference(room, 'Eve', autojoin=True, name='Tea')
            await e.plugin['xep_0048'].set_bookmarks(marks, method='xep_0049')
            items = await e.plugin['xep_0060'].get_items(None, 'urn:xmpp:bookmarks:1')
            found = items.xml.find(f'{PUBSUB}pubsub/{PUBSUB}items/{PUBSUB}item')
            conference = found.find('{urn:xmpp:bookmarks:1}conference')
            expect((found.get('id'), conference.get('name'), conference.get('autojoin')), (room, 'Tea', 'true'))
            await e.plugin['xep_0060'].retract(None, 'urn:xmpp:bookmarks:1', room, notify=True)
            kept = await e.plugin['xep_0048'].get_bookmarks(method='xep_0049')
            expect(list(kept['private']['bookmarks']['conferences']), [])

    run(talk())


def reports(server):
    server.add('flo', 'gus')

    async def talk():
        async with client(server, 'flo') as f:
            iq = f.make_iq_set()
            iq.append(ET.fromstring(
                "<block xmlns='urn:xmpp:blocking'><item jid='gus@anser.test'><report xmlns='urn:xmpp:reporting:1' "
                "reason='urn:xmpp:reporting:spam'><text>Buy &amp; sell</text></report></item></block>"))
            await iq.send()

    run(talk())
    said = server.ctl('reports')
    for word in ('flo', f'gus@{DOMAIN}', 'spam', 'Buy & sell'):
        expect(word in said, True)


def omemo(server):
    """XEP-0384, as its clients do it: the list of devices and their keys are open to all; who is a contact and wants it is told of a new device."""
    server.add('hal', 'ivy')
    devices, bundle = 'eu.siacs.conversations.axolotl.devicelist', 'eu.siacs.conversations.axolotl.bundles:31415'
    ns = 'eu.siacs.conversations.axolotl'

    def listed(*ids):
        top = ET.Element(f'{{{ns}}}list')
        for number in ids:
            ET.SubElement(top, f'{{{ns}}}device', id=str(number))
        return top

    def ids(item):
        return [d.get('id') for d in item.iter(f'{{{ns}}}device')]

    async def talk():
        async with together(client(server, 'hal'), client(server, 'ivy')) as (h, i):
            hal = f'hal@{DOMAIN}'
            ph, pi = h.plugin['xep_0060'], i.plugin['xep_0060']
            await ph.publish(None, devices, id='current', payload=listed(31415), options=form(h, 'publish-options', access_model='open'))
            keys = ET.Element(f'{{{ns}}}bundle')
            ET.SubElement(keys, f'{{{ns}}}identityKey').text = 'AAAA'
            await ph.publish(None, bundle, id='current', payload=keys, options=form(h, 'publish-options', access_model='open'))
            # A stranger, who wants to write.
            expect(ids((await pi.get_items(hal, devices)).xml), ['31415'])
            expect((await pi.get_items(hal, bundle)).xml.find(f'.//{{{ns}}}identityKey').text, 'AAAA')
            # A contact.
            i.plugin['xep_0163'].add_interest(devices)
            await i.plugin['xep_0115'].update_caps()
            await i.round_trip()
            await h.subscribe_both(i)
            first = await i.events.until(lambda m: m['pubsub_event']['items']['node'] == devices)
            expect(ids(first.xml), ['31415'])
            await ph.publish(None, devices, id='current', payload=listed(31415, 27182))
            second = await i.events.until(lambda m: len(ids(m.xml)) == 2)
            expect((second['from'].bare, ids(second.xml)), (hal, ['31415', '27182']))

    run(talk())


main(subscriptions, picture, bookmarks, reports, omemo)
