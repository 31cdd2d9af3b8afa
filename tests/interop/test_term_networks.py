# SPDX-License-Identifier: Apache-2.0
"""`anser --lan` on machines of their own: network namespaces on a bridge, without any server, in all the networks that there are. A network that comes later; files of 1 GB with the cable
pulled three times; a firewall that only lets one dial out, files both ways; a key that is another one; avahi, coming and going, where our own multicast does not get through; IPv6 alone.

Called with the path of anser. Needs root and namespaces: skipped where these are not.
"""
import hashlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time

SKIPPED = 77
PATIENCE = 60
PROGRAMS = ('ip', 'nft', 'unshare', 'mount', 'avahi-daemon', 'dbus-daemon')
FILE_BYTES = 1 << 30
OWN_PORT = 7791

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={0}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/></policy></busconfig>
"""

FIREWALL = """
table inet wall {
	chain in {
		type filter hook input priority 0; policy drop;
		iif lo accept
		ct state established,related accept
		ip6 nexthdr icmpv6 accept
		udp dport 7791 accept
	}
}
"""

NO_MULTICAST = f"""
table inet wall {{
	chain in {{ type filter hook input priority 0; udp dport {OWN_PORT} drop; }}
}}
"""


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


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert not done.returncode, f'{" ".join(command)}: {done.stdout}{done.stderr}'
    return done.stdout


class Host:
    """A machine: one interface, on the bridge with all the others."""

    made = 0

    def __init__(self, name, home):
        Host.made += 1
        self.name, self.cable = name, f'to-{name}'
        self.home = os.path.join(home, name)
        os.makedirs(self.home)
        self.bus = self.avahi = None
        run('ip', 'netns', 'add', name)
        run('ip', 'link', 'add', self.cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
        run('ip', 'link', 'set', self.cable, 'master', 'bridge', 'up')
        run('ip', '-n', name, 'link', 'set', 'lo', 'up')
        run('ip', '-n', name, 'link', 'set', 'eth0', 'up')
        run('ip', '-n', name, 'address', 'add', f'10.77.0.{Host.made}/24', 'dev', 'eth0')

    def inside(self, *command):
        return ['ip', 'netns', 'exec', self.name, *command]

    def pull(self, out):
        run('ip', 'link', 'set', self.cable, 'down' if out else 'up')

    def wall(self, rules):
        run(*self.inside('nft', '-f', '-'), text='flush ruleset\n' + (rules or ''))

    def environment(self):
        own = {'HOME': self.home, 'PATH': os.environ['PATH'], 'LANG': 'C.UTF-8', 'DBUS_SYSTEM_BUS_ADDRESS': f'unix:path={self.home}/bus'}
        own.update({k: v for k, v in os.environ.items() if k.startswith(('ASAN_', 'UBSAN_', 'LSAN_'))})
        return own

    def bus_begin(self):
        config = os.path.join(self.home, 'bus.conf')
        with open(config, 'w', encoding='utf-8') as f:
            f.write(BUS.format(os.path.join(self.home, 'bus')))
        self.bus = subprocess.Popen(self.inside('dbus-daemon', f'--config-file={config}', '--nofork', '--nopidfile'), stderr=subprocess.DEVNULL)
        until(os.path.exists, os.path.join(self.home, 'bus'))

    def avahi_begin(self):
        """The daemon wants its folder in /run, which is another one for each host."""
        config = os.path.join(self.home, 'avahi.conf')
        with open(config, 'w', encoding='utf-8') as f:
            f.write(f'[server]\nhost-name={self.name}\nallow-interfaces=eth0\n[wide-area]\nenable-wide-area=no\n[publish]\npublish-hinfo=no\n')
        daemon = f'mount -t tmpfs none /run/avahi-daemon && exec avahi-daemon -f {config} --no-drop-root --no-chroot --no-rlimits'
        self.avahi = subprocess.Popen(self.inside('unshare', '-m', 'sh', '-c', daemon), env=self.environment(), stderr=subprocess.DEVNULL)

    def avahi_end(self):
        self.avahi.terminate()
        self.avahi.wait(PATIENCE)
        self.avahi = None

    def end(self):
        for process in (self.avahi, self.bus):
            if process:
                process.terminate()
                process.wait(PATIENCE)


def until(what, *arguments):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if what(*arguments):
            return
        time.sleep(0.05)
    raise AssertionError(f'{what} {arguments} did not become true')


class Anser:
    """A running `anser --lan NAME --json`; everything it says is kept."""

    program = ''

    def __init__(self, host, *options, name=None):
        self.host, self.name = host, name or host.name
        self.said, self.queue = [], queue.Queue()
        self.errors = open(os.path.join(host.home, 'stderr'), 'a+', encoding='utf-8')  # read when it has ended
        self.process = subprocess.Popen(host.inside(self.program, '--lan', self.name, '--json', '--stay', *options), env=host.environment(), cwd=host.home,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        self.wait(event='state', phase='online')

    def read(self):
        for line in self.process.stdout:
            self.queue.put(json.loads(line))

    def tell(self, **what):
        self.process.stdin.write(json.dumps(what) + '\n')
        self.process.stdin.flush()

    def mark(self):
        """What was said before is not looked at: give this to wait()."""
        self.drain()
        return len(self.said)

    def drain(self):
        while not self.queue.empty():
            self.said.append(self.queue.get())

    def wait(self, since=0, patience=PATIENCE, check=None, **want):
        """The first thing said that has all of these; {'file': {'state': …}} looks inside."""
        deadline = time.monotonic() + patience
        at = since
        while True:
            while at < len(self.said):
                if fits(self.said[at], want) and (not check or check(self.said[at])):
                    return self.said[at]
                at += 1
            try:
                self.said.append(self.queue.get(timeout=max(0.01, deadline - time.monotonic())))
            except queue.Empty:
                told = '\n'.join(json.dumps(one) for one in self.said[-12:])
                raise AssertionError(f'{self.name} never said {want}, but at last:\n{told}') from None

    def never(self, since, **want):
        self.drain()
        assert not any(fits(one, want) for one in self.said[since:]), f'{self.name} said {want}'

    def online(self, name, yes=True):
        """Asks until it is so."""
        until(lambda: (name in self.who()) == yes)

    def who(self):
        since = self.mark()
        self.tell(command='/who')
        return self.wait(since, event='notice', name='who')['text'].replace(',', ' ').split()

    def say(self, to, text, status='direct'):
        since = self.mark()
        self.tell(to=to, text=text)
        self.wait(since, event='entry', conversation=to, text=text, mine=True, status=status)

    def hear(self, sender, text):
        self.wait(event='entry', conversation=sender, sender=sender, text=text, mine=False, status='received')

    def identity(self):
        return os.path.join(self.host.home, '.local/state/anser', self.name)

    def end(self):
        self.tell(command='/quit')
        self.process.wait(PATIENCE)
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()
        self.errors.seek(0)
        errors = self.errors.read()
        self.errors.close()
        assert not self.process.returncode and not errors, f'{self.name}: {self.process.returncode} {errors}'

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.reader.join()


def fits(said, want):
    return all(fits(said.get(k) or {}, v) if isinstance(v, dict) else said.get(k) == v for k, v in want.items())


def content(path, size):
    """Not the same anywhere, and made fast."""
    piece = os.urandom(1 << 20)
    with open(path, 'wb') as f:
        for n in range(0, size, len(piece)):
            f.write(n.to_bytes(8, 'big') + piece[8:min(len(piece), size - n)])
    return path


def digest(path):
    with open(path, 'rb') as f:
        return hashlib.file_digest(f, 'sha256').hexdigest() if hasattr(hashlib, 'file_digest') else hashlib.sha256(f.read()).hexdigest()


def talk(one, other, text):
    one.say(other.name, text)
    other.hear(one.name, text)


def send_file(one, other, path):
    since = other.mark()
    one.tell(to=other.name, file=path)
    other.wait(since, event='entry', conversation=one.name, kind='file', mine=False, file={'state': 'offered'})
    other.tell(command='/get', **{'in': one.name})
    return since


def arrived(one, other, path, since, patience=PATIENCE):
    done = other.wait(since, patience, event='entry', conversation=one.name, kind='file', mine=False, file={'state': 'done'})
    assert digest(done['file']['path']) == digest(path)
    one.wait(event='entry', conversation=other.name, kind='file', status='direct', text=os.path.basename(path), patience=patience)
    return done['file']['path']


def three_find_one_another(tom, ann, jim):
    for one in (tom, ann, jim):
        for other in (tom, ann, jim):
            if one is not other:
                one.online(other.name)
    talk(tom, ann, 'hello ann 你好')
    talk(ann, tom, 'hello tom')
    talk(jim, tom, 'hello from jim')
    talk(ann, jim, 'a, b; c\nand a second line')


def a_small_file(tom, ann):
    path = content(os.path.join(tom.host.home, 'a 图.bin'), 3_000_001)
    since = send_file(tom, ann, path)
    there = arrived(tom, ann, path, since)
    assert there == os.path.join(ann.host.home, 'Downloads', 'a 图.bin'), there
    assert os.stat(there).st_mode & 0o77 == 0


def the_cable_is_pulled(tom, ann, size):
    """Three times; then everything is there, in one piece."""
    path = content(os.path.join(tom.host.home, 'large.bin'), size)
    since = send_file(tom, ann, path)
    last = 0
    for part in (1, 2, 3):
        moving = ann.wait(since, event='entry', kind='file', file={'state': 'moving'},
                          check=lambda said, more=max(last, part * size // 8): said['file']['done'] >= more)
        assert moving['file']['done'] < size, 'it was quicker than the hand at the cable'
        before = ann.mark()
        tom.host.pull(True)
        broken = ann.wait(before, 2 * PATIENCE, event='entry', kind='file', file={'state': 'paused'})
        last = broken['file']['done']
        assert last < size, 'it was quicker than the hand at the cable'
        tom.host.pull(False)
    arrived(tom, ann, path, since, 4 * PATIENCE)
    talk(tom, ann, 'and we can still talk')


def behind_a_firewall(tom, jim):
    """Jim can dial and nobody can dial him: what is for him comes as soon as he has dialled, and files in both directions."""
    since = tom.mark()
    tom.tell(to='jim', text='are you there?')
    tom.wait(since, event='entry', text='are you there?', status='waiting')
    jim.say('tom', 'I can only dial')
    tom.hear('jim', 'I can only dial')
    tom.wait(since, event='entry', text='are you there?', status='direct')
    jim.hear('tom', 'are you there?')
    for one, other, name in ((tom, jim, 'to-jim'), (jim, tom, 'from-jim')):
        path = content(os.path.join(one.host.home, name), 300_000)
        arrived(one, other, path, send_file(one, other, path))


def another_key(tom, host):
    """Somebody with the name ann, but not her key."""
    since = tom.mark()
    os.unlink(os.path.join(host.home, '.local/state/anser/ann/key.pem'))
    ann = Anser(host, '--accept-new')
    try:
        ann.online('tom')
        tom.tell(to='ann', text='a secret')
        tom.wait(since, event='entry', conversation='ann', text='a secret', status='waiting')
        note = tom.wait(since, event='entry', conversation='ann', kind='note', check=lambda said: 'key' in said['text'].lower())
        assert 'another' in note['text'] or 'changed' in note['text'] or 'differ' in note['text'], note
        before = tom.mark()
        ann.tell(to='tom', text='trust me')
        time.sleep(3)  # long enough for both to have tried
        tom.never(since, event='entry', text='a secret', status='direct')
        tom.never(before, event='entry', text='trust me')
        ann.never(0, event='entry', text='a secret')
    finally:
        ann.end()


def by_avahi(hosts):
    """Our own multicast does not get through; the daemons do, also one that comes later and one that is replaced."""
    for host in hosts:
        host.wall(NO_MULTICAST)
        host.bus_begin()
    hosts[0].avahi_begin()
    sue, bob = Anser(hosts[0], '--accept-new', name='sue'), Anser(hosts[1], '--accept-new', name='bob')
    try:
        hosts[1].avahi_begin()
        sue.online('bob')
        bob.online('sue')
        talk(sue, bob, 'found by DNS-SD')
        bob.end()
        sue.online('bob', False)
        hosts[0].avahi_end()
        hosts[0].avahi_begin()
        bob = Anser(hosts[1], '--accept-new', name='bob')
        sue.online('bob')
        bob.online('sue')
        talk(bob, sue, 'and again')
    finally:
        sue.end()
        bob.end()
        for host in hosts:
            host.wall(None)


def with_ipv6_alone(hosts):
    """Nobody has given them addresses: they have those that every interface makes for itself, which mean nothing without the interface."""
    for host in hosts:
        run('ip', '-n', host.name, '-4', 'address', 'flush', 'dev', 'eth0')
    kim, lee = Anser(hosts[0], '--accept-new', name='kim'), Anser(hosts[1], '--accept-new', name='lee')
    try:
        kim.online('lee')
        lee.online('kim')
        talk(kim, lee, 'hello from fe80')
        talk(lee, kim, 'and back')
    finally:
        kim.end()
        lee.end()


def chapters(hosts, running, size):
    run('ip', '-n', 'jim', 'link', 'set', 'eth0', 'down')
    tom, ann, jim = (Anser(h, '--accept-new') for h in hosts)
    running += [tom, ann, jim]
    run('ip', '-n', 'jim', 'link', 'set', 'eth0', 'up')  # his network comes when he is there already
    three_find_one_another(tom, ann, jim)
    print('three found one another')
    a_small_file(tom, ann)
    print('a file')
    the_cable_is_pulled(tom, ann, size)
    print('a file, with the cable pulled three times')
    jim.end()
    tom.online('jim', False)
    hosts[2].wall(FIREWALL)
    jim = Anser(hosts[2], '--accept-new')
    running.append(jim)
    jim.online('tom')
    tom.online('jim')
    behind_a_firewall(tom, jim)
    print('behind a firewall')
    ann.end()
    tom.online('ann', False)
    another_key(tom, hosts[1])
    print('another key')
    tom.end()
    jim.end()
    hosts[2].wall(None)
    by_avahi(hosts[:2])
    print('by avahi')
    with_ipv6_alone(hosts[:2])
    print('with IPv6 alone')


def main():
    Anser.program = os.path.abspath(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else FILE_BYTES
    alone()
    run('mount', '-t', 'tmpfs', 'none', '/run')
    os.makedirs('/run/avahi-daemon')
    run('ip', 'link', 'set', 'lo', 'up')
    run('ip', 'link', 'add', 'bridge', 'type', 'bridge', 'mcast_snooping', '0')
    run('ip', 'link', 'set', 'bridge', 'up')
    running = []
    with tempfile.TemporaryDirectory() as home:
        hosts = [Host(name, home) for name in ('tom', 'ann', 'jim')]
        try:
            chapters(hosts, running, size)
        finally:
            for one in running:
                one.kill()
            for host in hosts:
                host.end()


if __name__ == '__main__':
    main()
