/* SPDX-License-Identifier: Apache-2.0
 *
 * transport/authority.h - a small certificate authority of our own, for servers that were given no certificate: devices that
 * trust its one root (ca.crt) trust the server, with no internet and no other party involved.
 */
#pragma once
#include "base/buf.h"

/* Sees to it that `dir` (made when missing, 0700) holds ca.crt, ca.key, server.crt and server.key. The server's certificate is for
 * `domain`, the host name, its .local, localhost and every address of this machine; it is made anew when it is missing, damaged,
 * for other names, or ends in less than 30 days. Keys are ECDSA P-256, mode 0600. `made` says whether there is a new one.
 * 0, or a negative errno and a sentence for the operator in `why`. */
int authority_ensure(const char *dir, struct str domain, msec now, bool *made, struct buf *why);

/* The certificate that devices are to trust: as PEM, and its SHA-256 as AA:BB:…; both appended. 0 or a negative errno and a sentence. */
int authority_root(const char *dir, struct buf *pem, struct buf *fingerprint, struct buf *why);
