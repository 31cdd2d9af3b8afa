# SPDX-License-Identifier: Apache-2.0
"""aioxmpp, another XMPP library for Python, as packaged by Debian: rooms and what people publish."""
import asyncio
import logging

import aioxmpp
import aioxmpp.avatar
import aioxmpp.connector
import aioxmpp.forms
import aioxmpp.muc
import aioxmpp.security_layer
import aioxmpp.tracking

from server import DOMAIN, PASSWORD, PATIENCE, expect, main

ROOM = aioxmpp.JID.fromstr(f'tea@rooms.{DOMAIN}')


def client(server, name):
    """A client that is not yet there."""
    layer = aioxmpp.security_layer.make(PASSWORD, no_verify=True)
    one = aioxmpp.PresenceManagedClient(aioxmpp.JID.fromstr(f'{name}@{DOMAIN}/aioxmpp'), layer, logger=logging.getLogger(name),
                                        override_peer=[('127.0.0.1', server.xmpp, aioxmpp.connector.STARTTLSConnector())])
    one.muc = one.summon(aioxmpp.MUCClient)
    return one


class Room:
    """A room as one client sees it: what is said, and who comes and goes, in order."""

    def __init__(self, muc, nick):
        self.seen = asyncio.Queue()
        self.room, self.entered = muc.join(ROOM, nick, history=aioxmpp.muc.xso.History(maxstanzas=10))
        self.room.on_message.connect(self.said)
        self.room.on_join.connect(lambda member, **_: self.seen.put_nowait(('join', member.nick)) and None)
        self.room.on_leave.connect(lambda member, **kw: self.seen.put_nowait(('leave', member.nick, kw['muc_leave_mode'].name)) and None)
        self.room.on_topic_changed.connect(lambda member, topic, **_: self.seen.put_nowait(('topic', topic.any())) and None)
        self.room.on_exit.connect(lambda **kw: self.seen.put_nowait(('exit', kw['muc_leave_mode'].name)) and None)

    def said(self, message, member, source, **_):
        self.seen.put_nowait(('said', member.nick if member else None, message.body.any()))

    async def until(self, *wanted):
        while True:
            found = await asyncio.wait_for(self.seen.get(), PATIENCE)
            if found == wanted:
                return


async def reflected(tracker):
    """The room has given the message back, under the id that it was sent with."""
    back = asyncio.get_running_loop().create_future()

    def changed(state, *_):
        if state == aioxmpp.tracking.MessageState.DELIVERED_TO_RECIPIENT and not back.done():
            back.set_result(None)

    tracker.on_state_changed.connect(changed)
    changed(tracker.state)
    await asyncio.wait_for(back, PATIENCE)


async def open_room(owner):
    """It is locked until its owner has accepted how it is (XEP-0045, 10.1)."""
    form = await owner.muc.get_room_config(ROOM)
    await owner.muc.set_room_config(ROOM, aioxmpp.forms.Data(aioxmpp.forms.DataType.SUBMIT))
    return {field.var for field in form.fields}


async def in_rooms(server):
    ann, bea = client(server, 'ann'), client(server, 'bea')
    async with ann.connected(), bea.connected():
        a = Room(ann.muc, 'ann')
        await asyncio.wait_for(a.entered, PATIENCE)
        fields = await open_room(ann)
        expect({'muc#roomconfig_roomname', 'muc#roomconfig_membersonly', 'muc#roomconfig_whois'} <= fields, True)
        b = Room(bea.muc, 'bea')
        await asyncio.wait_for(b.entered, PATIENCE)
        await a.until('join', 'bea')
        for i in range(5):
            for one, other, nick in ((a, b, 'ann'), (b, a, 'bea')):
                message = aioxmpp.Message(type_=aioxmpp.MessageType.GROUPCHAT, to=ROOM)
                message.body[None] = f'{nick} {i} 你好 <&>'
                _, tracker = one.room.send_message_tracked(message)
                await other.until('said', nick, f'{nick} {i} 你好 <&>')
                await reflected(tracker)
        await b.room.set_topic(aioxmpp.structs.LanguageMap({None: 'what it is about'}))
        await a.until('topic', 'what it is about')
        await a.room.muc_set_affiliation(aioxmpp.JID.fromstr(f'bea@{DOMAIN}'), 'outcast', reason='enough')
        await b.until('exit', 'BANNED')
        await a.until('leave', 'bea', 'BANNED')


async def publishing(server):
    """A picture (XEP-0084): its owner finds it, a stranger is refused."""
    ann, bea = client(server, 'ann'), client(server, 'bea')
    picture = b'\x89PNG\r\n\x1a\n made up'
    async with ann.connected(), bea.connected():
        avatars = ann.summon(aioxmpp.avatar.AvatarService)
        pictures = aioxmpp.avatar.AvatarSet()
        pictures.add_avatar_image('image/png', image_bytes=picture)
        await avatars.publish_avatar_set(pictures)
        found = await avatars.get_avatar_metadata(ann.local_jid.bare(), require_fresh=True)
        expect([m.nbytes for m in found], [len(picture)])
        expect(await found[0].get_image_bytes(), picture)
        try:
            await bea.summon(aioxmpp.PubSubClient).get_items(ann.local_jid.bare(), 'urn:xmpp:avatar:metadata')
        except aioxmpp.errors.XMPPError as refused:
            expect(refused.condition, aioxmpp.ErrorCondition.NOT_AUTHORIZED)
        else:
            raise AssertionError('what is for contacts was shown to a stranger')


def rooms(server):
    server.add('ann', 'bea')
    asyncio.run(in_rooms(server))


def pep(server):
    asyncio.run(publishing(server))


if __name__ == '__main__':
    main(rooms, pep)
