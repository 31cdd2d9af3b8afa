/* SPDX-License-Identifier: Apache-2.0
 *
 * model/endpoint.h - where datagrams come from and go to: an address and a port. Written "a.b.c.d:port" or "[v6]:port".
 */
#pragma once
#include "base/buf.h"

struct endpoint {
	uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint16_t port;       /* 0: none */
};

enum { ENDPOINT_TEXT_MAX = 53 }; /* bytes, without a zero */

/* Exactly one endpoint and nothing else: decimal octets without leading zeros, a port from 1 to 65535. False: *ret is untouched. */
bool endpoint_parse(struct endpoint *ret, struct str text);
void endpoint_write(struct buf *to, const struct endpoint *e);
/* The address alone, without brackets. */
void endpoint_address_write(struct buf *to, const uint8_t address[16]);
bool endpoint_address_parse(uint8_t ret[16], struct str text);

static inline bool endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->address, b->address, 16);
}

bool endpoint_is_loopback(const uint8_t address[16]); /* 127/8, ::1 */
/* Loopback, link-local and what is for private use: RFC 1918, RFC 3927, RFC 4193 (fc00::/7), RFC 4291 (fe80::/10). */
bool endpoint_is_private(const uint8_t address[16]);
bool endpoint_is_v4(const uint8_t address[16]);

/* The addresses whose first `bits` bits are those of `address`: "10.0.0.0/8", "fd00::/8", or one address alone. */
struct network {
	uint8_t address[16];
	uint8_t bits; /* of 128; those of IPv4 count from 96 */
};

/* What lies behind the bits of the prefix does not matter. False: *ret is untouched. */
bool network_parse(struct network *ret, struct str text);
bool network_holds(const struct network *n, const uint8_t address[16]);
