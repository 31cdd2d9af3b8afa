# SPDX-License-Identifier: Apache-2.0
"""`anser` in tmux against the real server: what is looked at is what a user would see. Called with the paths of anserd and anserctl, the number of cores, and the path of anser."""
import os
import re
import select
import subprocess
import sys
import time
from signal import SIGABRT, SIGTERM

from server import PASSWORD, PATIENCE, expect, main

ANSER = os.path.abspath(sys.argv[4])


class Terminal:
    """A tmux of its own with one shell in it. Output of the pane comes through a pipe, which says when to look again."""

    def __init__(self, server, name, size=(80, 24), lang='C.UTF-8', term=None):
        self.server, self.name, self.size, self.lang, self.term = server, name, size, lang, term
        self.socket = os.path.join(server.home, f'tmux-{name}')
        self.home = os.path.join(server.home, f'home-{name}')
        os.makedirs(self.home, exist_ok=True)

    def tmux(self, *command):
        environment = {**os.environ, 'HOME': self.home, 'LANG': self.lang, 'LC_ALL': self.lang, 'TERM': 'xterm', 'TZ': 'UTC', 'SHELL': '/bin/sh', 'PS1': '$ '}
        for other in ('XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'NO_COLOR', 'ENV'):
            environment.pop(other, None)
        return subprocess.run(['tmux', '-u', '-S', self.socket, '-f', '/dev/null', *command], env=environment, text=True, capture_output=True, timeout=PATIENCE,
                              check=True).stdout

    def __enter__(self):
        fifo = os.path.join(self.home, 'output')
        os.mkfifo(fifo)
        self.tmux('new-session', '-d', '-x', str(self.size[0]), '-y', str(self.size[1]), 'exec sh -i')
        self.tmux('set-option', '-g', 'escape-time', '0')
        self.tmux('pipe-pane', f'cat > {fifo}')
        self.output = os.open(fifo, os.O_RDONLY)
        if self.term:
            self.line(f'export TERM={self.term}')
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(f'---- the screen of {self.name}\n' + self.screen())
        self.tmux('kill-server')
        os.close(self.output)

    def screen(self):
        return self.tmux('capture-pane', '-p')

    def wait(self, fits, what):
        """Until the screen fits; looked at whenever something was written to it."""
        end = time.monotonic() + PATIENCE
        while not fits(screen := self.screen()):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.output], [], [], left)[0] or not os.read(self.output, 65536):
                raise AssertionError(f'{self.name} did not show {what!r}')
        return screen

    def see(self, *texts):
        return self.wait(lambda screen: all(t in screen for t in texts), texts)

    def miss(self, text):
        return self.wait(lambda screen: text not in screen, f'no {text}')

    def keys(self, *names):
        self.tmux('send-keys', *names)

    def type(self, text):
        self.tmux('send-keys', '-l', text)

    def line(self, text):
        self.type(text)
        self.keys('Enter')

    def resize(self, w, h):
        self.tmux('resize-window', '-x', str(w), '-y', str(h))

    def drawn_anew(self, w, h):
        """Until it is laid out for this size: tmux tells a program of it some time later."""
        def fits(screen):
            lines = screen.split('\n')
            return len(lines) > h - 2 and lines[h - 2].startswith(f' {self.name}@') and (lines[0].count('│') > 0) == (w >= 60)
        self.wait(fits, f'a screen of {w} by {h}')

    def paste(self, text):
        """As a terminal does when its user pastes: bracketed."""
        path = os.path.join(self.home, 'clipboard')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        self.tmux('load-buffer', path)
        self.tmux('paste-buffer', '-p')

    def start(self, *options, password=PASSWORD):
        self.line(' '.join([ANSER, '--accept-new', *options, f'{self.name}@127.0.0.1:{self.server.classics}']))
        self.wait(lambda s: 'Password of ' in s or ' 的密码' in s or '）的密码' in s, 'the question')
        if password:
            self.line(password)
            self.wait(lambda s: 'TLS' in s and ('online' in s or '在线' in s), 'online')
        return self


def two_chat(server):
    server.add('ann', 'bea')
    with Terminal(server, 'ann') as a, Terminal(server, 'bea', lang='zh_CN.UTF-8') as b:
        a.start()
        b.start()
        a.line('/query bea')
        a.see('bea  online')
        a.line('你好，今天天气很好 😀')
        b.wait(lambda s: re.search(r'1 ● ann +1', s), 'something unread')
        b.keys('M-a')
        b.see('你好，今天天气很好 😀', ' ann  在线')
        b.line('👍🏽 👨‍👩‍👧 收到')
        a.see('收到')
        # What stands beside an emoji is where it belongs, whatever tmux thinks of it.
        row = next(line for line in b.screen().splitlines() if '你好，' in line)
        assert re.match(r'^ *│\d\d:\d\d +ann  你好，今天天气很好 😀 *$', row), row
        for size in ((40, 12), (132, 40), (20, 6), (80, 24)):
            a.resize(*size)
            a.drawn_anew(*size)
            a.see('收到')
        # Written at the same time as the window changes.
        a.resize(50, 15)
        a.line('after the change')
        b.see('after the change')
        a.resize(80, 24)
        a.drawn_anew(80, 24)
        a.see('after the change', 'F1 help')
        leave(a)
        b.see('ann  离线')


def leave(terminal):
    terminal.keys('C-c')
    terminal.wait(lambda s: 'Leave Anser?' in s or '退出 Anser？' in s, 'the question')
    terminal.keys('y')
    terminal.wait(lambda s: s.rstrip().endswith('$'), 'the shell')


def pasted_and_unread(server):
    server.add('carl', 'dora', 'emil')
    with Terminal(server, 'carl') as c, Terminal(server, 'dora') as d, Terminal(server, 'emil') as e:
        for one in (c, d, e):
            one.start()
        c.line('/query dora')
        c.paste('\n'.join(f'line {i} of many' for i in range(50)))
        c.see('line 49 of many', '50 lines')
        c.keys('Enter')
        c.see('Send these 50 lines to dora?')
        c.keys('n')
        c.miss('Send these')
        c.keys('Enter')
        c.see('Send these 50 lines to dora?')
        c.keys('y')
        d.wait(lambda s: re.search(r'1 ● carl +\d', s), 'something unread')
        e.line('/query dora')
        e.line('and me')
        d.wait(lambda s: re.search(r'2 ● emil +1', s), 'something unread of emil')
        d.keys('M-a')
        d.see('line 49 of many')
        d.keys('PageUp', 'PageUp', 'PageUp', 'PageUp')
        d.see('line 0 of many', 'End: newest')
        d.keys('M-a')
        d.see('and me')
        d.keys('M-1')
        d.see('End: newest')
        d.keys('End')
        d.see('line 49 of many')
        # Lines typed come back, also after a restart.
        leave(e)
        e.start()
        e.keys('Up')
        e.see('> and me')
        e.keys('Up')
        e.see('> /query dora')


def rooms_search_and_help(server):
    server.add('fred', 'gina')
    with Terminal(server, 'fred', size=(110, 30)) as f, Terminal(server, 'gina') as g:
        f.start()
        g.start()
        f.line('/join #garden')
        f.see('#garden  1 people')
        g.line('/join #garden')
        g.see('#garden  2 people')
        g.line('roses are red')
        f.see('roses are red', '#garden  2 people')
        f.line('gina: violets are blue')
        g.see('violets are blue')
        g.keys('F2')
        g.wait(lambda s: re.search(r'│ ?fred *$', s, re.M) and re.search(r'│ ?gina *$', s, re.M), 'who is there')
        g.keys('F2')
        g.keys('C-r')
        g.type('ROSES')
        g.see('find: ROSES')
        g.keys('Escape')
        g.miss('find:')
        g.line('/search violets')
        g.see('violets are blue')
        f.keys('F1')
        f.see('Anser help', '/join', 'Commands')
        f.keys('PageDown', 'PageDown', 'PageDown', 'PageDown')
        f.see('the server has it on disk')
        f.keys('Escape')
        f.miss('Anser help')
        f.line('/help')
        f.see('Anser help')
        f.keys('q')
        f.see('roses are red')
        f.type('gi')
        f.keys('Tab')
        f.see('> gina:')


def files(server):
    server.add('hans', 'iris')
    with Terminal(server, 'hans') as h, Terminal(server, 'iris') as i:
        path = os.path.join(h.home, 'picture.bin')
        with open(path, 'wb') as file:
            file.write(os.urandom(8 * 1024 * 1024))
        h.start()
        i.start()
        h.line('/query iris')
        h.line(f'/send {path}')
        h.see('picture.bin', '8.4 MB')
        i.wait(lambda s: re.search(r'hans +\d', s), 'the file')
        i.keys('M-a')
        i.see('picture.bin', 'offered: /get')
        i.line('/get')
        i.see('picture.bin', 'complete')
        found = [os.path.join(folder, name) for folder, _, names in os.walk(i.home) for name in names if name == 'picture.bin']
        with open(path, 'rb') as one, open(found[0], 'rb') as other:
            assert one.read() == other.read()


def wrong_password(server):
    server.add('jens')
    with Terminal(server, 'jens') as j:
        j.start(password=None)
        j.see('Password of jens')
        j.line('not this one')
        j.see('refused')
        assert 'not this one' not in j.screen()
        j.line(PASSWORD)
        j.see('TLS', 'online')


def server_away_and_back(server):
    server.add('kurt', 'lena')
    with Terminal(server, 'kurt') as k, Terminal(server, 'lena') as m:
        k.start()
        m.start()
        k.line('/query lena')
        k.line('before')
        m.see('1 ● kurt')
        server.stop()
        k.see('no connection, again in')
        k.line('written without a server')
        k.see('1 waiting')
        server.start()
        k.wait(lambda s: 'waiting' not in s and 'TLS' in s, 'that all is sent')
        m.keys('M-1')
        m.see('written without a server')


def the_terminal_is_as_it_was(server):
    server.add('nora')
    with Terminal(server, 'nora') as n:
        asked = iter(range(1, 100))

        def modes():
            number = next(asked)  # what was seen before is still on the screen
            n.line(f'stty -g > modes; echo; echo do""ne{number}.')
            n.see(f'done{number}.')
            with open(os.path.join(n.home, 'modes'), encoding='utf-8') as file:
                return file.read()

        n.line('cd')
        before = modes()
        n.line('clear; echo kept here')
        n.see('kept here')
        n.start()
        n.miss('kept here')
        leave(n)
        n.see('kept here')
        expect(modes(), before)
        # Suspended, and back.
        n.line('clear')
        n.start()
        n.keys('C-z')
        n.miss('F1 help')
        expect(modes(), before)
        n.line('fg')
        n.see('F1 help')
        leave(n)
        expect(modes(), before)
        # Ended by a signal that nothing can be done about, and by one that ends it in order.
        for signal in (SIGABRT, SIGTERM):
            n.line('clear')
            n.start()
            pane = n.tmux('display-message', '-p', '#{pane_pid}').strip()
            with open(f'/proc/{pane}/task/{pane}/children', encoding='ascii') as children:
                os.kill(int(children.read().split()[0]), signal)
            n.miss('F1 help')
            expect(modes(), before)


def terminals_that_cannot(server):
    server.add('otto')
    with Terminal(server, 'otto') as o:
        o.line(f'TERM=dumb {ANSER} otto@127.0.0.1:{server.classics}')
        o.see('TERM=dumb', '--plain')
        o.line(f'clear; LC_ALL=C LANG=C {ANSER} otto@127.0.0.1:{server.classics}')
        o.see('LANG=C.UTF-8')
    for term in ('linux', 'vt100', 'xterm-256color', 'screen-256color', 'tmux-256color'):
        with Terminal(server, 'otto-' + term, term=term) as o:
            o.name = 'otto'
            o.start()
            o.line('/query otto')
            o.keys('F1')
            o.see('Anser help')


def machine_to_machine(server):
    """The server introduces two guests; the rest they have between them. Each entry says by which way it went."""
    server.add('rosa')
    with Terminal(server, 'piet') as p, Terminal(server, 'quinn') as q:
        for one in (p, q):
            one.line(f'{ANSER} --direct --accept-new {one.name}@127.0.0.1:{server.hybrid}')
            one.wait(lambda s: 'direct' in s and 'online' in s, 'online')
        p.line('/query quinn')
        p.see('quinn  online')
        p.line('straight to you')
        p.wait(lambda s: re.search(r'= +piet  straight to you', s), 'that the other client has it')
        q.wait(lambda s: re.search(r'● piet +1', s), 'something unread')
        q.keys('M-a')
        q.see('straight to you')
        codes = []
        for one, other in ((p, q), (q, p)):
            one.line('/verify')
            codes.append(re.search(r'(\d{5} ){4}\d{5}', one.wait(lambda s: re.search(r'(\d{5} ){4}\d{5}', s), 'the code to compare')).group())
        expect(codes[0], codes[1])
        q.line('/verify yes')
        with open(os.path.join(server.home, 'plan.bin'), 'wb') as file:
            file.write(os.urandom(3_000_000))
        p.line(f'/send {file.name}')
        q.see('plan.bin', '/get')
        q.line('/get')
        q.wait(lambda s: 'complete' in s, 'the whole file')
        p.wait(lambda s: 'complete' in s, 'that it is there')
        # Whoever is away has an account or nobody has it: what goes by the server says so.
        p.line('/query rosa')
        p.line('when you are back')
        p.wait(lambda s: re.search(r'> +piet  when you are back', s), 'that the server has it')
        leave(p)
        leave(q)
    with Terminal(server, 'rosa') as r:
        r.start()
        r.wait(lambda s: re.search(r'● piet +1', s) or 'piet     1' in s, 'what waited')


if __name__ == '__main__':
    main(two_chat, pasted_and_unread, rooms_search_and_help, files, wrong_password, server_away_and_back, the_terminal_is_as_it_was, terminals_that_cannot, machine_to_machine)
