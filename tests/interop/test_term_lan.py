# SPDX-License-Identifier: Apache-2.0
"""The terminal client without a server: three machines (network namespaces) on one network, one of them behind a firewall that only lets it dial out. They find each other, talk
and send a file; the network is taken away in the middle and comes back.

Called with the paths of anserd, anserctl (not used), the number of cores, and the path of anser. Without the right to make namespaces, or without nft, it is skipped (77).
"""
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SIZE = int(os.environ.get('SIZE', 50 * 1000 * 1000))
LONG = 240


def run(*command, check=True):
    return subprocess.run(command, check=check, capture_output=True, text=True)


def inside():
    """Again, as root of namespaces of our own."""
    if os.environ.get('ANSER_LAN_INSIDE'):
        return
    if not all(map(shutil.which, ('unshare', 'nsenter', 'ip', 'nft'))) or run('unshare', '-rn', 'ip', 'link', 'add', 'type', 'bridge', check=False).returncode:
        print('skipped: no namespaces here')
        sys.exit(77)
    os.environ['ANSER_LAN_INSIDE'] = '1'
    os.execvp('unshare', ['unshare', '-rn', sys.executable] + sys.argv)


inside()

from server import PATIENCE, expect  # noqa: E402
from test_term_direct import ANSER, Anser  # noqa: E402


class Machine:
    def __init__(self, n):
        self.holder = subprocess.Popen(['unshare', '-n', 'sh', '-c', 'echo up; exec sleep 1000'], stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        self.n = n
        run('ip', 'link', 'add', f'v{n}', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', str(self.holder.pid))
        run('ip', 'link', 'set', f'v{n}', 'master', 'bridge', 'up')
        for words in ('addr add 10.77.0.%d/24 dev eth0' % n, 'link set lo up', 'link set eth0 up', 'route add 224.0.0.0/4 dev eth0'):
            self.run('ip', *words.split())

    def run(self, *command):
        return run(*self.command(*command))

    def command(self, *command):
        return ['nsenter', '-t', str(self.holder.pid), '-n', *command]

    def only_out(self):
        self.run('nft', 'add table inet wall')
        self.run('nft', 'add chain inet wall in { type filter hook input priority 0 ; policy drop ; }')
        self.run('nft', 'add rule inet wall in ct state established,related accept')
        self.run('nft', 'add rule inet wall in iif lo accept')
        self.run('nft', 'add rule inet wall in udp dport 7791 accept')  # what a network of friends lets through: the announcements
        self.run('nft', 'add rule inet wall in meta l4proto ipv6-icmp accept')

    def cable(self, there):
        run('ip', 'link', 'set', f'v{self.n}', 'up' if there else 'down')

    def end(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


class Neighbour(Anser):
    def __init__(self, machine, name):
        self.machine = machine
        super().__init__(None, name)

    def command(self):
        return self.machine.command(ANSER, '--lan', '--json', '--accept-new', self.name)


def sum_of(path):
    h = hashlib.sha256()
    with open(path, 'rb') as f:
        while piece := f.read(1 << 20):
            h.update(piece)
    return h.hexdigest()


def talk(tom, jack, walled):
    one = tom.say('jack', text='hello, jack')
    jack.hears('tom', 'hello, jack')
    tom.becomes(one, 'direct')
    # Nobody can dial her: she is asked to.
    two = tom.say('walled', text='can you hear me?')
    walled.hears('tom', 'can you hear me?')
    tom.becomes(two, 'direct')
    three = walled.say('jack', text='I can dial you')
    jack.hears('walled', 'I can dial you')
    walled.becomes(three, 'direct')


def file_over_a_broken_cable(machine, sender, receiver):
    path = os.path.join(sender.home, 'data.bin')
    with open(path, 'wb') as f:
        f.write(os.urandom(SIZE))
    sender.becomes(sender.say(receiver.name, file=path), 'direct')
    receiver.file(lambda e: not e['mine'] and e['file']['state'] == 'offered', LONG)
    receiver.tell(command='/get', **{'in': sender.name})
    receiver.file(lambda e: e['file']['state'] == 'moving' and e['file']['done'] > 0, LONG)
    machine.cable(False)
    late = sender.say(receiver.name, text='while the cable is out')
    machine.cable(True)
    came = receiver.file(lambda e: e['file']['state'] == 'done', LONG)
    expect(sum_of(came['file']['path']), sum_of(path))
    receiver.hears(sender.name, 'while the cable is out')
    sender.becomes(late, 'direct')


def away_and_back(tom, jack):
    jack.kill(signal.SIGTERM)
    tom.until(lambda e: e['event'] == 'conversation' and e['name'] == 'jack' and e['change'] == 'changed' and not e['online'] and not e['direct'] and tom.linked_once('jack'))
    one = tom.say('jack', text='for when you are back')
    jack.start()
    jack.hears('tom', 'for when you are back')
    tom.becomes(one, 'direct')


class Screen:
    """The same as somebody sees it: in tmux, on a machine."""

    def __init__(self, machine, name):
        self.name, self.home = name, tempfile.mkdtemp(prefix='anser-screen-')
        self.tmux('new-session', '-d', '-x', '80', '-y', '16', *machine.command('env', f'HOME={self.home}', 'LC_ALL=C.UTF-8', ANSER, '--lan', '--accept-new', name))

    def tmux(self, *command):
        environment = {**os.environ, 'TERM': 'xterm', 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC'}
        for other in ('XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'NO_COLOR'):
            environment.pop(other, None)
        return subprocess.run(['tmux', '-u', '-S', os.path.join(self.home, 'tmux'), '-f', '/dev/null', *command], env=environment, text=True, capture_output=True,
                              timeout=PATIENCE, check=True).stdout

    def line(self, text):
        self.tmux('send-keys', '-l', text)
        self.tmux('send-keys', 'Enter')

    def see(self, *patterns):
        end = time.monotonic() + PATIENCE
        while not all(re.search(p, screen := self.tmux('capture-pane', '-p')) for p in patterns):
            if time.monotonic() > end:
                raise AssertionError(f'{self.name} did not see {patterns}, but:\n{screen}')
            time.sleep(0.1)
        return screen

    def end(self):
        self.tmux('kill-server')
        shutil.rmtree(self.home, ignore_errors=True)


def on_screens(machines):
    kim, lea = screens = [Screen(machines[0], 'kim'), Screen(machines[1], 'lea')]
    try:
        kim.see('LAN  online')
        lea.see('LAN  online')
        kim.line('/query lea')
        kim.line('no server at all')
        kim.see('lea  online  direct', '= +kim  no server at all')
        lea.see('● kim +1')
        lea.tmux('send-keys', 'M-a')
        lea.see('kim  no server at all')
        code = r'(\d{5} ){4}\d{5}'
        seen = []
        for one in screens:
            one.line('/verify')
            seen.append(re.search(code, one.see(code)).group())
        expect(seen[0], seen[1])
    finally:
        for one in screens:
            one.end()


def main():
    run('ip', 'link', 'set', 'lo', 'up')
    run('ip', 'link', 'add', 'bridge', 'type', 'bridge', 'mcast_snooping', '0')
    run('ip', 'link', 'set', 'bridge', 'up')
    machines = [Machine(n) for n in (1, 2, 3)]
    machines[2].only_out()
    try:
        with Neighbour(machines[0], 'tom') as tom, Neighbour(machines[1], 'jack') as jack, Neighbour(machines[2], 'walled') as walled:
            print('talk', flush=True)
            talk(tom, jack, walled)
            print('away and back', flush=True)
            away_and_back(tom, jack)
            print('a file to who is behind the wall', flush=True)
            file_over_a_broken_cable(machines[0], tom, walled)
            print('and from there', flush=True)
            file_over_a_broken_cable(machines[2], walled, jack)
        print('on screens', flush=True)
        on_screens(machines)
    finally:
        for machine in machines:
            machine.end()


if __name__ == '__main__':
    assert PATIENCE
    main()
