#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_server.py ANSERD - the program from outside: options, data directory, ports, signals, privileges."""
import hashlib
import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import ssl
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

ANSERD = os.path.abspath(sys.argv.pop(1))
PATIENCE = 60
os.environ["LC_ALL"] = "C"  # the greeting is in the language of who starts it
LISTENERS = ("xmpp", "xmpps", "http", "https", "any", "classic", "classics", "hybrid")


def run(*args):
    """Runs it to its end."""
    return subprocess.run([ANSERD, *args], capture_output=True, text=True, timeout=PATIENCE)


class Server:
    """A running server on free ports."""

    def __init__(self, data, *more, cores=1, config=None):
        self.data = data
        args = [f"--data={data}", "--print-ports", "--set", f"server.cores={cores}", "--set", "server.domain=example.org"]
        for name in LISTENERS:
            args += ["--set", f"listen.{name}=127.0.0.1:0"]
        if config:
            args += ["--config", config]
        for setting in more:
            args += ["--set", setting]
        self.log_path = os.path.join(os.path.dirname(data), "log")
        self.log = open(self.log_path, "w+")
        self.process = subprocess.Popen([ANSERD, *args], stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if line == "ready\n":
                break
        else:
            raise RuntimeError("it did not start: " + self.logged())
        self.ports = json.loads(self.said[-2])

    def logged(self):
        with open(self.log_path) as f:
            return f.read()

    def wait_for(self, text):
        """Until the log says so."""
        for _ in range(PATIENCE * 100):
            if text in self.logged():
                return
            try:
                self.process.wait(0.01)
                break
            except subprocess.TimeoutExpired:
                pass
        raise AssertionError(f"{text!r} was never logged:\n{self.logged()}")

    def send(self, number):
        self.process.send_signal(number)

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.send(number)
        return self.wait()

    def wait(self):
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.stdout.close()
            self.log.close()

    def status(self, field):
        with open(f"/proc/{self.process.pid}/status") as f:
            for line in f:
                if line.startswith(field + ":"):
                    return line.split()[1:]
        return None

    def dial(self, name):
        return socket.create_connection(("127.0.0.1", self.ports[name]), PATIENCE)

    def certificate(self):
        """The SHA-256 of what a TLS client is shown."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(os.path.join(self.data, "tls", "ca.crt"))
        with self.dial("xmpps") as plain, context.wrap_socket(plain, server_hostname="example.org") as s:
            return hashlib.sha256(s.getpeercert(True)).hexdigest().upper()


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="anser-test-")
        self.data = os.path.join(self.dir, "data")
        self.servers = []

    def tearDown(self):
        for s in self.servers:
            if s.process.poll() is None:
                s.end(signal.SIGKILL)
        shutil.rmtree(self.dir)

    def start(self, *more, **how):
        s = Server(self.data, *more, **how)
        self.servers.append(s)
        return s

    def mode(self, *path):
        return stat.S_IMODE(os.stat(os.path.join(self.data, *path)).st_mode)


class Options(Case):
    def test_what_only_prints(self):
        for option, has in (("--help", "--data DIR"), ("--version", "anserd "), ("--sample-config", "[server]"), ("--manual", ".TH")):
            r = run(option)
            self.assertEqual((r.returncode, r.stderr), (0, ""))
            self.assertIn(has, r.stdout)

    def test_what_is_wrong_with_an_option(self):
        for args, says in (
            (["--dta", "x"], "--dta is not known"),
            (["--set"], "--set wants something behind it"),
            (["--data", self.data, "--set", "server.coers=2"], "did you mean server.cores?"),
            (["--data", self.data, "--set", "server.cores=0"], "out of bounds"),
            (["--data", self.data, "--set", "tls.key=/k"], "tls.certificate and tls.key"),
            (["--data", self.data, "--set", "server.domain=a@b"], "server.domain"),
        ):
            r = run(*args)
            self.assertEqual((r.returncode, r.stdout), (2, ""), args)
            self.assertIn(says, r.stderr)
        self.assertFalse(os.path.exists(self.data))

    def test_a_mistake_in_the_file_is_said_with_its_line(self):
        path = os.path.join(self.dir, "conf")
        with open(path, "w") as f:
            f.write("[server]\ndomain = example.org\ncores = many\n")
        r = run("--data", self.data, "--config", path)
        self.assertEqual(r.returncode, 2)
        self.assertIn(f"{path}:3:", r.stderr)

    def test_a_certificate_that_is_not_there(self):
        r = run("--data", self.data, "--set", "tls.certificate=/no/c", "--set", "tls.key=/no/k", *(a for n in LISTENERS for a in ("--set", f"listen.{n}=")))
        self.assertEqual(r.returncode, 1)
        self.assertIn("the certificate /no/c cannot be used: No such file or directory", r.stderr)


class Start(Case):
    def test_the_first_start_makes_what_it_needs(self):
        s = self.start()
        said = "".join(s.said)
        self.assertIn(f"anserctl --data {self.data} user add NAME", said)
        self.assertIn(f"127.0.0.1:{s.ports['xmpp']}", said)
        self.assertEqual(self.mode(), 0o700)
        self.assertEqual(self.mode("anserd.sock"), 0o600)
        self.assertEqual(self.mode("tls", "server.key"), 0o600)
        with open(os.path.join(self.data, "ports.json")) as f:
            self.assertEqual(json.load(f), s.ports)
        self.assertEqual(set(s.ports), {"pid", *LISTENERS})
        shown = s.certificate()
        self.assertIn(":".join(shown[i:i + 2] for i in range(0, 64, 2)), said)

    def test_the_first_link_makes_an_administrator(self):
        s = self.start()
        said = "".join(s.said)
        token = re.search(rf"http://localhost:{s.ports['http']}/invite#([a-z0-9]+)\n", said).group(1)
        self.assertIn(f"xmpp:example.org?register;preauth={token}\n", said)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(os.path.join(self.data, "tls", "ca.crt"))
        heard = ""
        with s.dial("xmpps") as plain, context.wrap_socket(plain, server_hostname="example.org") as x:
            for line in ("<stream:stream to='example.org' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
                         f"<iq type='set' id='1'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></iq>",
                         "<iq type='set' id='2'><query xmlns='jabber:iq:register'><username>ann</username><password>x</password></query></iq>"):
                x.sendall(line.encode())
            while 'id="2"' not in heard:
                more = x.recv(65536).decode()
                self.assertTrue(more, heard)
                heard += more
        self.assertNotIn("<error", heard)
        control = socket.socket(socket.AF_UNIX)
        with control:
            control.connect(os.path.join(self.data, "anserd.sock"))
            control.sendall(b'{"command":"user list"}\n')
            self.assertRegex(control.makefile().readline(), '"name":"ann","admin":true')
        s.end()
        said = "".join(self.start().said)
        self.assertNotIn("/invite#", said)
        self.assertNotIn("There is no account", said)

    def test_it_greets_in_chinese(self):
        os.environ["LC_ALL"] = "zh_CN.UTF-8"
        try:
            s = self.start()
        finally:
            os.environ["LC_ALL"] = "C"
        said = "".join(s.said)
        self.assertIn("提供服务，域名：example.org", said)
        self.assertRegex(said, rf"在本机 +http://localhost:{s.ports['http']}/invite#\w{{20,}}\n")
        self.assertNotIn("account", said)

    def test_it_may_do_little(self):
        s = self.start()
        self.assertEqual(s.status("NoNewPrivs"), ["1"])
        with open(f"/proc/{s.process.pid}/limits") as f:
            limits = {line[:26].strip(): line[26:].split() for line in f}
        self.assertEqual(limits["Max core file size"][:2], ["0", "0"])
        self.assertEqual(limits["Max open files"][0], limits["Max open files"][1])

    def test_two_servers_do_not_share_their_data(self):
        s = self.start()
        r = run("--data", self.data, *(a for n in LISTENERS for a in ("--set", f"listen.{n}=")))
        self.assertEqual(r.returncode, 1)
        self.assertIn(f"is in use by another anserd (process {s.process.pid})", r.stderr)
        s.dial("classic").close()

    def test_a_port_that_is_taken(self):
        for cores in ("1", "2"):
            with socket.socket() as taken:
                taken.bind(("127.0.0.1", 0))
                taken.listen()
                port = taken.getsockname()[1]
                r = run("--data", self.data, "--set", f"listen.xmpp=127.0.0.1:{port}", "--set", f"server.cores={cores}")
            self.assertEqual(r.returncode, 1)
            self.assertIn(f"port {port} is in use by another program; set listen.xmpp", r.stderr)

    def test_a_risky_port_is_logged(self):
        s = self.start("listen.classic=0.0.0.0:0")
        self.assertIn("setting_risky setting=listen.classic", s.logged())

    def test_hybrid_for_everybody_is_logged(self):
        s = self.start("listen.hybrid=0.0.0.0:0", "hybrid.networks=any")
        self.assertIn("setting_risky setting=hybrid.networks", s.logged())
        s.end()
        s = self.start("listen.hybrid=0.0.0.0:0", "hybrid.networks=private 203.0.113.0/24 2001:db8::/32")
        self.assertNotIn("setting=hybrid.networks address=0.0.0.0:%d" % s.ports["hybrid"], s.logged())

    def test_hybrid_settings_that_mean_nothing(self):
        for setting, why in (("hybrid.networks=local", '"local" is neither private nor any nor a network'), ("hybrid.networks=10.0.0.0/33", "10.0.0.0/33"),
                             ("hybrid.ports=7800", "no range of ports"), ("hybrid.ports=7999-7800", "no range of ports"), ("hybrid.ports=7800-70000", "no range of ports")):
            r = run("--data", self.data, "--set", setting)
            self.assertEqual(r.returncode, 2, setting)
            self.assertIn(why, r.stderr)

    def test_hybrid_has_one_port(self):
        r = run("--data", self.data, *(a for n in LISTENERS if n != "hybrid" for a in ("--set", f"listen.{n}=")), "--set", "listen.hybrid=127.0.0.1:0 127.0.0.2:0")
        self.assertEqual(r.returncode, 1)
        self.assertIn("listen.hybrid: all its addresses must have one port", r.stderr)

    def test_a_udp_port_that_is_taken(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            r = run("--data", self.data, *(a for n in LISTENERS if n != "hybrid" for a in ("--set", f"listen.{n}=")), "--set", f"listen.hybrid=127.0.0.1:{port}")
        self.assertEqual(r.returncode, 1)
        self.assertIn(f"port {port} is in use by another program; set listen.hybrid", r.stderr)

    def test_after_kill_it_starts_again(self):
        s = self.start()
        s.end(signal.SIGKILL)
        self.assertTrue(os.path.exists(os.path.join(self.data, "anserd.sock")))
        self.start().dial("xmpp").close()

    @unittest.skipUnless(os.geteuid() == 0, "only root can become another")
    def test_root_becomes_another(self):
        os.chmod(self.dir, 0o755)
        nobody = pwd.getpwnam("nobody")
        s = self.start("server.user=nobody")
        self.assertEqual(s.status("Uid"), [str(nobody.pw_uid)] * 4)
        self.assertEqual(s.status("Gid"), [str(nobody.pw_gid)] * 4)
        for name in ("", "anserd.lock", "anserd.sock", "anser.db", "tls", "tls/server.key", "ports.json"):
            self.assertEqual(os.stat(os.path.join(self.data, name)).st_uid, nobody.pw_uid, name)
        s.certificate()
        self.assertEqual(s.end(), 0)

    def test_a_user_that_is_not_there(self):
        r = run("--data", self.data, "--set", "server.user=no-such-user")
        self.assertEqual(r.returncode, 1)
        self.assertIn("there is no user no-such-user", r.stderr)


class Signals(Case):
    def test_term_and_int_end_in_order(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            for cores in (1, 2):
                s = self.start(cores=cores)
                links = [s.dial("classic") for _ in range(4)]
                for link in links: # answered, hence no longer only in the kernel's queue
                    link.sendall(b"102|\n")
                    self.assertEqual(link.recv(100)[:2], b"0|")
                s.send(number) # once: asked twice it ends at once, without order
                for link in links:
                    while link.recv(1000):
                        pass
                    link.close()
                self.assertEqual(s.wait(), 0)
                self.assertIn("stopped domain=example.org", s.logged())
                for name in ("ports.json", "anserd.sock"):
                    self.assertFalse(os.path.exists(os.path.join(self.data, name)))

    def test_who_does_not_hang_up_does_not_hold_it(self):
        s = self.start()
        link = s.dial("classic")
        self.assertEqual(s.end(), 0)
        link.close()

    def test_hup_takes_what_can_change(self):
        path = os.path.join(self.dir, "conf")

        def write(text):
            with open(path, "w") as f:
                f.write(text)

        write("[log]\nlevel = info\n")
        s = self.start(cores=2, config=path)
        write("[log]\nlevel = debug\n[server]\nuser = nobody\n")
        s.send(signal.SIGHUP)
        s.wait_for('settings_reloaded changed="log.level')
        self.assertIn('restart="server.user', s.logged())
        write("[log]\nlevel = loud\n")
        s.send(signal.SIGHUP)
        s.wait_for("reload_refused")
        self.assertIn(f"{path}:2", s.logged())
        s.dial("classic").close()
        self.assertEqual(s.end(), 0)

    def test_term_is_heard_behind_many_hups(self):
        s = self.start()
        for _ in range(2000):
            s.send(signal.SIGHUP)
        self.assertEqual(s.end(), 0)
        self.assertLess(s.logged().count("settings_reloaded"), 1000)

    def test_hup_shows_the_new_certificate(self):
        s = self.start(cores=2)
        before = {s.certificate() for _ in range(8)}
        self.assertEqual(len(before), 1)
        os.unlink(os.path.join(self.data, "tls", "server.crt"))
        s.send(signal.SIGHUP)
        s.wait_for("settings_reloaded")
        # Each core moves on in a turn of its own.
        for _ in range(1000):
            after = {s.certificate() for _ in range(8)}
            if len(after) == 1 and after != before:
                break
        self.assertEqual(len(after), 1)
        self.assertNotEqual(after, before)


class Visitor(threading.Thread):
    """Comes and goes, politely and not; what it does follows from its seed."""

    ROUNDS = 25
    HEAD = (b"<?xml version='1.0'?><stream:stream to='example.org' version='1.0' xmlns='jabber:client' "
            b"xmlns:stream='http://etherx.jabber.org/streams'>")

    def __init__(self, server, seed, names):
        super().__init__()
        self.server, self.chance, self.names = server, random.Random(seed), names
        self.visits = 0

    def leave(self, s):
        if self.chance.random() < 0.4:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
        s.close()

    def talk(self, s):
        with s.makefile("rw", encoding="utf-8", newline="\n") as f:
            name = self.chance.choice(self.names)
            f.write(f"101|{name},secret and long\n")
            f.flush()
            f.readline()
            for i in range(self.chance.randrange(20)):
                f.write(f"103|{name},{self.chance.choice(self.names)},number {i}\n")
            f.flush()
            f.readline()

    def classic(self):
        s = self.server.dial("classic")
        self.talk(s)
        self.leave(s)

    def classics(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        s = context.wrap_socket(self.server.dial("classics"))
        self.talk(s)
        self.leave(s)

    def half_a_handshake(self):
        s = self.server.dial("xmpps")
        s.sendall(self.chance.choice((b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n\r\n", b"\x16")))
        self.leave(s)

    def half_a_starttls(self):
        s = self.server.dial("xmpp")
        s.sendall(self.HEAD)
        heard = b""
        while b"</stream:features>" not in heard:
            heard += s.recv(4096) or b"</stream:features>"
        s.sendall(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        s.recv(1000)
        self.leave(s)

    def run(self):
        for _ in range(self.ROUNDS):
            visit = self.chance.choice((self.classic, self.classic, self.classics, self.half_a_handshake, self.half_a_starttls))
            try:
                visit()
                self.visits += 1
            except ConnectionError:
                pass  # what a visitor before left behind: sessions are bounded, and an old one may be ended


class Churn(Case):
    def test_many_come_and_go_while_it_reloads(self):
        names = [f"u{i}" for i in range(5)]
        for cores in (1, 2):
            s = self.start(cores=cores)
            with s.dial("classic") as link, link.makefile("rw") as f:
                for name in names:
                    f.write(f"100|{name},secret and long\n")
                    f.flush()
                    self.assertEqual(f.readline(), "1|\n")
            visitors = [Visitor(s, seed, names) for seed in range(6)]
            for v in visitors:
                v.start()
            while any(v.is_alive() for v in visitors):
                s.send(signal.SIGHUP)
                max(visitors, key=threading.Thread.is_alive).join(0.2)
            self.assertIsNone(s.process.poll(), s.logged())
            self.assertGreater(sum(v.visits for v in visitors), 100)
            self.assertEqual(s.end(), 0)
            for word in (" fault ", "Sanitizer", "runtime error"):
                self.assertNotIn(word, s.logged())
            shutil.rmtree(self.data)


if __name__ == "__main__":
    unittest.main(verbosity=2)
