# SPDX-License-Identifier: Apache-2.0
"""Rooms as slixmpp's plugins know them: XEP-0045, 0249, 0313 in rooms, 0410, 0421."""
from slixmpp.exceptions import IqError, PresenceError

from server import DOMAIN, PATIENCE, expect, main
from slix import Client, Queue, run, together

ROOMS = 'rooms.' + DOMAIN
PLUGINS = ('xep_0004', 'xep_0045', 'xep_0249', 'xep_0359', 'xep_0421', 'xep_0054')


class Occupant(Client):
    """A client that collects what it hears in rooms."""

    def __init__(self, server, address):
        super().__init__(server, address)
        for plugin in PLUGINS:
            self.register_plugin(plugin)
        self.muc = self.plugin['xep_0045']
        self.heard, self.subjects, self.invited, self.direct, self.status = Queue(), Queue(), Queue(), Queue(), Queue()
        self.refused, self.seen = Queue(), Queue()
        for event, queue in (('groupchat_message', self.heard), ('groupchat_subject', self.subjects), ('groupchat_invite', self.invited),
                             ('groupchat_direct_invite', self.direct), ('groupchat_config_status', self.status),
                             ('groupchat_message_error', self.refused), ('groupchat_presence', self.seen)):
            self.add_event_handler(event, queue.take)

    async def join(self, room, nick, **options):
        return await self.muc.join_muc_wait(room, nick, timeout=PATIENCE, **options)

    async def say(self, room, text):
        self.send_message(mto=room, mbody=text, mtype='groupchat')
        return await self.heard.until(lambda m: m['body'] == text)

    async def configure(self, room, **values):
        form = self.plugin['xep_0004'].make_form(ftype='submit')
        form.add_field(var='FORM_TYPE', ftype='hidden', value='http://jabber.org/protocol/muc#roomconfig')
        for var, value in values.items():
            form.add_field(var='muc#roomconfig_' + var, value=value)
        await self.muc.set_room_config(room, form)


async def refusal(condition, task):
    try:
        await task
    except (IqError, PresenceError) as error:
        expect(error.condition if isinstance(error, IqError) else error.presence['error']['condition'], condition)
        return
    raise AssertionError('was not refused with ' + condition)


def talking(server):
    server.add('alba', 'bruno', 'carla')
    room = 'talk@' + ROOMS

    async def talk():
        async with together(Occupant(server, 'alba/desk'), Occupant(server, 'bruno/phone'), Occupant(server, 'carla/web')) as (a, b, c):
            expect(ROOMS in [item[0] for item in (await a.plugin['xep_0030'].get_items(DOMAIN))['disco_items']['items']], True)
            made = await a.join(room, 'Alba')
            expect(made[0]['muc']['status_codes'] >= {110, 201}, True)
            form = await a.muc.get_room_config(room)
            expect('muc#roomconfig_roomname' in form.get_fields(), True)
            await a.configure(room, roomname='A room', persistentroom='1')
            info = (await b.plugin['xep_0030'].get_info(room))['disco_info']
            expect({'http://jabber.org/protocol/muc', 'muc_persistent', 'muc_semianonymous', 'urn:xmpp:mam:2'} <= info['features'], True)
            await b.join(room, 'Бруно')
            await a.seen.until(lambda p: p['from'].resource == 'Бруно')
            texts = ['hello', '你好 😀', '<b>&amp;</b>', 'x' * 20000]
            for text in texts:
                said = await b.say(room, text)
                heard = await a.heard.get()
                expect((heard['body'], heard['from'].full, heard['id']), (text, room + '/Бруно', said['id']))
                expect(heard['occupant-id']['id'], said['occupant-id']['id'])
                expect(str(heard['stanza_id']['by']), room)
            # History for who comes later, then live.
            joined = await c.join(room, 'Carla', maxstanzas=2)
            expect([m['body'] for m in joined[3]], texts[2:])
            expect({p['from'].resource for p in joined[2]} >= {'Alba', 'Бруно'}, True)
            await a.say(room, 'and now')
            expect((await c.heard.until(lambda m: m['body'] == 'and now'))['from'].resource, 'Alba')
            # In private.
            c.send_message(mto=room + '/Alba', mbody='psst', mtype='chat')
            private = await a.chat.until(lambda m: m['type'] == 'chat')
            expect((private['body'], private['from'].full), ('psst', room + '/Carla'))
            # The subject.
            a.muc.set_subject(room, 'Of cats')
            expect((await c.subjects.until(lambda m: m['subject'] == 'Of cats'))['from'].resource, 'Alba')
            # The archive.
            bodies = [message['mam_result']['forwarded']['stanza']['body'] async for message in c.plugin['xep_0313'].iterate(jid=room, rsm={'max': '2'})]
            expect([body for body in bodies if body], texts + ['and now'])
            # Still there? (XEP-0410)
            await c.plugin['xep_0199'].send_ping(room + '/Carla', timeout=PATIENCE)
            c.muc.leave_muc(room, 'Carla')
            await a.seen.until(lambda p: p['type'] == 'unavailable' and p['from'].resource == 'Carla')
            await refusal('not-acceptable', c.plugin['xep_0199'].send_ping(room + '/Carla', timeout=PATIENCE))

    run(talk())


def ruling(server):
    server.add('dino', 'emma', 'fritz')
    room = 'rule@' + ROOMS

    async def talk():
        async with together(Occupant(server, 'dino'), Occupant(server, 'emma'), Occupant(server, 'fritz')) as (d, e, f):
            await d.join(room, 'dino')
            await d.configure(room, membersonly='1', whois='anyone')
            await refusal('registration-required', f.join(room, 'fritz'))
            # Invited by the room she is a member; invited directly he is told, and made one by hand.
            d.muc.invite(room, 'emma@' + DOMAIN, 'come in')
            invitation = await e.invited.get()
            expect((invitation['from'].bare, invitation['muc']['invite']['reason']), (room, 'come in'))
            await e.join(room, 'emma')
            d.plugin['xep_0249'].send_invitation('fritz@' + DOMAIN, room, reason='you, too')
            expect((await f.direct.get())['groupchat_invite']['jid'], room)
            await d.muc.set_affiliation(room, 'member', jid='fritz@' + DOMAIN)
            await f.join(room, 'fritz')
            expect(sorted(map(str, await e.muc.get_affiliation_list(room, 'member'))), ['emma@' + DOMAIN, 'fritz@' + DOMAIN])
            await refusal('forbidden', e.muc.set_affiliation(room, 'outcast', jid='fritz@' + DOMAIN))
            # Silenced, kicked, banned.
            await d.muc.set_affiliation(room, 'admin', jid='emma@' + DOMAIN)
            await e.seen.until(lambda p: p['muc']['affiliation'] == 'admin')
            await e.muc.set_role(room, 'fritz', 'visitor')
            f.send_message(mto=room, mbody='?', mtype='groupchat')
            expect((await f.refused.get())['error']['condition'], 'forbidden')
            await e.muc.set_role(room, 'fritz', 'none', reason='enough')
            gone = await f.seen.until(lambda p: p['type'] == 'unavailable')
            expect((307 in gone['muc']['status_codes'], gone['muc']['item']['reason']), (True, 'enough'))
            await f.join(room, 'fritz')
            await refusal('not-allowed', e.muc.set_affiliation(room, 'outcast', jid='dino@' + DOMAIN))
            await e.muc.set_affiliation(room, 'outcast', jid='fritz@' + DOMAIN)
            gone = await f.seen.until(lambda p: p['type'] == 'unavailable')
            expect(301 in gone['muc']['status_codes'], True)
            await refusal('forbidden', f.join(room, 'fritz'))
            # Destroyed, with a place to go.
            await d.muc.destroy(room, 'moved', 'elsewhere@' + ROOMS)
            gone = await e.seen.until(lambda p: p['type'] == 'unavailable' and p['from'].resource == 'emma')
            expect(gone['muc']['destroy']['reason'], 'moved')
            await refusal('gone', e.plugin['xep_0030'].get_info(room))

    run(talk())


def staying(server):
    """What is said and who belongs to it is there when the server comes again."""
    server.add('gina', 'hugo')
    room = 'stay@' + ROOMS

    async def before():
        async with together(Occupant(server, 'gina'), Occupant(server, 'hugo')) as (g, h):
            await g.join(room, 'gina')
            await g.configure(room, persistentroom='1', roomname='Stays')
            await h.join(room, 'hugo')
            for i in range(5):
                await h.say(room, f'before {i}')
            await g.muc.set_affiliation(room, 'member', jid='hugo@' + DOMAIN)

    async def after():
        async with together(Occupant(server, 'gina'), Occupant(server, 'hugo')) as (g, h):
            joined = await h.join(room, 'hugo', maxstanzas=3)
            expect([m['body'] for m in joined[3]], ['before 2', 'before 3', 'before 4'])
            expect(joined[0]['muc']['affiliation'], 'member')
            expect((await g.join(room, 'gina'))[0]['muc']['affiliation'], 'owner')
            await h.say(room, 'after')
            await g.heard.until(lambda m: m['body'] == 'after')

    run(before())
    server.stop()
    server.start()
    run(after())


if __name__ == '__main__':
    main(talking, ruling, staying)
