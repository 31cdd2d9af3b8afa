# SPDX-License-Identifier: Apache-2.0
"""libstrophe, an XMPP library for C, as packaged by Debian: the client is strophe_talk.c."""
import subprocess
import sys

from server import DOMAIN, PASSWORD, PATIENCE, TIME, Classic, expect, expect_match, main


class Strophe:
    def __init__(self, server, address):
        self.process = subprocess.Popen([sys.argv[4], f'{address.replace("/", f"@{DOMAIN}/")}', PASSWORD, '127.0.0.1',
                                         str(server.xmpp)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.stdin.close()
        if kind:
            self.process.kill()
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        if not kind:
            expect(code, 0)

    def hear(self):
        return self.process.stdout.readline().removesuffix('\n')

    def say(self, to, text):
        self.process.stdin.write(f'{to} {text}\n')
        self.process.stdin.flush()


def talks(server):
    server.add('ann', 'bea', 'carl')
    with Strophe(server, 'ann/one') as a, Strophe(server, 'bea/two') as b, Classic(server) as c:
        expect(a.hear(), f'online ann@{DOMAIN}/one secured')
        expect(b.hear(), f'online bea@{DOMAIN}/two secured')
        c.login('carl')
        for i in range(20):
            a.say(f'bea@{DOMAIN}/two', f'number {i} <&> 你好')
        for i in range(20):
            expect(b.hear(), f'message ann@{DOMAIN}/one number {i} <&> 你好')
        b.say(f'ann@{DOMAIN}', 'and back')
        expect(a.hear(), f'message bea@{DOMAIN}/two and back')
        a.say(f'carl@{DOMAIN}', 'to the other door')
        expect_match(c.hear(), rf'1\|103@ann@to the other door@{TIME}')
        expect(c.ask('103|carl,ann,from the other door'), '1|')
        expect_match(a.hear(), rf'message carl@{DOMAIN}/\S+ from the other door')


def waits(server):
    server.add('dora', 'emil')
    with Classic(server) as d:
        d.login('dora')
        for i in range(20):
            expect(d.ask(f'103|dora,emil,waits {i}'), '1|')
    with Strophe(server, 'emil/x') as e:
        expect(e.hear(), f'online emil@{DOMAIN}/x secured')
        for i in range(20):
            expect_match(e.hear(), rf'message dora@{DOMAIN}/\S+ waits {i}')


if __name__ == '__main__':
    main(talks, waits)
