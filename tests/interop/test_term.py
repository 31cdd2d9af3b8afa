# SPDX-License-Identifier: Apache-2.0
"""`anser`, the terminal client, as a program: --json and --plain against the real server."""
import fcntl
import hashlib
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

import server as it
from server import PASSWORD, PATIENCE, expect

ANSER = sys.argv[4]


class Home:
    """What a person has on disk: settings, history, downloads."""

    def __init__(self, root, name):
        self.path = os.path.join(root, name)
        os.makedirs(self.path, exist_ok=True)
        self.env = {**os.environ, 'HOME': self.path, 'LANG': 'C.UTF-8', 'LC_ALL': 'C.UTF-8'}
        for name in ('XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DOWNLOAD_DIR'):
            self.env.pop(name, None)

    def run(self, *arguments, stdin=PASSWORD + '\n'):
        return subprocess.run([ANSER, *arguments], input=stdin, capture_output=True, text=True, timeout=PATIENCE, env=self.env, check=False,
                              start_new_session=True)


class Json:
    """One `anser --json` that runs; its events are read by a thread."""

    def __init__(self, home, who, *options):
        self.process = subprocess.Popen([ANSER, '--json', '--password-stdin', '--accept-new', *options, who], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=home.env, start_new_session=True)
        self.events = queue.Queue()
        self.harmless = True  # nothing in what was printed acts on a terminal
        self.seen = []
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        self.write(PASSWORD)

    def read(self):
        for line in self.process.stdout:
            self.harmless = self.harmless and not any(byte < 0x20 or byte == 0x7f for byte in line[:-1]) and b'\xc2\x9b' not in line
            self.events.put(json.loads(line))
        self.events.put(None)

    def write(self, line):
        self.process.stdin.write(line.encode() + b'\n')
        self.process.stdin.flush()

    def tell(self, **members):
        self.write(json.dumps(members))

    def until(self, what, **wanted):
        """The next event that has these members."""
        while True:
            event = self.events.get(timeout=PATIENCE)
            if event is None:
                raise AssertionError(f'{what}: the program ended; {self.seen[-5:]} {self.process.stderr.read()}')
            self.seen.append(event)
            if all(event.get(key) == value for key, value in wanted.items()):
                return event

    def got(self, what, **wanted):
        """The same, also among what was seen already."""
        for event in self.seen:
            if all(event.get(key) == value for key, value in wanted.items()):
                return event
        return self.until(what, **wanted)

    def online(self):
        self.until('online', event='state', phase='online')
        return self

    def texts(self, conversation):
        """Of others, in the order in which they came."""
        return [e['text'] for e in self.seen if e['event'] == 'entry' and e['change'] != 'changed' and e['conversation'] == conversation
                and e['kind'] == 'text' and not e['mine']]

    def end(self):
        self.process.stdin.close()
        self.until('quit', event='quit')
        code = self.process.wait(PATIENCE)
        self.finish()
        return code

    def finish(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join()
        for pipe in (self.process.stdout, self.process.stderr):
            pipe.close()


ROOT = tempfile.mkdtemp(prefix='anser-term-')
running = []


def start(server, name, *options):
    one = Json(Home(ROOT, name), f'{name}@localhost:{server.classics}', *options)
    running.append(one)
    return one


def two_talk(server):
    server.add('tom', 'jack', 'lily')
    tom, jack = start(server, 'tom').online(), start(server, 'jack').online()
    tom.tell(to='jack', text='how, are | you @ all? \u4f60\u597d', ref='a')
    taken = tom.until('taken', event='taken', ref='a')
    expect(taken['taken'], True)
    tom.until('relayed', event='entry', id=taken['id'], status='relayed')
    entry = jack.until('text', event='entry', conversation='tom')
    expect((entry['text'], entry['sender'], entry['change']), ('how, are | you @ all? \u4f60\u597d', 'tom', 'new'))
    jack.tell(command='/msg tom fine :tada:')
    expect(tom.until('answer', event='entry', conversation='jack', mine=False)['text'], 'fine \U0001f389')
    jack.tell(command='/online')
    expect('jack, tom' in jack.until('who', event='notice', name='who')['text'], True)
    expect(tom.end(), 0)
    expect(jack.end(), 0)


def away_and_back(server):
    tom = Home(ROOT, 'tom')
    done = tom.run('--plain', '--password-stdin', f'tom@localhost:{server.classics}', '--to', 'jack', 'one\ntwo')
    expect((done.returncode, done.stdout, done.stderr), (0, '', ''))
    jack = start(server, 'jack').online()
    jack.got('two', event='entry', text='two')
    expect(jack.texts('tom')[-2:], ['one', 'two'])
    jack.end()
    # What came stays on this machine and comes once.
    jack = start(server, 'jack').online()
    jack.tell(read='tom')
    jack.tell(command='/history 3', **{'in': 'tom'})
    said = jack.until('history', event='notice', name='history')['text'].splitlines()
    expect([line.split(' ', 2)[2] for line in said], ['jack> fine \U0001f389', 'tom> one', 'tom> two'])
    jack.end()


def rooms(server):
    tom, jack = start(server, 'tom').online(), start(server, 'jack').online()
    tom.tell(command='/join #tea')
    tom.until('in', event='conversation', name='#tea', online=True)
    jack.tell(command='/join #tea')
    jack.until('in', event='conversation', name='#tea', online=True)
    jack.tell(to='#tea', text='hello')
    expect(tom.until('hello', event='entry', conversation='#tea', kind='text')['sender'], 'jack')
    jack.tell(to='#tea/tom', text='psst')
    expect(tom.until('psst', event='entry', text='psst')['conversation'], '#tea/jack')
    tom.tell(command='/who', **{'in': '#tea'})
    expect('jack, tom' in tom.until('who', event='notice', name='who')['text'], True)
    tom.end()
    jack.end()


def server_restarts_while_typing(server):
    tom, jack = start(server, 'tom').online(), start(server, 'jack').online()
    for i in range(60):
        tom.tell(to='jack', text=f'number {i}')
        if i in (20, 40):
            jack.got('some', event='entry', text=f'number {i - 5}')
            server.kill()
        if i in (25, 45):
            server.start()
    while True:
        state = tom.until('all gone', event='state', phase='online')
        if state['waiting'] == 0:
            break
    jack.got('last', event='entry', text='number 59')
    expect([t for t in jack.texts('tom') if t.startswith('number')], [f'number {i}' for i in range(60)])
    tom.end()
    jack.end()


def files(server):
    content = os.urandom(3_000_000)
    path = os.path.join(ROOT, 'plan, b.bin')
    with open(path, 'wb') as file:
        file.write(content)
    sha = hashlib.sha256(content).hexdigest()
    tom, jack = start(server, 'tom').online(), start(server, 'jack').online()
    tom.tell(to='jack', file=path)
    expect(sha in tom.until('sent', event='notice', name='file-sent')['text'], True)
    offer = jack.until('offer', event='entry', kind='file', mine=False)
    expect((offer['file']['name'], offer['file']['size'], offer['file']['state']), ('plan, b.bin', len(content), 'offered'))
    jack.tell(command='/get', **{'in': 'tom'})
    expect(sha in jack.until('here', event='notice', name='file-here')['text'], True)
    done = [e for e in jack.seen if e['event'] == 'entry' and e['kind'] == 'file' and e['file']['state'] == 'done'][-1]
    with open(done['file']['path'], 'rb') as file:
        expect(hashlib.sha256(file.read()).hexdigest(), sha)
    expect(os.stat(done['file']['path']).st_mode & 0o077, 0)
    jack.end()
    tom.end()
    # And as one command.
    run = Home(ROOT, 'tom').run('--password-stdin', f'tom@localhost:{server.classics}', '--to', 'jack', '--file', path)
    expect((run.returncode, run.stderr), (0, ''))


def plain_lines(server):
    jack = start(server, 'jack').online()
    lines = [PASSWORD, '@jack \x1b[31mred', '/to jack', 'second', '\\/third', '/nonsense', '']
    run = Home(ROOT, 'tom').run('--plain', '--password-stdin', f'tom@localhost:{server.classics}', stdin='\n'.join(lines))
    expect(run.returncode, 0)
    for text in ('[31mred', 'second', '/third'):
        jack.got(text, event='entry', text=text, mine=False)
    expect('\x1b' in run.stdout + run.stderr, False)
    expect('/nonsense' in run.stderr, True)
    # What others write reaches the terminal without what acts on it.
    jack.tell(to='tom', text='bidi \u202e and \u0085 end')
    jack.until('sent', event='entry', status='relayed', conversation='tom')
    run = Home(ROOT, 'tom').run('--plain', '--password-stdin', f'tom@localhost:{server.classics}', stdin=PASSWORD + '\n@jack ok\n')
    expect('jack> bidi \ufffd and \ufffd end' in run.stdout, True)
    jack.end()


def json_acts_on_no_terminal(server):
    tom, jack = start(server, 'tom').online(), start(server, 'jack').online()
    text = 'red \u009b31m and \u007f end \u4f60\u597d'
    jack.tell(to='tom', text=text)
    tom.until('text', event='entry', text=text, mine=False)
    expect(tom.harmless, True)
    expect((tom.end(), jack.end()), (0, 0))


def much_at_once(server):
    """More than may wait at once: reading stops meanwhile, and goes on."""
    tom, jack = Home(ROOT, 'tom'), start(server, 'jack').online()
    lines = [PASSWORD, '/to jack'] + [f'row {i}' for i in range(600)]
    with tempfile.TemporaryFile() as file:
        file.write('\n'.join(lines).encode())
        file.seek(0)
        run = subprocess.run([ANSER, '--plain', '--password-stdin', f'tom@localhost:{server.classics}'], stdin=file, capture_output=True, text=True,
                             timeout=PATIENCE, env=tom.env, check=False, start_new_session=True)
    expect((run.returncode, run.stderr), (0, ''))
    jack.got('the last', event='entry', text='row 599')
    expect([text for text in jack.texts('tom') if text.startswith('row ')], [f'row {i}' for i in range(600)])
    jack.end()


def lines_without_an_end(server):
    tom, jack, who = Home(ROOT, 'tom'), start(server, 'jack').online(), f'tom@localhost:{server.classics}'
    long = 'x' * (2 * 1024 * 1024)
    run = tom.run('--plain', '--password-stdin', who, stdin=f'{PASSWORD}\n/to jack\n{long}\nbehind it\n')
    expect((run.returncode, run.stderr.startswith('!! '), run.stderr.count('\n')), (0, True, 1))
    jack.got('what stood behind', event='entry', text='behind it', mine=False)
    # Nothing of it was sent, and the status says so.
    password = os.path.join(tom.path, 'password')
    with open(password, 'w', encoding='utf-8') as file:
        file.write(PASSWORD)
    settings = os.path.join(tom.path, '.config', 'anser')
    os.makedirs(settings, exist_ok=True)
    with open(os.path.join(settings, 'settings'), 'w', encoding='utf-8') as file:
        file.write(f'[client]\npassword-command = cat {password}\n')
    os.chmod(os.path.join(settings, 'settings'), 0o600)
    run = tom.run(who, '--to', 'jack', stdin=f'first\n{long}')
    expect((run.returncode, run.stderr.startswith('!! ')), (1, True))
    run = tom.run(who, '--to', 'jack', stdin='the last')
    expect((run.returncode, run.stderr), (0, ''))
    jack.got('the last', event='entry', text='the last')
    expect('first' in jack.texts('tom'), False)
    os.remove(os.path.join(settings, 'settings'))
    jack.end()


def leaves_its_input_as_it_was(server):
    """A pipe or a terminal is shared with who started us."""
    out, into = os.pipe()
    os.write(into, f'{PASSWORD}\n@jack hello\n'.encode())
    os.close(into)
    run = subprocess.run([ANSER, '--plain', '--password-stdin', f'tom@localhost:{server.classics}'], stdin=out, capture_output=True, timeout=PATIENCE,
                         env=Home(ROOT, 'tom').env, check=False, start_new_session=True)
    expect((run.returncode, run.stderr, fcntl.fcntl(out, fcntl.F_GETFL) & os.O_NONBLOCK), (0, b'', 0))
    os.close(out)


def stopped_before_it_was_sent(server):
    """Status 0 would say that it was acknowledged."""
    with socket.socket() as silent:
        silent.bind(('127.0.0.1', 0))
        silent.listen()
        run = subprocess.Popen([ANSER, f'tom@127.0.0.1:{silent.getsockname()[1]}', '--to', 'jack', 'hello'], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=Home(ROOT, 'stopped').env, start_new_session=True)
        there, _ = silent.accept()  # so it has begun, and waits
        run.send_signal(signal.SIGTERM)
        said = run.communicate(timeout=PATIENCE)
        there.close()
    expect((run.returncode, said[0], said[1].startswith(b'!! ')), (1, b'', True))


def exit_codes(server):
    who, home = f'tom@localhost:{server.classics}', Home(ROOT, 'tom')
    expect(home.run('--password-stdin', who, '--to', 'nobody-here', 'hi').returncode, 1)
    wrong = home.run('--password-stdin', who, '--to', 'jack', 'hi', stdin='wrong\n')
    expect((wrong.returncode, 'password' in wrong.stderr), (1, True))
    expect(home.run('--no-such-option').returncode, 2)
    expect(home.run('tom').returncode, 2)
    gone = Home(ROOT, 'gone').run('--password-stdin', 'tom@localhost:1', '--to', 'jack', 'hi')
    expect((gone.returncode, gone.stderr != ''), (3, True))
    # A server that was never seen, and nobody to ask.
    new = Home(ROOT, 'new')
    run = new.run('--password-stdin', '--plain', who, '--to', 'jack', 'hi')
    expect((run.returncode, 'SHA-256' in run.stderr, '--pin' in run.stderr), (4, True, True))
    print_ = run.stderr.split('SHA-256 ')[1].split('.')[0]
    expect(new.run('--password-stdin', '--pin', print_, who, '--to', 'jack', 'hi').returncode, 0)
    expect(new.run('--password-stdin', '--pin', print_.replace('A', 'B'), who, '--to', 'jack', 'hi').returncode, 4)
    chinese = subprocess.run([ANSER, '--help'], env={**home.env, 'LC_ALL': 'zh_CN.UTF-8'}, capture_output=True, text=True, check=True, timeout=PATIENCE)
    expect('选项' in chinese.stdout, True)


def changed_certificate(server):
    home, who = Home(ROOT, 'tom'), f'tom@localhost:{server.classics}'
    expect(server.stop(), 0)
    for name in os.listdir(server.data):
        if name.endswith('.pem') or name.startswith('tls') or name.startswith('ca'):
            path = os.path.join(server.data, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
    server.start()
    run = home.run('--password-stdin', '--accept-new', who, '--to', 'jack', 'secret')
    # Both fingerprints, and what to do.
    expect((run.returncode, run.stderr.count(':') > 60, '--forget-key' in run.stderr), (4, True, True))
    expect(home.run('--forget-key', 'localhost', who).returncode, 0)
    expect(home.run('--password-stdin', '--accept-new', who, '--to', 'jack', 'again').returncode, 0)


def only_one_at_a_time(server):
    jack = start(server, 'jack', '--accept-new')
    try:
        jack.online()
    except AssertionError:
        jack.finish()
        expect(Home(ROOT, 'jack').run('--forget-key', 'localhost', f'jack@localhost:{server.classics}').returncode, 0)
        jack = start(server, 'jack').online()
    run = Home(ROOT, 'jack').run('--password-stdin', f'jack@localhost:{server.classics}', '--to', 'tom', 'hi')
    expect(run.returncode, 1)
    jack.end()


def registers(server):
    who = f'ann@localhost:{server.classics}'
    run = Home(ROOT, 'ann').run('--register', '--password-stdin', '--accept-new', who, '--to', 'tom', 'I am new')
    expect((run.returncode, run.stderr), (0, ''))
    run = Home(ROOT, 'ann').run('--register', '--password-stdin', who, '--to', 'tom', 'again')
    expect((run.returncode, 'ann' in run.stderr), (1, True))


try:
    it.main(two_talk, away_and_back, rooms, server_restarts_while_typing, files, plain_lines, json_acts_on_no_terminal,
            much_at_once, lines_without_an_end, leaves_its_input_as_it_was, stopped_before_it_was_sent, exit_codes, registers,
            changed_certificate, only_one_at_a_time)
finally:
    for one in running:
        one.finish()
    shutil.rmtree(ROOT, ignore_errors=True)
