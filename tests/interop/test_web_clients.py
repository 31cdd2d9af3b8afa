# SPDX-License-Identifier: Apache-2.0
"""XMPP clients for the web that we did not write, over WebSocket and BOSH: strophe.js and xmpp.js under Node.js, strophe.js and Converse.js in
headless Chromium, all with clients over TCP at the other end. They are in web/ beside this file; `npm ci` there installs them."""
import asyncio
import functools
import http.server
import os
import subprocess
import threading
import urllib.parse

from server import DOMAIN, PASSWORD, PATIENCE, TIME, Classic, expect, expect_match, main
from slix import Client, run, together

WEB = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'web')


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Site:
    """Another site, whose pages are those in web/."""

    def __enter__(self):
        self.http = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Quiet, directory=WEB))
        self.address = f'http://127.0.0.1:{self.http.server_port}'
        self.thread = threading.Thread(target=self.http.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


class Program:
    """A client in Node.js or in a page: it says what happens in lines, and sends what it is told in lines."""

    def __init__(self, *arguments):
        environment = dict(os.environ, NODE_TLS_REJECT_UNAUTHORIZED='0', NODE_NO_WARNINGS='1')
        self.process = subprocess.Popen(['node', *arguments], cwd=WEB, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            self.process.terminate()
        self.process.stdin.close()
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.process.stdout.close()
        if not kind:
            expect(code, 0)

    def hear(self):
        return self.process.stdout.readline().removesuffix('\n')

    def say(self, to, text):
        self.process.stdin.write(f'{to} {text}\n')
        self.process.stdin.flush()


def node(script, service, address):
    return Program(script, service, f'{address.replace("/", f"@{DOMAIN}/")}', PASSWORD)


def page(site, name, service, address):
    query = urllib.parse.urlencode({'service': service, 'jid': address.replace('/', f'@{DOMAIN}/'), 'password': PASSWORD})
    return Program('page.mjs', f'{site.address}/{name}?{query}')


def ws(server):
    return f'ws://127.0.0.1:{server.http}/ws'


def wss(server):
    return f'wss://127.0.0.1:{server.https}/ws'


def bosh(server):
    return f'http://127.0.0.1:{server.http}/http-bind'


def chat(a, b, resource_a='a', resource_b='b'):
    """`a` is ann, `b` is bea: twenty messages each way, in order, and one to somebody at another door."""
    for i in range(20):
        a.say(f'bea@{DOMAIN}/{resource_b}', f'number {i} <&> 你好 😀')
    for i in range(20):
        expect(b.hear(), f'message ann@{DOMAIN}/{resource_a} number {i} <&> 你好 😀')
        b.say(f'ann@{DOMAIN}/{resource_a}', f'back {i}')
    for i in range(20):
        expect(a.hear(), f'message bea@{DOMAIN}/{resource_b} back {i}')


def both(server, a, b):
    with a, b, Classic(server) as c:
        expect(a.hear(), f'online ann@{DOMAIN}/a')
        expect(b.hear(), f'online bea@{DOMAIN}/b')
        chat(a, b)
        c.login('carl')
        a.say(f'carl@{DOMAIN}', 'to the other door')
        expect_match(c.hear(), rf'1\|103@ann@to the other door@{TIME}')
        expect(c.ask('103|carl,bea,from the other door'), '1|')
        expect_match(b.hear(), rf'message carl@{DOMAIN}/\S+ from the other door')


def strophe_and_xmpp_under_node(server):
    server.add('ann', 'bea', 'carl')
    both(server, node('strophe.mjs', ws(server), 'ann/a'), node('xmpp.mjs', wss(server), 'bea/b'))


def node_is_20():
    version = subprocess.run(['node', '--version'], stdout=subprocess.PIPE, text=True, check=True).stdout
    return int(version.removeprefix('v').split('.')[0]) >= 20


def back_with_a_token(server):
    """xmpp.js in one request, over WebSocket and TCP; older than Node.js 20 cannot run it."""
    if not node_is_20():
        return
    server.add('gina')
    for service in (ws(server), f'xmpp://127.0.0.1:{server.xmpp}'):
        with node('xmpp_sasl2.mjs', service, 'gina/x') as gina:
            expect(gina.hear(), 'token HT-SHA-256-NONE')
            me = gina.hear()
            expect_match(me, rf'online gina@{DOMAIN}/\S+')
            expect(gina.hear(), me.replace('online', 'again'))
            expect(gina.hear(), 'used SCRAM-SHA-1 HT-SHA-256-NONE')


def strophe_in_pages(server):
    """One over WebSocket, one over BOSH."""
    both(server, page(SITE, 'strophe.html', ws(server), 'ann/a'), page(SITE, 'strophe.html', bosh(server), 'bea/b'))


def who_may_ask(server):
    """Pages of sites that are not among web.origins cannot speak XMPP here; the browser says the same as the server."""
    query = urllib.parse.urlencode({'ws': ws(server), 'bosh': bosh(server)})
    with Site() as stranger:
        for site, wanted in ((SITE, 'socket open, fetch 200'), (stranger, 'socket refused, fetch refused')):
            with Program('page.mjs', f'{site.address}/probe.html?{query}') as probe:
                expect(probe.hear(), wanted)


async def converse_talks(server):
    loop = asyncio.get_running_loop()
    with page(SITE, 'converse.html', ws(server), 'dora/converse') as converse:
        async def hear():
            return await asyncio.wait_for(loop.run_in_executor(None, converse.hear), PATIENCE)

        expect_match(await hear(), rf'online dora@{DOMAIN}/\S+')
        async with together(Client(server, 'emil/slixmpp')) as (emil,):
            emil.send_message(f'dora@{DOMAIN}', '你好 from slixmpp <b>&amp;')
            expect_match(await hear(), rf'message emil@{DOMAIN}\S* 你好 from slixmpp <b>&amp;')
            for i in range(5):
                converse.say(f'emil@{DOMAIN}', f'from Converse {i}')
                message = await emil.chat.get()
                expect(message['body'], f'from Converse {i}')
                expect(message['from'].bare, f'dora@{DOMAIN}')
                emil.send_message(f'dora@{DOMAIN}', f'answer {i}')
                expect_match(await hear(), rf'message emil@{DOMAIN}\S* answer {i}')
            await emil.acknowledged()


def converse(server):
    server.add('dora', 'emil')
    run(converse_talks(server))


def converse_in_a_room(server):
    server.add('fred')
    room = f'tea@rooms.{DOMAIN}'
    with Classic(server) as fred, page(SITE, 'converse.html', ws(server), 'dora/converse') as converse:
        fred.login('fred')
        expect(fred.ask('108|#tea'), '1|')
        expect(fred.ask('103|fred,#tea,before she came'), '1|')
        expect_match(converse.hear(), rf'online dora@{DOMAIN}/\S+')
        converse.say(room, '')
        expect(converse.hear(), f'message {room}/fred before she came')
        for i in range(3):
            expect(fred.ask(f'103|fred,#tea,number {i} 你好'), '1|')
            expect(converse.hear(), f'message {room}/fred number {i} 你好')
            converse.say(room, f'from Converse {i}')
            expect_match(fred.hear(), rf'1\|103@#tea/dora@from Converse {i}@{TIME}')


if __name__ == '__main__':
    with Site() as SITE:
        main(strophe_and_xmpp_under_node, back_with_a_token, strophe_in_pages, who_may_ask, converse, converse_in_a_room, settings=(f'web.origins={SITE.address}',))
