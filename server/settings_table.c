/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings_table.h"

#include "base/mem.h"

#define KIB 1024LL
#define MIB (1024 * KIB)
#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

#define ROW(section_name, kind, value, least, most, words, takes_effect, text)                                          \
	{ .name = section_name, .type = SETTING_##kind, .fallback = value, .min = least, .max = most, .choices = words, \
	  .when = SETTING_##takes_effect, .help = text }
#define NUMBER(name, kind, value, least, most, when, help) ROW(name, kind, value, least, most, NULL, when, help)
#define WORDS(name, value, words, when, help) ROW(name, CHOICE, value, 0, 0, words, when, help)
#define PLAIN(name, kind, value, when, help) ROW(name, kind, value, 0, 0, NULL, when, help)

const struct setting settings_table[] = {
	PLAIN("server.domain", TEXT, "localhost", RESTART,
	      "What stands behind the @ in addresses: tom@DOMAIN. Where it is not set it is the name of this machine in small letters, or "
	      "localhost if it has none. Choose it before people make accounts: contact lists hold full addresses."),
	PLAIN("server.data", PATH, "anser-data", RESTART,
	      "The directory for everything the server keeps: database, certificates, the socket of anserctl. Made at the first start, readable by "
	      "its owner only. A relative path starts where anserd was started; a service should give an absolute one, such as /var/lib/anser. "
	      "The option --data sets the same."),
	NUMBER("server.cores", INT, "1", 1, 64, RESTART,
	       "How many threads serve clients, each with an event loop of its own. One serves thousands of people; more than there are CPUs is slower."),
	PLAIN("server.user", TEXT, "", RESTART,
	      "When started by root: the user to become once the ports are open. Empty: stays as it is. A server that is broken into should own nothing else."),

	PLAIN("listen.xmpp", ADDRESSES, "[::]:5222", RESTART,
	      "Where XMPP clients connect and then switch to TLS (STARTTLS). [::] takes IPv4 too. Empty: off."),
	PLAIN("listen.xmpps", ADDRESSES, "[::]:5223", RESTART, "The same with TLS from the first byte (XEP-0368). Empty: off."),
	PLAIN("listen.classic", ADDRESSES, "127.0.0.1:7788", RESTART,
	      "Where clients of the classic protocol connect without TLS. Passwords travel as they are: another address than loopback lets everybody "
	      "on the way read them, and is written to the log. Empty: off."),
	PLAIN("listen.classics", ADDRESSES, "[::]:7789", RESTART, "The classic protocol over TLS. Empty: off."),

	PLAIN("listen.hybrid", ADDRESSES, "[::]:7790", RESTART,
	      "Where clients of the hybrid protocol log in, with UDP and TCP of one number. They talk to one another directly and need no account, so they are served on this machine "
	      "and on private networks only, unless hybrid.networks says otherwise. Several addresses must have one number. Empty: off."),

	PLAIN("listen.http", ADDRESSES, "127.0.0.1:5280", RESTART,
	      "The web page and all that belongs to it, without TLS. Pages that came without TLS from another machine never send a password: people can log in there, "
	      "but make no account. Empty: off."),
	PLAIN("listen.https", ADDRESSES, "[::]:5281", RESTART, "The web page with TLS. Empty: off."),
	PLAIN("listen.any", ADDRESSES, "", RESTART,
	      "One port for everything: TLS or not, the web page, XMPP and the classic protocol are told apart by their first bytes. For where only one port can be "
	      "forwarded. The classic protocol is served there over TLS only, except to this machine. Empty: off."),

	PLAIN("listen.relay", ADDRESSES, "", RESTART,
	      "A relay for files between clients that cannot reach one another and know nothing newer (XEP-0065), such as [::]:7777. Only who has an account can join two "
	      "connections there; none takes more bytes than files.max_size. Clients are told the host of web.address, or the domain. Empty: off."),

	PLAIN("listen.components", ADDRESSES, "127.0.0.1:5347", RESTART,
	      "Where programs connect that serve a domain of their own (XEP-0114), such as gateways to other networks. Open only while components.secrets names one. There is "
	      "no TLS on this port: leave it on this machine, or on a network between machines that are trusted."),

	PLAIN("web.address", TEXT, "", LIVE,
	      "Where people reach the page, such as https://chat.example.org. It stands in invitations and in links to files. Empty: the domain with the port of "
	      "listen.https; set it where that name cannot be looked up, or where something stands in front of the server, which should then "
	      "send X-Forwarded-For and X-Forwarded-Proto."),
	PLAIN("web.origins", TEXT, "", LIVE,
	      "Sites whose pages may speak XMPP with this server, over WebSocket and BOSH, beside its own: https://chat.example.org, parted by blanks; * for all. "
	      "A page can log in only with a password that somebody types, so this keeps strangers from trying passwords through the browsers of others."),

	PLAIN("store.url", URL, "", RESTART,
	      "Where accounts and messages are kept. Empty: sqlite:DATA/anser.db, where DATA is server.data. memory: keeps nothing over a restart and is for tests."),

	NUMBER("files.max_size", BYTES, "1G", 0, 1024 * 1024 * MIB, LIVE,
	       "The largest file that may be sent. What is on its way is never held in memory, so it is the disk that counts. 0: no files are taken; those that are there stay."),
	NUMBER("files.quota", BYTES, "5G", 0, 1024LL * 1024 * 1024 * MIB, LIVE,
	       "What the files of one account may be in all, each counted as 4 KiB at least. Then it can send no more until it removes some or they expire. 0: no limit."),
	NUMBER("files.keep", DURATION, "0", 0, 100 * 365 * DAY, LIVE,
	       "How long a file stays, such as 90d, counted from when it was sent; the message about it stays in any case. A change is for files that are sent from then on. 0: for ever."),
	NUMBER("files.reserve", BYTES, "1G", 0, 1024 * 1024 * MIB, RESTART,
	       "Room on the disk that files leave alone. Messages need it: a server that cannot store refuses them."),

	WORDS("registration.policy", "invite", "open invite closed", LIVE,
	      "Who may make an account: anybody who reaches the server (open), who was invited (invite), only the operator with anserctl "
	      "(closed). An open server on the internet is found by spammers within days."),
	PLAIN("registration.loopback", BOOL, "yes", LIVE,
	      "Programs on this machine may make accounts unless the policy is closed. Turn it off where strangers have a shell here."),
	NUMBER("registration.per_hour", INT, "10", 1, 100000, LIVE,
	       "Accounts that one address may make in an hour. Loopback is not counted. Enough for a family behind one address, too few for a flood."),

	WORDS("invites.who", "everyone", "everyone admins", LIVE,
	      "Who may invite: everyone with an account, or administrators only. Who comes with an invitation becomes a contact of who gave it, and may make an account "
	      "where registration.policy is open or invite."),
	NUMBER("invites.expire", DURATION, "7d", 1 * MINUTE, 365 * DAY, LIVE,
	       "How long an invitation is good. A link that lies about in a chat for a year is found by somebody else."),
	NUMBER("invites.uses", INT, "1", 1, 10000, LIVE, "How many people may come with one invitation, where who gives it says nothing else."),
	PLAIN("people.search", BOOL, "yes", LIVE,
	      "Everybody with an account may find everybody else by name (XEP-0055). Right for a firm or a family; turn it off where people do not know one another."),

	PLAIN("rooms.domain", TEXT, "", RESTART,
	      "Where rooms are: their addresses are ROOM@ this. Empty: rooms. and server.domain; none: there are no rooms. Rooms and who belongs to them are kept under "
	      "their addresses, so choose it before people make some."),
	WORDS("rooms.create", "anyone", "anyone admins", LIVE,
	      "Who may make rooms: everybody with an account, or administrators only."),
	NUMBER("rooms.max", INT, "100", 0, 1000000, LIVE,
	       "Rooms that one account may own, administrators excepted. Enough for anybody, too few to fill the disk with. 0: no limit."),

	PLAIN("components.secrets", SECRET, "", RESTART,
	      "The programs that serve a domain of their own, each as domain:secret, parted by blanks: irc.example.org:a-long-random-word. A program is believed whatever it "
	      "says of the addresses at its domain, and nothing of any other. A secret has 8 characters at least and no blanks; anserctl settings says only that there is one."),

	WORDS("push.content", "none", "none sender body", LIVE,
	      "What a push service (XEP-0357) is told of a message beside that there is one: nothing, who sent it, or also its text, unless that is encrypted. Such a service "
	      "belongs to the maker of a client, and hands what it is told to the maker of the phone. Clients fetch the message themselves."),

	PLAIN("calls.servers", TEXT, "", LIVE,
	      "Programs that help calls through where two devices cannot reach one another, parted by blanks: stun:stun.example.org "
	      "turn:turn.example.org:3478?transport=udp turns:turn.example.org:5349. Clients ask for them (XEP-0215). Empty: none; calls then work where the "
	      "devices see each other, such as in one house."),
	PLAIN("calls.secret", SECRET, "", LIVE,
	      "What this server shares with the TURN servers, coturn's static-auth-secret: everybody gets a name and a password of his own that are good for "
	      "calls.expire. anserctl settings says only that there is one. Empty: clients are told that they need a password, and must know one."),
	NUMBER("calls.expire", DURATION, "12h", 10 * MINUTE, 30 * DAY, LIVE,
	       "How long such a name and password are good. Longer than any call; a client asks for new ones when they end."),

	WORDS("archive.default", "always", "always roster never", LIVE,
	      "Whose messages are archived for people who have not chosen themselves (XEP-0313): of everybody, of contacts, of nobody."),

	PLAIN("tls.certificate", PATH, "", LIVE,
	      "A file with the certificate chain in PEM, the server's own first; read again at every reload, for connections from then on. Empty: one is "
	      "made and signed by an authority of our own in server.data."),
	PLAIN("tls.key", PATH, "", LIVE, "A file with the private key in PEM that belongs to tls.certificate. Both or none."),

	NUMBER("login.token_expire", DURATION, "60d", 0, 3650 * DAY, LIVE,
	       "How long a device may stay away and still come back without a password, by a token that it was given (XEP-0484); it gets a new one every day that it "
	       "is here. Longer is more convenient, and lets who finds a lost device in for longer, if nobody revokes it. 0: no tokens."),

	PLAIN("classic.require_tls", BOOL, "no", LIVE,
	      "Refuses logins and files of the classic protocol on connections without TLS, also from this machine."),
	PLAIN("classic.approve", BOOL, "yes", LIVE,
	      "People who only use clients without contact lists cannot answer when somebody asks to see whether they are online: the "
	      "server says yes for them."),

	PLAIN("hybrid.networks", TEXT, "private", LIVE,
	      "Who is served by the hybrid protocol beside this machine: private (the addresses of private networks), networks such as 203.0.113.0/24 or 2001:db8::/32, several of these parted "
	      "by blanks; or any. Empty: this machine only. It asks for no password, and everybody who is served may take a name that no account has: open it to networks that you know."),
	NUMBER("hybrid.guests", INT, "1000", 0, 100000, LIVE,
	       "How many people without an account may be in at one time. They are online for everybody and can write to everybody; nothing is kept for them. 0: none, and the hybrid protocol is for "
	       "those who have an account."),
	PLAIN("hybrid.ports", TEXT, "", LIVE,
	      "The UDP ports behind which people of the other protocols stand in the hybrid list, one for each who is online, such as 7800-7999. Set it where a firewall must let them through; "
	      "who finds no port left is not in that list. Empty: any that are free, at most 1024."),
	NUMBER("hybrid.lease", DURATION, "90s", 1 * SECOND, 1 * DAY, LIVE,
	       "How long a client of the hybrid protocol that keeps no connection stays in without a word. After half of that it is asked whether it is still there."),
	NUMBER("hybrid.rate", INT, "5", 1, 100000, LIVE,
	       "Datagrams a second that are looked at from one address, at the port of listen.hybrid. More are not lost letters: clients log in and out there, and talk elsewhere."),
	NUMBER("hybrid.rate_all", INT, "200", 1, 1000000, LIVE,
	       "The same from all addresses together. Whoever writes false addresses into datagrams has as many as he likes; this bounds what he can make the server do."),

	NUMBER("limits.connections", INT, "15000", 10, 1000000, LIVE,
	       "Connections at one time, all doors together. Each takes a file; the system's limit of open files must be higher."),
	NUMBER("limits.connections_per_address", INT, "200", 1, 1000000, LIVE,
	       "Connections at one time from one address. Loopback is not counted. An office behind one address has many; an attacker wants more."),
	NUMBER("limits.login_deadline", DURATION, "30s", 1 * SECOND, 10 * MINUTE, LIVE,
	       "A connection that has not logged in after this time is closed. A phone on a bad line needs a few seconds."),
	NUMBER("limits.login_attempts", INT, "10", 1, 100000, LIVE,
	       "Failed logins in five minutes, of one account and from one address; then refused for a while without looking at the password. "
	       "Enough for a forgotten password, too few for guessing."),
	NUMBER("limits.stanza_bytes_before_login", BYTES, "10000", 10000, 1 * MIB, LIVE,
	       "The largest stanza before login. RFC 6120 (13.12) wants at least 10000; what comes before login is never larger."),
	NUMBER("limits.stanza_bytes", BYTES, "256K", 10000, 16 * MIB, LIVE,
	       "The largest stanza after login. Pictures in vCards want more than the 10000 of RFC 6120; each connection may make the server hold one."),
	NUMBER("limits.bytes_per_second", BYTES, "1M", 0, 1024 * MIB, LIVE,
	       "What one session may send in the long run, after a burst of ten times as much; then it is read more slowly. 0: no limit."),
	NUMBER("limits.sessions_per_account", INT, "20", 1, 10000, LIVE,
	       "Devices of one account that are logged in at one time. Each gets a copy of every message."),
	NUMBER("limits.roster_items", INT, "1000", 10, 100000, LIVE,
	       "Contacts of one account. Every login of any of them sends presence to all the others."),
	NUMBER("limits.offline_messages", INT, "10000", 1, 10000000, LIVE,
	       "Messages that wait for one account. Then its senders get an error, so that nobody can fill the disk."),
	NUMBER("limits.backlog", BYTES, "512K", 64 * KIB, 1024 * MIB, LIVE,
	       "What one client may leave unread before its connection is closed; its messages then wait in the store, not in memory."),
	NUMBER("limits.resume_time", DURATION, "10m", 0, 7 * DAY, LIVE,
	       "How long a session whose connection broke waits for its client to come back (XEP-0198). Meanwhile its contacts see it online."),

	PLAIN("contact.abuse", TEXT, "", LIVE,
	      "Whom to tell about abuse: addresses such as mailto:abuse@example.org or xmpp:admin@example.org, parted by blanks (XEP-0157). Shown to everybody."),
	PLAIN("contact.admin", TEXT, "", LIVE, "Whom to ask about the server itself; written and shown as contact.abuse."),
	PLAIN("contact.support", TEXT, "", LIVE, "Whom to ask for help; written and shown as contact.abuse."),

	WORDS("log.level", "info", "debug info notice warning error", LIVE,
	      "The least important events that are written to the log (stderr). Passwords and the texts of messages are never written, at any level."),
};
const size_t settings_table_n = countof(settings_table);

void settings_page(const struct settings *s, struct buf *to)
{
	buf_lit(to, ".\\\" Made by anserd --manual from server/settings_table.c: change it there.\n"
		    ".TH ANSERD.CONF 5 \"\" \"Anser " ANSER_VERSION "\" \"Anser\"\n"
		    ".SH NAME\nanserd.conf \\- settings of the Anser message server\n"
		    ".SH DESCRIPTION\n"
		    ".B anserd \\-\\-config\n.I FILE\nreads its settings from a file of sections and lines:\n"
		    ".PP\n.nf\n[server]\ndomain = example.org\n\n[listen]\nclassic = 127.0.0.1:7788, [::1]:7788\n.fi\n"
		    ".PP\nA line that begins with ; or # is a comment, and so is what follows a blank and a semicolon. A line holds at most 190 bytes.\n"
		    "A name that is unknown, a value that does not fit, and a name that is given twice are errors: anserd says the file and the line,\n"
		    "and ends with status 2.\n"
		    ".PP\n.B \\-\\-set\n.I section.name=value\non the command line overrides the file.\n"
		    ".B anserd \\-\\-sample\\-config\nprints a file with every default,\n"
		    ".B anserctl settings\nwhat a running server uses, and where it comes from.\n"
		    ".PP\nBytes may be followed by K, M or G (times 1024). Times are followed by ms, s, m, h or d; without, they are seconds.\n"
		    ".SH SETTINGS\n");
	settings_manual(s, to);
	buf_lit(to, ".SH SIGNALS\nAt SIGHUP, or\n.BR \"anserctl reload\" ,\n"
		    "the file is read again, and what can change while running does.\n"
		    ".SH SEE ALSO\n.B anserd \\-\\-help\nand\n.B anserctl \\-\\-help\n");
}
