// SPDX-License-Identifier: Apache-2.0
// Namespaces, each where its standard says.

export const NS = {
	client: 'jabber:client',
	framing: 'urn:ietf:params:xml:ns:xmpp-framing', // RFC 7395
	stream: 'http://etherx.jabber.org/streams',
	streamErrors: 'urn:ietf:params:xml:ns:xmpp-streams',
	stanzaErrors: 'urn:ietf:params:xml:ns:xmpp-stanzas',
	sasl: 'urn:ietf:params:xml:ns:xmpp-sasl',
	bind: 'urn:ietf:params:xml:ns:xmpp-bind',
	sasl2: 'urn:xmpp:sasl:2', // XEP-0388
	bind2: 'urn:xmpp:bind:0', // XEP-0386
	fast: 'urn:xmpp:fast:0', // XEP-0484
	roster: 'jabber:iq:roster',
	rosterVersions: 'urn:xmpp:features:rosterver',
	preApproval: 'urn:xmpp:features:pre-approval',
	last: 'jabber:iq:last', // XEP-0012
	discoInfo: 'http://jabber.org/protocol/disco#info', // XEP-0030
	discoItems: 'http://jabber.org/protocol/disco#items',
	commands: 'http://jabber.org/protocol/commands', // XEP-0050
	data: 'jabber:x:data', // XEP-0004
	muc: 'http://jabber.org/protocol/muc', // XEP-0045
	mucUser: 'http://jabber.org/protocol/muc#user',
	mucAdmin: 'http://jabber.org/protocol/muc#admin',
	mucOwner: 'http://jabber.org/protocol/muc#owner',
	roomInfo: 'http://jabber.org/protocol/muc#roominfo',
	roomConfig: 'http://jabber.org/protocol/muc#roomconfig',
	vcard: 'vcard-temp', // XEP-0054
	search: 'jabber:iq:search', // XEP-0055
	rsm: 'http://jabber.org/protocol/rsm', // XEP-0059
	pubsub: 'http://jabber.org/protocol/pubsub', // XEP-0060
	pubsubEvent: 'http://jabber.org/protocol/pubsub#event',
	publishOptions: 'http://jabber.org/protocol/pubsub#publish-options',
	oob: 'jabber:x:oob', // XEP-0066
	register: 'jabber:iq:register', // XEP-0077
	registerFeature: 'http://jabber.org/features/iq-register',
	chatStates: 'http://jabber.org/protocol/chatstates', // XEP-0085
	caps: 'http://jabber.org/protocol/caps', // XEP-0115
	vcardUpdate: 'vcard-temp:x:update', // XEP-0153
	receipts: 'urn:xmpp:receipts', // XEP-0184
	blocking: 'urn:xmpp:blocking', // XEP-0191
	blockingErrors: 'urn:xmpp:blocking:errors',
	sm: 'urn:xmpp:sm:3', // XEP-0198
	ping: 'urn:xmpp:ping', // XEP-0199
	time: 'urn:xmpp:time', // XEP-0202
	delay: 'urn:xmpp:delay', // XEP-0203
	carbons: 'urn:xmpp:carbons:2', // XEP-0280
	conference: 'jabber:x:conference', // XEP-0249
	forward: 'urn:xmpp:forward:0', // XEP-0297
	hashes: 'urn:xmpp:hashes:2', // XEP-0300
	correct: 'urn:xmpp:message-correct:0', // XEP-0308
	mam: 'urn:xmpp:mam:2', // XEP-0313
	markers: 'urn:xmpp:chat-markers:0', // XEP-0333
	hints: 'urn:xmpp:hints', // XEP-0334
	csi: 'urn:xmpp:csi:0', // XEP-0352
	sid: 'urn:xmpp:sid:0', // XEP-0359
	upload: 'urn:xmpp:http:upload:0', // XEP-0363
	references: 'urn:xmpp:reference:0', // XEP-0372
	invite: 'urn:xmpp:invite', // XEP-0401, 0445
	preauth: 'urn:xmpp:pars:0', // XEP-0379
	ibrToken: 'urn:xmpp:ibr-token:0',
	retract: 'urn:xmpp:message-retract:1', // XEP-0424
	bookmarks: 'urn:xmpp:bookmarks:1', // XEP-0402
	occupant: 'urn:xmpp:occupant-id:0', // XEP-0421
	retract0: 'urn:xmpp:message-retract:0',
	fasten: 'urn:xmpp:fasten:0',
	moderate: 'urn:xmpp:message-moderate:1', // XEP-0425
	fallback: 'urn:xmpp:fallback:0', // XEP-0428
	fulltext: 'urn:xmpp:fulltext:0', // XEP-0431
	channelSearch: 'urn:xmpp:channel-search:0:search', // XEP-0433
	channelSearchParams: 'urn:xmpp:channel-search:0:search-params',
	reactions: 'urn:xmpp:reactions:0', // XEP-0444
	fileMeta: 'urn:xmpp:file:metadata:0', // XEP-0446
	sfs: 'urn:xmpp:sfs:0', // XEP-0447
	urlData: 'http://jabber.org/protocol/url-data',
	thumbs: 'urn:xmpp:thumbs:1', // XEP-0264
	reply: 'urn:xmpp:reply:0', // XEP-0461
	mds: 'urn:xmpp:mds:displayed:0', // XEP-0490
	nick: 'http://jabber.org/protocol/nick', // XEP-0172
	notifySettings: 'urn:xmpp:notification-settings:1', // XEP-0492
	clients: 'urn:xmpp:cam:0', // XEP-0494
	anserMam: 'urn:anser:mam:0',
	anserInvite: 'urn:anser:invite:0',
	anserDevice: 'urn:anser:device:0',
	anserRooms: 'urn:anser:rooms:0',
	anserFiles: 'urn:anser:files:0',
} as const;
