# SPDX-License-Identifier: Apache-2.0
"""profanity, a client for the terminal, as packaged by Debian, in tmux: what is looked at is what a user would see."""
import os
import select
import subprocess

from server import DOMAIN, PASSWORD, PATIENCE, TIME, Classic, expect, expect_match, main

ACCOUNT = """[{name}@{domain}]
enabled=true
jid={name}@{domain}
server=127.0.0.1
port={port}
tls.policy=trust
password={password}
resource=terminal
presence.last=online
presence.login=online
"""


class Profanity:
    """One profanity in a tmux of its own. Output of the pane comes through a pipe, which says when to look again."""

    def __init__(self, server, name):
        self.socket = os.path.join(server.home, f'tmux-{name}')
        self.home = os.path.join(server.home, f'profanity-{name}')
        data = os.path.join(self.home, '.local/share/profanity')
        os.makedirs(data)
        with open(os.path.join(data, 'accounts'), 'w', encoding='utf-8') as file:
            file.write(ACCOUNT.format(name=name, domain=DOMAIN, port=server.xmpp, password=PASSWORD))
        self.fifo = os.path.join(self.home, 'output')
        os.mkfifo(self.fifo)
        self.name = name

    def tmux(self, *command):
        environment = {**os.environ, 'HOME': self.home, 'LANG': 'C.UTF-8', 'LC_ALL': 'C.UTF-8', 'TERM': 'xterm'}
        for directory in ('XDG_CONFIG_HOME', 'XDG_DATA_HOME'):
            environment.pop(directory, None)
        return subprocess.run(['tmux', '-u', '-S', self.socket, '-f', '/dev/null', *command], env=environment,
                              text=True, capture_output=True, timeout=PATIENCE, check=True).stdout

    def __enter__(self):
        # Begun with a shell that waits for a line, so that no output is lost before the pipe is there.
        self.tmux('new-session', '-d', '-x', '150', '-y', '40', f'read _; exec profanity -a {self.name}@{DOMAIN}')
        self.tmux('pipe-pane', f'cat > {self.fifo}')
        self.output = os.open(self.fifo, os.O_RDONLY)
        self.tmux('send-keys', 'Enter')
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(self.screen())
        self.tmux('kill-server')
        os.close(self.output)

    def screen(self):
        return self.tmux('capture-pane', '-p')

    def see(self, text):
        """Waits until the text stands on the screen."""
        while text not in self.screen():
            if not select.select([self.output], [], [], PATIENCE)[0] or not os.read(self.output, 65536):
                raise AssertionError(f'profanity did not show {text!r}')

    def type(self, line):
        self.tmux('send-keys', '-l', line)
        self.tmux('send-keys', 'Enter')


def talks(server):
    server.add('ann', 'bea')
    with Classic(server) as b, Profanity(server, 'ann') as a:
        b.login('bea')
        expect(b.ask('110|on'), '1|')
        expect_match(b.hear(), rf'1\|110@Server@login,ann@{TIME}')
        a.see(f'ann@{DOMAIN}/terminal logged in successfully')
        a.type(f'/msg bea@{DOMAIN} hello from a terminal')
        expect_match(b.hear(), rf'1\|103@ann@hello from a terminal@{TIME}')
        expect(b.ask('103|bea,ann,hello to a terminal'), '1|')
        a.see('hello to a terminal')
        a.type('/win 1')
        a.type(f'/roster add bea@{DOMAIN} Bea')
        a.see(f'Roster item added: bea@{DOMAIN} (Bea)')
        a.type(f'/sub request bea@{DOMAIN}')
        a.see(f'Sent subscription request to bea@{DOMAIN}')
        a.type('/disconnect')
        a.see('logged out successfully')
        expect_match(b.hear(), rf'1\|110@Server@logout,ann@{TIME}')


def finds_what_waited(server):
    server.add('carl', 'dora')
    with Classic(server) as c:
        c.login('carl')
        expect(c.ask('103|carl,dora,this has waited for you'), '1|')
    with Profanity(server, 'dora') as d:
        d.see(f'chat message: carl@{DOMAIN}')
        d.type('/win 2')
        d.see('this has waited for you')


def rooms(server):
    server.add('emil', 'frida')
    room = f'talk@rooms.{DOMAIN}'
    with Profanity(server, 'emil') as e, Profanity(server, 'frida') as f:
        e.see(f'emil@{DOMAIN}/terminal logged in successfully')
        f.see(f'frida@{DOMAIN}/terminal logged in successfully')
        e.type(f'/join {room} nick Emil')
        e.see('/room accept')
        e.type('/room accept')
        # profanity says at once that it is unlocked; what comes back from the room says that it is.
        e.type('/subject set "Of dogs"')
        e.see('Emil has set the room subject: Of dogs')
        f.type(f'/join {room} nick frida')
        f.see('You have joined the room as frida, role: participant, affiliation: none')
        f.type('hello from a room')
        e.see('frida: hello from a room')
        e.type('/subject set "Of cats"')
        f.see('Emil has set the room subject: Of cats')
        e.type('/kick frida enough')
        f.see(f'Kicked from {room}')
        f.type(f'/join {room} nick frida')
        f.see('hello from a room')
        e.type('/room destroy')
        f.see(f'Room destroyed: {room}')


if __name__ == '__main__':
    main(talks, finds_what_waited, rooms)
