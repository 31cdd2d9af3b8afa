/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crypt.h"

#include <assert.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { HASH_BLOCK = 64 }; /* of SHA-1 and of SHA-256 alike */

/* Looking an algorithm up costs more than hashing a short text with it: once per process. */
static EVP_MD *digest[HASHES];
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void must(int ok, const char *what)
{
	if (ok != 1) {
		fprintf(stderr, "anser: libcrypto cannot %s; stopping\n", what);
		abort();
	}
}

static void fetch(void)
{
	digest[HASH_SHA1] = EVP_MD_fetch(NULL, "SHA1", NULL);
	digest[HASH_SHA256] = EVP_MD_fetch(NULL, "SHA256", NULL);
	must(digest[HASH_SHA1] && digest[HASH_SHA256], "hash");
}

static EVP_MD *digest_of(enum hash h)
{
	assert(h == HASH_SHA1 || h == HASH_SHA256);
	pthread_once(&fetched, fetch);
	return digest[h];
}

static void context_free(EVP_MD_CTX **c) { EVP_MD_CTX_free(*c); }
#define own_context __attribute__((cleanup(context_free))) EVP_MD_CTX

static EVP_MD_CTX *context_new(void)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	must(c != NULL, "allocate");
	return c;
}

/* H(a || b) */
static void sum_of_two(EVP_MD_CTX *c, EVP_MD *md, struct str a, struct str b, uint8_t *to)
{
	must(EVP_DigestInit_ex2(c, md, NULL), "hash");
	must(EVP_DigestUpdate(c, a.p, a.n), "hash");
	must(EVP_DigestUpdate(c, b.p, b.n), "hash");
	must(EVP_DigestFinal_ex(c, to, NULL), "hash");
}

void hash_sum(enum hash h, struct str data, uint8_t *to)
{
	own_context *c = context_new();

	sum_of_two(c, digest_of(h), data, STR(""), to);
}

/* It is libcrypto's own context. */
struct hash_stream *hash_begin(enum hash h)
{
	EVP_MD_CTX *c = context_new();

	must(EVP_DigestInit_ex2(c, digest_of(h), NULL), "hash");
	return (struct hash_stream *)c;
}

void hash_add(struct hash_stream *s, struct str bytes) { must(EVP_DigestUpdate((EVP_MD_CTX *)s, bytes.p, bytes.n), "hash"); }

void hash_end(struct hash_stream *s, uint8_t *to)
{
	must(EVP_DigestFinal_ex((EVP_MD_CTX *)s, to, NULL), "hash");
	hash_drop(s);
}

void hash_drop(struct hash_stream *s) { EVP_MD_CTX_free((EVP_MD_CTX *)s); }

void hash_hmac(enum hash h, struct str key, struct str data, uint8_t *to)
{
	own_context *c = context_new();
	EVP_MD *md = digest_of(h);
	uint8_t inner[HASH_BLOCK], outer[HASH_BLOCK], sum[HASH_BYTES_MAX];

	memset(sum, 0, sizeof sum);
	if (key.n > HASH_BLOCK) {
		sum_of_two(c, md, key, STR(""), sum);
		key = str_bytes(sum, hash_bytes(h));
	}
	for (size_t i = 0; i < HASH_BLOCK; i++) {
		uint8_t byte = i < key.n ? (uint8_t)key.p[i] : 0;

		inner[i] = byte ^ 0x36;
		outer[i] = byte ^ 0x5c;
	}
	sum_of_two(c, md, str_bytes(inner, sizeof inner), data, sum);
	sum_of_two(c, md, str_bytes(outer, sizeof outer), str_bytes(sum, hash_bytes(h)), to);
	secret_wipe(inner, sizeof inner);
	secret_wipe(outer, sizeof outer);
	secret_wipe(sum, sizeof sum);
}

void hash_pbkdf2(enum hash h, struct str password, struct str salt, uint32_t rounds, uint8_t *to)
{
	assert(rounds >= 1 && rounds <= INT_MAX && password.n <= INT_MAX && salt.n <= INT_MAX);
	must(PKCS5_PBKDF2_HMAC(password.p ? password.p : "", (int)password.n, (const unsigned char *)salt.p, (int)salt.n,
			       (int)rounds, digest_of(h), (int)hash_bytes(h), to), "derive a key");
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(struct buf *to, struct str bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	char *out = buf_room(to, (bytes.n + 2) / 3 * 4 + 1);

	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		uint32_t three = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);

		*out++ = alphabet[three >> 18];
		*out++ = alphabet[three >> 12 & 63];
		*out++ = left > 1 ? alphabet[three >> 6 & 63] : '=';
		*out++ = left > 2 ? alphabet[three & 63] : '=';
	}
	to->n += (bytes.n + 2) / 3 * 4;
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_read(struct buf *to, struct str text)
{
	size_t pad = 0, was = to->n;
	uint32_t bits = 0;
	unsigned have = 0;

	if (text.n % 4)
		return false;
	while (pad < 2 && pad < text.n && text.p[text.n - 1 - pad] == '=')
		pad++;
	buf_room(to, text.n / 4 * 3 + 1);
	for (size_t i = 0; i < text.n - pad; i++) {
		int v = base64_value(text.p[i]);

		if (v < 0) {
			to->n = was;
			return false;
		}
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			to->p[to->n++] = (char)(bits >> have);
		}
	}
	if (bits & ((1u << have) - 1)) { /* bits that no writer of ours would set: a second spelling of the same value */
		to->n = was;
		return false;
	}
	return true;
}

void hex_write(struct buf *to, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.n; i++) {
		buf_byte(to, digits[(unsigned char)bytes.p[i] >> 4]);
		buf_byte(to, digits[(unsigned char)bytes.p[i] & 15]);
	}
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool hex_read(struct buf *to, struct str text)
{
	size_t was = to->n;

	if (text.n % 2)
		return false;
	for (size_t i = 0; i < text.n; i += 2) {
		int high = hex_value(text.p[i]), low = hex_value(text.p[i + 1]);

		if (high < 0 || low < 0) {
			to->n = was;
			return false;
		}
		buf_byte(to, (char)(high << 4 | low));
	}
	return true;
}

bool secret_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}

void secret_wipe(void *p, size_t n)
{
	if (n)
		OPENSSL_cleanse(p, n);
}
