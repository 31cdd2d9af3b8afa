# SPDX-License-Identifier: Apache-2.0
"""Accounts to another server and back (XEP-0227): what one server writes the other one takes, also twice; what Prosody and ejabberd
write is taken, passwords as well; a file that is broken is refused with the line."""
import base64
import hashlib
import hmac
import os
import subprocess
import sys
from xml.etree import ElementTree as ET

from server import DOMAIN, PASSWORD, PATIENCE, Classic, Server, expect
from slix import Client, run, together

PIE = '{urn:xmpp:pie:0}'
PREFS = (f"<prefs xmlns='urn:xmpp:mam:2' default='roster'><always><jid>bea@{DOMAIN}</jid></always>"
         "<never><jid>news@away.example</jid><jid>away.example</jid></never></prefs>")


def scram(name, password, salt, rounds, kind):
    """As XEP-0227 has it, made here from RFC 5802."""
    salted = hashlib.pbkdf2_hmac(kind, password.encode(), salt, rounds)
    stored = hashlib.new(kind, hmac.new(salted, b'Client Key', kind).digest()).digest()
    server = hmac.new(salted, b'Server Key', kind).digest()
    text = {'salt': salt, 'server-key': server, 'stored-key': stored}
    inner = ''.join(f'<{k}>{base64.b64encode(v).decode()}</{k}>' for k, v in text.items())
    return (f"<scram-credentials xmlns='urn:xmpp:pie:0#scram' mechanism='{name}'>"
            f'<iter-count>{rounds}</iter-count>{inner}</scram-credentials>')


def write(server, name, text):
    path = os.path.join(server.home, name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def fails(server, *arguments):
    done = subprocess.run([server.anserctl, '--data', server.data, *arguments], capture_output=True, text=True,
                          timeout=PATIENCE, check=False)
    expect(done.returncode, 1)
    return done.stderr


def user(path, name):
    root = ET.parse(path).getroot()
    return next(u for u in root.iter(f'{PIE}user') if u.get('name') == name)


def out_and_in(one, other):
    one.add('ann', 'bea')

    async def fill():
        async with together(Client(one, 'ann'), Client(one, 'bea')) as (a, b):
            await a.subscribe_both(b)
            await a.update_roster(f'bea@{DOMAIN}', name='Béa', groups=['Friends & family'])
            for i in range(120):
                a.send_message(mto=f'bea@{DOMAIN}', mbody=f'message <{i}> & more', mtype='chat')
            for i in range(120):
                await b.chat.get()
            await a.plugin['xep_0172'].publish_nick('Annie')
            prefs = a.make_iq_set()
            prefs.append(ET.fromstring(PREFS))
            await prefs.send()
            await b.close()
            a.send_message(mto=f'bea@{DOMAIN}', mbody='for later', mtype='chat')
            await a.round_trip()

    run(fill())
    path = os.path.join(one.home, 'all.xml')
    one.ctl('export', path)
    expect(os.stat(path).st_mode & 0o777, 0o600)
    for _ in range(2):
        other.ctl('import', path)

    async def look():
        async with together(Client(other, 'ann'), Client(other, 'bea')) as (a, b):
            item = a.client_roster[f'bea@{DOMAIN}']
            expect((item['name'], item['groups'], item['subscription']), ('Béa', ['Friends & family'], 'both'))
            expect((await b.chat.get())['body'], 'for later')
            for who, peer in ((a, 'bea'), (b, 'ann')):
                bodies = [body async for body in who.archive(f'{peer}@{DOMAIN}', 50)]
                expect(bodies, [f'message <{i}> & more' for i in range(120)] + ['for later'])
            nick = await b.plugin['xep_0060'].get_items(f'ann@{DOMAIN}', 'http://jabber.org/protocol/nick')
            expect('Annie' in str(nick), True)

    run(look())
    again = os.path.join(other.home, 'again.xml')
    other.ctl('export', again)
    kept = [ET.canonicalize(ET.tostring(user(file, 'ann').find('{urn:xmpp:mam:2}prefs')), rewrite_prefixes=True) for file in (path, again)]
    expect(kept, [ET.canonicalize(PREFS, rewrite_prefixes=True)] * 2)
    for name in ('ann', 'bea'):
        first, second = user(path, name), user(again, name)
        for part in ('{urn:xmpp:pie:0#scram}scram-credentials', '{jabber:iq:roster}query', '{urn:xmpp:pie:0#mam}archive'):
            expect([ET.canonicalize(ET.tostring(e)) for e in second.findall(part)], [ET.canonicalize(ET.tostring(e)) for e in first.findall(part)])


def of_others(server):
    salt = b'0b2b39b2-7fd1-4e0a-a1c8-2d1a3b52e1f7'  # Prosody: a UUID as text
    path = write(server, 'prosody.xml', f"""<?xml version='1.0' encoding='UTF-8'?>
<!-- made by hand, as Prosody's migrator and ejabberdctl write it -->
<server-data xmlns='urn:xmpp:pie:0'>
  <host jid='{DOMAIN}'>
    <user name='carl' password='{PASSWORD.replace('&', '&amp;')}'>
      <query xmlns='jabber:iq:roster' ver='5'>
        <item jid='dora@{DOMAIN}' subscription='to' ask='subscribe'><group>Old &amp; dear</group></item>
        <item jid='far@away.example' name='Far' subscription='both'/>
      </query>
      <vCard xmlns='vcard-temp'><FN>Carl <![CDATA[<C.>]]></FN></vCard>
      <offline-messages>
        <message xmlns='jabber:client' from='dora@{DOMAIN}/x' to='carl@{DOMAIN}' type='chat'><body>you there?</body><delay xmlns='urn:xmpp:delay' stamp='2021-05-05T10:00:00Z'>Offline Storage</delay></message>
      </offline-messages>
      <archive xmlns='urn:xmpp:pie:0#mam'>
        <result xmlns='urn:xmpp:mam:2' id='first-uuid'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2021-05-05T10:00:00Z'/><message xmlns='jabber:client' from='dora@{DOMAIN}/x' to='carl@{DOMAIN}' type='chat'><body>one</body></message></forwarded></result>
        <result xmlns='urn:xmpp:mam:2' id='second-uuid'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2021-05-05T10:00:00Z'/><message xmlns='jabber:client' from='carl@{DOMAIN}/y' to='dora@{DOMAIN}' type='chat'><body>two</body></message></forwarded></result>
      </archive>
    </user>
    <user name='dora'>{scram('SCRAM-SHA-1', PASSWORD, salt, 10000, 'sha1')}<something xmlns='urn:other'><of><somebody/></of></something></user>
  </host>
</server-data>
""")
    for _ in range(2):
        server.ctl('import', path)

    async def look():
        async with together(Client(server, 'carl'), Client(server, 'dora', tls='none', mechanism='SCRAM-SHA-1')) as (c, d):
            expect(c.client_roster[f'dora@{DOMAIN}']['groups'], ['Old & dear'])
            expect(c.client_roster['far@away.example']['subscription'], 'both')
            expect((await c.chat.get())['body'], 'you there?')
            expect([body async for body in c.archive(f'dora@{DOMAIN}', 10)], ['one', 'two'])
            d.register_plugin('xep_0054')
            card = await d.plugin['xep_0054'].get_vcard(f'carl@{DOMAIN}')
            expect(card['vcard_temp']['FN'], 'Carl <C.>')

    run(look())
    for name in ('carl', 'dora'):  # with the password itself
        with Classic(server) as client:
            client.login(name)


def broken(server):
    head = f"<server-data xmlns='urn:xmpp:pie:0'>\n<host jid='{DOMAIN}'>\n<user name='emil'>\n"
    for text, line in ((head + "<query xmlns='jabber:iq:roster'>\n<item jid='@@'/></query></user></host></server-data>", 4),
                       (head + '<vCard', 4),
                       (head + '</user></host>', 4),
                       ("<other/>", 1),
                       (head.replace("name='emil'", '') + '</user></host></server-data>', 3)):
        path = write(server, 'broken.xml', text)
        expect(fails(server, 'import', path).splitlines()[-1].startswith(f'{path}:{line}: '), True)
    expect('nobody' in fails(server, 'export', os.path.join(server.home, 'x.xml'), 'nobody'), True)
    expect(os.path.exists(os.path.join(server.home, 'x.xml')), False)


def main():
    anserd, anserctl, cores = sys.argv[1:4]
    with Server(anserd, anserctl, cores) as one, Server(anserd, anserctl, cores) as other:
        for test in (lambda: out_and_in(one, other), lambda: of_others(other), lambda: broken(other)):
            test()


main()
