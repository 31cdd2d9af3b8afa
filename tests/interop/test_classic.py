# SPDX-License-Identifier: Apache-2.0
"""The classic protocol over plain sockets, in lines, in TLS and in Java's framing (PROTOCOLS 1)."""
import re
import ssl

from server import TIME, Classic, JavaClassic, expect, expect_match, main


def login_and_list(server):
    server.add('ann', 'bea')
    with Classic(server) as a, Classic(server) as b:
        expect(a.ask('102|'), '0|log in first')
        expect(a.ask('101|ann,wrong'), '0|')
        a.login(' ann ')
        b.login('bea')
        expect_match(a.ask('102|'), rf'1\|102@Server@ann,bea@{TIME}')
        expect(a.ask('110|on'), '1|')
        expect(b.ask('112|'), '1|')
        expect(b.hear(), None)
        expect_match(a.hear(), rf'1\|110@Server@logout,bea@{TIME}')
        expect_match(a.ask('102|'), rf'1\|102@Server@ann@{TIME}')
        expect(a.ask('999|'), '0|bad request')


def register(server):
    with Classic(server) as a:
        expect(a.ask('100|carl, new password'), '1|')
        expect(a.ask('101|carl,new password'), '1|')
    with Classic(server) as a:
        expect_match(a.ask('100|carl,other'), r'0\|.+')


def talk(server):
    server.add('dora', 'emil')
    content = 'a, b | c @ d  “你好” 😀 <&>'
    with Classic(server) as d, Classic(server) as e, JavaClassic(server) as j:
        d.login('dora')
        e.login('emil')
        j.login('emil')
        expect(d.ask(f'103|dora, emil,{content}'), '1|')
        expect_match(e.hear(), rf'1\|103@dora@{re.escape(content)}@{TIME}')
        expect_match(j.hear(), rf'103@dora@{re.escape(content)}@{TIME};')
        expect(d.ask('103|emil,dora,x'), '0|not you')
        expect(d.ask('103|dora,nobody-here,x'), '0|no such user')
        expect(d.ask('103|dora,#room,x'), '0|you are not in this room')
        # The Java dialect: success is not answered, failure is a push, no semicolon inside.
        j.say('103|emil,dora,one; two')
        j.say('103|emil,nobody-here,x')
        expect_match(j.hear(), rf'103@Server@no such user@{TIME};')
        expect_match(d.hear(), rf'1\|103@emil@one; two@{TIME}')
        expect(d.ask('103|dora,emil,three; four'), '1|')
        expect_match(j.hear(), rf'103@dora@three； four@{TIME};')


def offline(server):
    server.add('fritz', 'gerd')
    with Classic(server) as f:
        f.login('fritz')
        for i in range(30):
            f.say(f'103|fritz,gerd,number {i}')
        for i in range(30):
            expect(f.hear(), '1|')
    expect(len([line for line in server.ctl('queue', 'gerd').splitlines() if 'number' in line]), 30)
    with Classic(server) as g:
        g.login('gerd')
        for i in range(30):
            expect_match(g.hear(), rf'1\|103@fritz@number {i}@{TIME}')
        expect(g.ask('111|fritz,5'), '1|')
        for i in range(25, 30):
            expect_match(g.hear(), rf'1\|111@fritz@number {i}@{TIME}')
        expect_match(g.hear(), rf'1\|111@Server@end@{TIME}')
        expect(g.ask('112|'), '1|')
    with Classic(server) as g:
        g.login('gerd')
        expect_match(g.ask('102|'), rf'1\|102@Server@[a-z,]+@{TIME}')  # and nothing delivered again before it


def long_history(server):
    server.add('hans', 'ida')
    with Classic(server) as h:
        h.login('hans')
        for i in range(130):
            h.say(f'103|hans,ida,{i}')
        for _ in range(130):
            expect(h.hear(), '1|')
        expect(h.ask('111|ida,500'), '1|')
        for i in range(130):
            expect_match(h.hear(), rf'1\|111@hans@{i}@{TIME}')
        expect_match(h.hear(), rf'1\|111@Server@end@{TIME}')
        expect(h.ask('111|ida,60'), '1|')
        for i in range(70, 130):
            expect_match(h.hear(), rf'1\|111@hans@{i}@{TIME}')
        expect_match(h.hear(), rf'1\|111@Server@end@{TIME}')


def over_tls(server):
    server.add('jutta')
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with Classic(server, tls=context) as j:
        j.login('jutta')
        j.say('103|jutta,jutta,note')
        # A push may come at any time, so also before the reply.
        push, reply = sorted((j.hear(), j.hear()), key=lambda text: text == '1|')
        expect_match(push, rf'1\|103@jutta@note@{TIME}')
        expect(reply, '1|')


def no_framing(server):
    with Classic(server) as c:
        c.say('GET / HTTP/1.1')
        expect(c.hear(), '0|bad request')
        expect(c.hear(), None)


if __name__ == '__main__':
    main(login_and_list, register, talk, offline, long_history, over_tls, no_framing)
