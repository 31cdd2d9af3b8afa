# SPDX-License-Identifier: Apache-2.0
"""go-sendxmpp, a client in Go, as packaged by Debian: sends and listens, by STARTTLS and by direct TLS."""
import os
import queue
import subprocess
import threading

from server import DOMAIN, PASSWORD, PATIENCE, Classic, expect, expect_match, main, TIME


def command(server, name, *more, direct=False):
    port = server.xmpps if direct else server.xmpp
    return ['go-sendxmpp', '-u', f'{name}@{DOMAIN}', '-p', PASSWORD, '-j', f'127.0.0.1:{port}', '-n',
            *(['-t'] if direct else []), *more]


def environment(server):
    return {**os.environ, 'HOME': server.home}


def send(server, name, to, text, direct=False):
    done = subprocess.run(command(server, name, f'{to}@{DOMAIN}', direct=direct), input=text, text=True,
                          capture_output=True, env=environment(server), timeout=PATIENCE, check=False)
    if done.returncode:
        raise AssertionError(f'go-sendxmpp: {done.returncode} {done.stdout}{done.stderr}')


def sends(server):
    server.add('ann', 'bea')
    for direct in (False, True):
        with Classic(server) as b:
            b.login('bea')
            send(server, 'ann', 'bea', f'from go, direct TLS {direct}, 你好\n', direct)
            expect_match(b.hear(), rf'1\|103@ann@from go, direct TLS {direct}, 你好@{TIME}')


def sends_to_who_is_away(server):
    server.add('carl', 'dora')
    send(server, 'carl', 'dora', 'waits\n')
    with Classic(server) as d:
        d.login('dora')
        expect_match(d.hear(), rf'1\|103@carl@waits@{TIME}')


def listens(server):
    server.add('emil', 'frida')
    with Classic(server) as e:
        e.login('emil')
        expect(e.ask('110|on'), '1|')
        listener = subprocess.Popen(command(server, 'frida', '-l'), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, text=True, env=environment(server))
        lines = queue.Queue()
        reader = threading.Thread(target=lambda: [lines.put(line) for line in listener.stdout])
        reader.start()
        try:
            expect_match(e.hear(), rf'1\|110@Server@login,frida@{TIME}')
            expect(e.ask('103|emil,frida,hello, listener'), '1|')
            line = lines.get(timeout=PATIENCE)
            expect('hello, listener' in line and 'emil@' in line, True)
        finally:
            listener.terminate()
            listener.wait()
            reader.join()
            listener.stdout.close()
        expect_match(e.hear(), rf'1\|110@Server@logout,frida@{TIME}')


if __name__ == '__main__':
    main(sends, sends_to_who_is_away, listens)
