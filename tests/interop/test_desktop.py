# SPDX-License-Identifier: Apache-2.0
"""Gajim and Dino, two clients for the desktop as packaged by Debian, on an X server without a screen: in one room with a client of the classic
protocol, each alone with it, and with files from one to the other, stored here (XEP-0363) and not (XEP-0234). What they have understood is read off what
they keep.

They only connect to the usual port, trust only what the system trusts and look names up: so all of it runs in a network and a file system of
its own. Where that is not allowed the test is skipped.
"""
import asyncio
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from xml.etree import ElementTree

from server import DOMAIN, PASSWORD, PATIENCE, TIME, Classic, Server, expect, expect_match
from slix import Client

SKIPPED = 77
ROOM = f'tea@rooms.{DOMAIN}'
PROGRAMS = ('gajim', 'dino-im', 'Xvfb', 'openbox', 'xdotool', 'dbus-daemon', 'gdbus', 'setpriv', 'unshare', 'mount', 'ip')


def alone():
    """Begins again in namespaces of its own; returns in there."""
    if os.environ.get('ANSER_ALONE'):
        return
    missing = [p for p in PROGRAMS if not shutil.which(p)]
    if os.geteuid() != 0 or missing or subprocess.run(['unshare', '-m', '-n', 'true'], capture_output=True, check=False).returncode:
        print('skipped:', f'not installed: {" ".join(missing)}' if missing else 'this needs root and namespaces')
        sys.exit(SKIPPED)
    os.environ['ANSER_ALONE'] = '1'
    os.execvp('unshare', ['unshare', '-m', '-n', '--kill-child', '--fork', sys.executable, *sys.argv])


def network():
    """Loopback alone, but with an address and a default route as if there were more: else these programs think that there is no network, and
    do not even look up a name."""
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    subprocess.run(['ip', 'address', 'add', '192.0.2.1/24', 'dev', 'lo'], check=True)
    subprocess.run(['ip', 'route', 'add', 'default', 'dev', 'lo'], check=True)


def instead_of(path, text, home):
    """What stands in a file of the system, as this test sees it."""
    own = os.path.join(home, os.path.basename(path))
    with open(own, 'w', encoding='utf-8') as f:
        f.write(text)
    os.chmod(own, 0o644)
    subprocess.run(['mount', '--bind', own, path], check=True)


def until(what, *arguments, patience=2 * PATIENCE):
    """The first true answer of `what`; it is asked again and again, since these programs tell nobody when they have done something."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = what(*arguments)
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f'{what.__name__} {arguments} did not become true')


def picture():
    """A PNG of our own: Gajim fetches by itself what it can show."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    lines = b''.join(b'\0' + bytes((x * y + 7 * x) & 255 for x in range(3 * 64)) for y in range(48))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 64, 48, 8, 2, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(lines)) + chunk(b'IEND', b''))


def rows(path, query, *values):
    """Of a database that another program has open; none as long as there is no such table."""
    try:
        with sqlite3.connect(f'file:{path}?mode=ro', uri=True) as db:
            return db.execute(query, values).fetchall()
    except sqlite3.OperationalError:
        return []


class Desk:
    """An X server, a message bus and a home for programs, which run as nobody: Gajim wants no root."""

    def __init__(self, home):
        self.home = os.path.join(home, 'nobody')
        self.processes = []
        os.makedirs(os.path.join(self.home, 'run'), 0o700)
        self.give()
        self.environment = {'HOME': self.home, 'XDG_RUNTIME_DIR': os.path.join(self.home, 'run'), 'PATH': os.environ['PATH'], 'LANG': 'C.UTF-8',
                            'NO_AT_BRIDGE': '1', 'GTK_A11Y': 'none', 'GSK_RENDERER': 'cairo', 'LIBGL_ALWAYS_SOFTWARE': '1',
                            'GSETTINGS_BACKEND': 'memory'}

    def give(self):
        for at, directories, files in os.walk(self.home):
            for name in ['.'] + directories + files:
                shutil.chown(os.path.join(at, name), 'nobody', 'nogroup')

    def __enter__(self):
        mine, theirs = os.pipe()
        self.run('Xvfb', '-displayfd', str(theirs), '-screen', '0', '1200x800x24', '-nolisten', 'tcp', pass_fds=[theirs])
        os.close(theirs)
        with os.fdopen(mine) as f:
            self.environment['DISPLAY'] = ':' + f.readline().strip()
        bus = self.run('dbus-daemon', '--session', '--nofork', '--print-address', stdout=subprocess.PIPE, text=True)
        self.environment['DBUS_SESSION_BUS_ADDRESS'] = bus.stdout.readline().strip()
        self.run('openbox')
        return self

    def __exit__(self, kind, *_):
        for name in ('dino-im', 'gajim') if kind else ():
            with open(os.path.join(self.home, f'log-{name}'), encoding='utf-8', errors='replace') as log:
                sys.stderr.write(f'---- {name}\n{log.read()[-3000:]}\n')
        for p in reversed(self.processes):
            p.terminate()
        for p in reversed(self.processes):
            try:
                p.wait(20)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
            if p.stdout:
                p.stdout.close()

    def as_nobody(self, *command):
        return ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', *command]

    def run(self, *command, **options):
        options.setdefault('stdout', subprocess.DEVNULL)
        log = open(os.path.join(self.home, f'log-{command[0]}'), 'ab')
        p = subprocess.Popen(self.as_nobody(*command), env=self.environment, stdin=subprocess.DEVNULL, stderr=log, **options)
        log.close()
        self.processes.append(p)
        return p

    def end(self, process):
        process.terminate()
        process.wait(PATIENCE)
        self.processes.remove(process)

    def file(self, name, content):
        path = os.path.join(self.home, name)
        with open(path, 'wb') as f:
            f.write(content)
        self.give()
        return path

    def action(self, application, where, name, *parameter):
        """One of the actions that a GTK program lets others ask for over D-Bus."""
        self.ask('gdbus', 'call', '--session', '--dest', application, '--object-path', where, '--method', 'org.gtk.Actions.Activate', name,
                 f'[{"".join(f"<{p}>" for p in parameter)}]', '{}')

    def to_front(self, window):
        """The keys that follow are for this window."""
        def is_in_front():
            self.ask('xdotool', 'windowactivate', window)
            return self.ask('xdotool', 'getactivewindow') == window
        until(is_in_front)

    def ask(self, *command):
        return subprocess.run(self.as_nobody(*command), env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False).stdout.strip()


class Dino:
    """Has no other way to be told things than its files before it starts, and its window."""

    def __init__(self, desk, name):
        self.desk = desk
        self.file = os.path.join(desk.home, '.local/share/dino/dino.db')
        first = desk.run('dino-im')
        until(rows, self.file, "SELECT 1 FROM sqlite_master WHERE name = 'account'")
        until(rows, self.file, "SELECT 1 FROM _meta WHERE name = 'version'")
        desk.end(first)
        with sqlite3.connect(self.file) as db:
            db.execute('INSERT INTO account (bare_jid, resourcepart, password, alias, enabled, mam_earliest_synced) VALUES (?, ?, ?, ?, 1, -1)',
                       (f'{name}@{DOMAIN}', 'dino', PASSWORD, name))
        db.close()
        desk.give()
        desk.run('dino-im')

    def hears(self, body, nick=None):
        return rows(self.file, 'SELECT 1 FROM message WHERE direction = 0 AND body = ? AND (counterpart_resource = ? OR ?)', body, nick, nick is None)

    def window(self):
        found = self.desk.ask('xdotool', 'search', '--onlyvisible', '--name', 'Dino').split()
        return found[0] if found else None

    def sends(self, text):
        """In the conversation where something was said last: it is the uppermost."""
        keys = self.desk.ask
        self.desk.to_front(until(self.window))
        keys('xdotool', 'mousemove', '150', '120', 'click', '1')
        time.sleep(1)
        keys('xdotool', 'mousemove', '700', '730', 'click', '1')
        keys('xdotool', 'type', '--delay', '40', text)
        keys('xdotool', 'key', 'Return')

    def sent(self, text):
        """Acknowledged, received or read."""
        return rows(self.file, 'SELECT 1 FROM message WHERE direction = 1 AND body = ? AND marked > 0', text)

    def conversation(self, with_):
        found = rows(self.file, 'SELECT c.id FROM conversation c JOIN jid ON jid.id = c.jid_id WHERE jid.bare_jid = ?', with_)
        return found and found[0][0]

    def sends_file(self, to, path):
        """Through its dialogue for choosing one, where a path can be typed, and the question whether it shall be sent."""
        self.desk.action('im.dino.Dino', '/im/dino/Dino', 'open-conversation', until(self.conversation, to))
        self.desk.to_front(until(self.window))
        keys = self.desk.ask

        def asks():
            return keys('xdotool', 'search', '--onlyvisible', '--name', '^Select file$')
        keys('xdotool', 'key', 'ctrl+u')
        self.desk.to_front(until(asks).split()[0])
        keys('xdotool', 'key', 'ctrl+l')
        keys('xdotool', 'type', '--delay', '40', path)
        keys('xdotool', 'key', 'Return')
        self.desk.to_front(until(self.window))

        def is_sent():
            keys('xdotool', 'key', 'Return')
            return rows(self.file, 'SELECT 1 FROM file_transfer WHERE direction = 1 AND file_name = ?', os.path.basename(path))
        until(is_sent)

    def knows_file(self, name):
        return rows(self.file, 'SELECT 1 FROM file_transfer WHERE direction = 0 AND file_name = ?', name)

    def has_file(self, name, content):
        """Fetched by itself, since it is of a contact. The name on the disk has something in front."""
        found = rows(self.file, 'SELECT path FROM file_transfer WHERE direction = 0 AND file_name = ? AND state = 0', name)
        return found and found[0][0] and same(os.path.join(os.path.dirname(self.file), 'files', found[0][0]), content)


class Gajim:
    def __init__(self, desk, name):
        self.desk, self.name = desk, name
        self.folder = os.path.join(desk.home, 'gajim')
        os.makedirs(self.folder)
        with sqlite3.connect(os.path.join(self.folder, 'settings.sqlite')) as db:
            db.executescript('CREATE TABLE settings (name TEXT UNIQUE, settings TEXT);'
                             'CREATE TABLE account_settings (account TEXT UNIQUE, settings TEXT); PRAGMA user_version = 0;')
            app = {'use_keyring': False, 'remote_control': True, 'check_for_update': False, 'plugins_update_check': False,
                   'plugins_repository_enabled': False}
            for part, value in (('app', app), ('soundevents', {}), ('status_presets', {}), ('proxies', {}), ('plugins', {})):
                db.execute('INSERT INTO settings VALUES (?, ?)', (part, json.dumps(value)))
            account = {'name': name, 'hostname': DOMAIN, 'address': f'{name}@{DOMAIN}', 'password': PASSWORD, 'savepass': True, 'active': True,
                       'autoconnect': True, 'resource': 'gajim', 'use_ft_proxies': True, 'ft_send_local_ips': False}
            db.execute('INSERT INTO account_settings VALUES (?, ?)', (name, json.dumps({'account': account, 'contact': {}, 'group_chat': {}})))
        db.close()
        desk.give()
        desk.run('gajim', '-c', self.folder)

    def hears(self, body, nick=None):
        return rows(os.path.join(self.folder, 'logs.db'), 'SELECT 1 FROM logs WHERE message = ? AND (contact_name = ? OR ?)', body, nick, nick is None)

    def sends(self, kind, to, text):
        """True: it was taken; False as long as it is not ready for it."""
        return 'true' in self.desk.ask('gdbus', 'call', '--session', '--dest', 'org.gajim.Gajim', '--object-path', '/org/gajim/dbus/RemoteObject',
                                       '--method', f'org.gajim.dbus.RemoteInterface.send_{kind}_message', to, text, self.name)

    def does(self, name, parameter):
        self.desk.action('org.gajim.Gajim', '/org/gajim/Gajim/window/1', name, parameter)

    def can(self, name):
        return self.desk.ask('gdbus', 'call', '--session', '--dest', 'org.gajim.Gajim', '--object-path', '/org/gajim/Gajim/window/1',
                             '--method', 'org.gtk.Actions.Describe', name).startswith('((true')

    def window(self):
        found = self.desk.ask('xdotool', 'search', '--onlyvisible', '--name', '^Gajim$').split()
        return found[0] if found else None

    def opens(self, with_):
        self.does('add-chat', f"{{'account': <'{self.name}'>, 'jid': <'{with_}'>, 'type': <'contact'>, 'select': <true>}}")
        until(self.can, 'send-file-httpupload')

    def sends_file(self, to, path):
        """Asked over D-Bus; the question whether it shall be sent is answered by a key."""
        self.opens(to)
        self.does('send-file-httpupload', f"['file://{path}']")
        self.desk.to_front(until(self.window))

        def is_sent():
            self.desk.ask('xdotool', 'key', 'Return')
            time.sleep(1)
            return rows(os.path.join(self.folder, 'logs.db'), 'SELECT 1 FROM logs WHERE message LIKE ?', f'https://%/{os.path.basename(path)}')
        until(is_sent)

    def offers_file(self, server, to, path, taken):
        """To one device of somebody, by Jingle; until it is `taken`. Which one is asked in any case, and the only one there is counts as chosen only
        when it is clicked after another has come or gone."""
        def is_ready():
            self.opens(f'{self.name}@{DOMAIN}')  # what somebody's devices can do is looked at when a chat is opened
            self.opens(to)
            time.sleep(1)
            return self.can('send-file-jingle')
        until(is_ready)
        self.does('send-file-jingle', f"['file://{path}']")
        self.desk.to_front(until(self.window))
        time.sleep(1)
        self.desk.ask('xdotool', 'key', 'Return')
        time.sleep(1)
        asyncio.run(comes_and_goes(server, to.partition('@')[0]))

        def is_sent():
            window = self.window()
            self.desk.to_front(window)
            for x, y in ((708, 235), (898, 516)):
                self.desk.ask('xdotool', 'mousemove', '--window', window, str(x), str(y))
                time.sleep(0.5)
                self.desk.ask('xdotool', 'click', '1')
                time.sleep(0.5)
            return taken()
        until(is_sent)

    def has_file(self, name, content):
        """Fetched by itself, since it is a picture. The name on the disk has something behind it."""
        folder = os.path.join(self.folder, 'downloads')
        stem, ending = os.path.splitext(name)
        return any(same(os.path.join(folder, found), content) for found in os.listdir(folder)
                   if found.startswith(stem + '_') and found.endswith(ending)) if os.path.isdir(folder) else False


async def bookmark(server, name):
    """The room among the bookmarks of the account, to be entered (XEP-0402): both clients go there when they log in."""
    item = f"""<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:bookmarks:1'><item id='{ROOM}'>
<conference xmlns='urn:xmpp:bookmarks:1' name='Tea' autojoin='true'><nick>{name}</nick></conference></item></publish><publish-options>
<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#publish-options</value></field>
<field var='pubsub#persist_items'><value>true</value></field><field var='pubsub#max_items'><value>max</value></field>
<field var='pubsub#access_model'><value>whitelist</value></field></x></publish-options></pubsub>"""
    async with Client(server, f'{name}/bookmarks') as client:
        iq = client.make_iq_set()
        iq.append(ElementTree.fromstring(item))
        await iq.send(timeout=PATIENCE)


def same(path, content):
    with open(path, 'rb') as f:
        return f.read() == content


async def friends(server, one, other):
    """Contacts of each other, by clients of theirs that go again: Dino fetches nothing of strangers."""
    async with Client(server, f'{one}/friends') as a, Client(server, f'{other}/friends') as b:
        await a.subscribe_both(b)


async def comes_and_goes(server, name):
    async with Client(server, f'{name}/other'):
        pass


def hear(classic, pattern):
    """What others say meanwhile is passed over."""
    while True:
        line = classic.hear()
        if line is None:
            raise AssertionError(f'{pattern!r} did not come')
        if line.startswith('1|103@'):
            try:
                return expect_match(line, pattern)
            except AssertionError:
                continue


def files(server, desk, dino, gajim):
    """XEP-0363 from each to the other, over an https address that both must trust; then Jingle (XEP-0234, 0260), for which Gajim offers our relay."""
    text, image = 'Gruß und 大家好\n'.encode() * 500, picture()
    until(gajim.sends, 'chat', f'dora@{DOMAIN}', 'a file follows')
    until(dino.hears, 'a file follows')
    gajim.sends_file(f'dora@{DOMAIN}', desk.file('letter.txt', text))
    until(dino.has_file, 'letter.txt', text)
    dino.sends_file(f'gaja@{DOMAIN}', desk.file('leaf.png', image))
    until(gajim.has_file, 'leaf.png', image)
    data = os.urandom(300000)
    gajim.offers_file(server, f'dora@{DOMAIN}', desk.file('direct.bin', data), lambda: dino.knows_file('direct.bin'))
    until(dino.has_file, 'direct.bin', data)


def talks(server, desk):
    server.add('tom', 'dora', 'gaja')
    asyncio.run(friends(server, 'dora', 'gaja'))
    with Classic(server) as tom:
        tom.login('tom')
        expect(tom.ask('108|#tea'), '1|')
        expect(tom.ask('103|tom,#tea,said before they came'), '1|')
        for name in ('dora', 'gaja'):
            asyncio.run(bookmark(server, name))
        dino, gajim = Dino(desk, 'dora'), Gajim(desk, 'gaja')
        for client in (dino, gajim):
            until(client.hears, 'said before they came', 'tom')
        expect(tom.ask('103|tom,#tea,hello to all 大家好'), '1|')
        for client in (dino, gajim):
            until(client.hears, 'hello to all 大家好', 'tom')
        until(gajim.sends, 'groupchat', ROOM, 'from gajim in a room')
        until(dino.hears, 'from gajim in a room', 'gaja')
        hear(tom, rf'1\|103@#tea/gaja@from gajim in a room@{TIME}')
        dino.sends('from dino in a room')
        until(gajim.hears, 'from dino in a room', 'dora')
        hear(tom, rf'1\|103@#tea/dora@from dino in a room@{TIME}')
        until(dino.sent, 'from dino in a room')
        until(gajim.sends, 'chat', f'tom@{DOMAIN}', 'from gajim to tom')
        hear(tom, rf'1\|103@gaja@from gajim to tom@{TIME}')
        expect(tom.ask('103|tom,dora,only for dora'), '1|')
        until(dino.hears, 'only for dora')
        files(server, desk, dino, gajim)


def main():
    alone()
    network()
    anserd, anserctl, cores = sys.argv[1:4]
    home = tempfile.mkdtemp(prefix='anser-desktop-')
    try:
        os.chmod(home, 0o755)
        instead_of('/etc/hosts', f'127.0.0.1 localhost {DOMAIN}\n', home)
        server = Server(anserd, anserctl, cores, ['listen.relay=127.0.0.1:0'])
        server.xmpp = 5222
        with server:
            with open('/etc/ssl/certs/ca-certificates.crt', encoding='utf-8') as f, open(os.path.join(server.data, 'tls/ca.crt'), encoding='utf-8') as own:
                instead_of('/etc/ssl/certs/ca-certificates.crt', f.read() + own.read(), home)
            with Desk(home) as desk:
                talks(server, desk)
    finally:
        shutil.rmtree(home, ignore_errors=True)


main()
