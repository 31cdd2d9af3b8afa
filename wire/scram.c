/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/scram.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
	MESSAGE_MAX = 8192,  /* names, nonces and binding data fit many times */
	NAME_MAX_ = 1023,    /* RFC 6122 */
	NONCE_MAX = 256,
	ROUNDS_LEAST = 4096, /* RFC 7677, 4 */
	ROUNDS_MOST = 1000000,
};

const char *const scram_binding_name[SCRAM_BINDINGS] = { "tls-exporter", "tls-server-end-point" };

/* ---- attributes ------------------------------------------------------------------------------------------------- */

/* Takes the next "x=value" off the front of *rest. False when there is none or it is no attribute. */
static bool attribute(struct str *rest, char *key, struct str *value)
{
	size_t end = str_find(*rest, ',');
	struct str a = str_n(rest->p, end);

	if (a.n < 2 || a.p[1] != '=' || !((a.p[0] >= 'a' && a.p[0] <= 'z') || (a.p[0] >= 'A' && a.p[0] <= 'Z')))
		return false;
	if (end + 1 == rest->n) /* a comma with nothing behind it */
		return false;
	*key = a.p[0];
	*value = str_from(a, 2);
	*rest = str_from(*rest, end + 1);
	return true;
}

/* The same, and it must be `key`. */
static bool expect(struct str *rest, char key, struct str *value)
{
	char found;

	return attribute(rest, &found, value) && found == key;
}

/* What is left must be attributes that may be ignored: any but `m`, which says that it may not (RFC 5802, 5.1). */
static int ignore(struct str rest)
{
	struct str value;
	char key;

	while (rest.n) {
		if (!attribute(&rest, &key, &value))
			return SASL_MALFORMED;
		if (key == 'm')
			return SASL_UNSUPPORTED;
	}
	return 0;
}

/* RFC 5802, 5.1: a saslname, in which "," and "=" are written as =2C and =3D. */
static bool name_read(struct buf *to, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '=') {
			buf_byte(to, text.p[i]);
			continue;
		}
		if (str_starts(str_from(text, i), STR("=2C")))
			buf_byte(to, ',');
		else if (str_starts(str_from(text, i), STR("=3D")))
			buf_byte(to, '=');
		else
			return false;
		i += 2;
	}
	return to->n > 0 && !memchr(to->p, 0, to->n) && str_is_utf8(buf_all(to));
}

static void name_write(struct buf *to, struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == ',')
			buf_lit(to, "=2C");
		else if (name.p[i] == '=')
			buf_lit(to, "=3D");
		else
			buf_byte(to, name.p[i]);
	}
}

static bool is_nonce(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x21 || s.p[i] > 0x7e)
			return false;
	return s.n > 0 && s.n <= NONCE_MAX;
}

/* A number as RFC 5802 writes them: no leading zero. */
static bool rounds_read(struct str s, uint64_t *ret) { return s.n && s.p[0] != '0' && str_u64(s, ret); }

/* ---- the server -------------------------------------------------------------------------------------------------- */

/* The flag at the front of the GS2 header: what the client knows of channel binding. */
static int binding_flag(struct scram_server *s, const struct sasl_mechanism *m, bool plus_offered, struct str flag)
{
	s->binding = SCRAM_UNBOUND;
	if (str_is(flag, "n"))
		return m->plus ? SASL_MALFORMED : 0;
	if (str_is(flag, "y")) {
		if (m->plus)
			return SASL_MALFORMED;
		return plus_offered ? SASL_DOWNGRADED : 0;
	}
	if (!str_starts(flag, STR("p=")) || !m->plus)
		return SASL_MALFORMED;
	for (unsigned i = 0; i < SCRAM_BINDINGS; i++)
		if (str_is(str_from(flag, 2), scram_binding_name[i])) {
			s->binding = (enum scram_binding)i;
			return 0;
		}
	return SASL_UNSUPPORTED;
}

/* client-first-message-bare: the name and the client's nonce. */
static int bare_read(struct scram_server *s, struct str bare)
{
	struct str rest = bare, value;

	if (str_starts(rest, STR("m=")))
		return SASL_UNSUPPORTED;
	if (!expect(&rest, 'n', &value) || value.n > 3 * NAME_MAX_ || !name_read(&s->name, value) || s->name.n > NAME_MAX_)
		return SASL_MALFORMED;
	if (!expect(&rest, 'r', &value) || !is_nonce(value))
		return SASL_MALFORMED;
	buf_str(&s->nonce, value);
	buf_str(&s->auth, bare);
	return ignore(rest);
}

static int authzid_read(struct scram_server *s, struct str field, struct str domain)
{
	own_buf authzid = { 0 };

	if (!field.n)
		return 0;
	if (!str_starts(field, STR("a=")) || field.n > 8 * NAME_MAX_ || !name_read(&authzid, str_from(field, 2)))
		return SASL_MALFORMED;
	return sasl_authzid_allowed(buf_all(&authzid), buf_all(&s->name), domain) ? 0 : SASL_INVALID_AUTHZID;
}

int scram_server_first(struct scram_server *s, const struct sasl_mechanism *m, bool plus_offered, struct str domain,
		       struct str client_first)
{
	size_t flag_n = str_find(client_first, ','), authzid_n;
	struct str flag = str_n(client_first.p, flag_n), authzid, rest = str_from(client_first, flag_n + 1);
	int r;

	assert(s->at == SCRAM_SERVER_BEGIN && m->kind == SASL_SCRAM);
	s->at = SCRAM_SERVER_ENDED; /* until all of it is found to be good */
	s->hash = m->hash;
	if (client_first.n > MESSAGE_MAX || flag_n == client_first.n)
		return SASL_MALFORMED;
	authzid_n = str_find(rest, ',');
	if (authzid_n == rest.n)
		return SASL_MALFORMED;
	authzid = str_n(rest.p, authzid_n);
	rest = str_from(rest, authzid_n + 1);
	if ((r = binding_flag(s, m, plus_offered, flag)) || (r = bare_read(s, rest)) || (r = authzid_read(s, authzid, domain)))
		return r;
	buf_add(&s->bound, client_first.p, (size_t)(rest.p - client_first.p));
	s->at = SCRAM_SERVER_NAMED;
	return 0;
}

void scram_server_challenge(struct scram_server *s, const struct verifier *v, bool real, const uint8_t random[SCRAM_NONCE_BYTES],
			    struct str binding_data, struct str extra, struct buf *out)
{
	size_t begin = out->n;

	assert(s->at == SCRAM_SERVER_NAMED && v->iterations);
	s->verifier = *v;
	s->real = real;
	if (s->binding != SCRAM_UNBOUND) {
		assert(binding_data.n); /* binding to nothing would bind to everything */
		buf_str(&s->bound, binding_data);
	}
	base64_write(&s->nonce, str_bytes(random, SCRAM_NONCE_BYTES));
	buf_lit(out, "r=");
	buf_str(out, buf_all(&s->nonce));
	buf_lit(out, ",s=");
	base64_write(out, verifier_salt(v));
	buf_lit(out, ",i=");
	buf_u64(out, v->iterations);
	if (extra.n) {
		buf_byte(out, ',');
		buf_str(out, extra);
	}
	buf_byte(&s->auth, ',');
	buf_add(&s->auth, out->p + begin, out->n - begin);
	s->at = SCRAM_SERVER_CHALLENGED;
}

struct client_final {
	struct str bound, nonce, proof;
	struct str unproved; /* the message up to the proof */
};

static int client_final_read(struct client_final *f, struct str message)
{
	struct str rest = message, value;
	char key;

	if (message.n > MESSAGE_MAX || !expect(&rest, 'c', &f->bound) || !expect(&rest, 'r', &f->nonce))
		return SASL_MALFORMED;
	for (;;) { /* extensions, then the proof, then nothing */
		f->unproved = str_n(message.p, (size_t)(rest.p - message.p) - (rest.n ? 1 : 0));
		if (!rest.n || !attribute(&rest, &key, &value))
			return SASL_MALFORMED;
		if (key == 'm')
			return SASL_UNSUPPORTED;
		if (key == 'p')
			break;
	}
	f->proof = value;
	return rest.n ? SASL_MALFORMED : 0;
}

/* Whether the proof holds: ClientKey = ClientProof XOR HMAC(StoredKey, AuthMessage), and H(ClientKey) must be StoredKey. */
static bool proof_holds(const struct scram_server *s, struct str proof)
{
	size_t n = hash_bytes(s->hash);
	uint8_t key[HASH_BYTES_MAX], sum[HASH_BYTES_MAX];
	bool holds;

	if (proof.n != n)
		return false;
	hash_hmac(s->hash, str_bytes(s->verifier.stored_key, n), buf_all(&s->auth), key);
	for (size_t i = 0; i < n; i++)
		key[i] ^= (uint8_t)proof.p[i];
	hash_sum(s->hash, str_bytes(key, n), sum);
	holds = secret_eq(str_bytes(sum, n), str_bytes(s->verifier.stored_key, n));
	secret_wipe(key, sizeof key);
	return holds;
}

int scram_server_final(struct scram_server *s, struct str client_final, struct buf *out)
{
	own_buf bound = { 0 }, proof = { 0 };
	uint8_t signature[HASH_BYTES_MAX];
	struct client_final f;
	int r;

	assert(s->at == SCRAM_SERVER_CHALLENGED);
	s->at = SCRAM_SERVER_ENDED; /* one try only */
	if ((r = client_final_read(&f, client_final)))
		return r;
	if (!base64_read(&bound, f.bound) || !base64_read(&proof, f.proof))
		return SASL_MALFORMED;
	buf_byte(&s->auth, ',');
	buf_str(&s->auth, f.unproved);
	hash_hmac(s->hash, str_bytes(s->verifier.server_key, hash_bytes(s->hash)), buf_all(&s->auth), signature);
	/* The proof first: what else is wrong is only said to somebody who knows the password. */
	if (!proof_holds(s, buf_all(&proof)) || !s->real)
		return SASL_REFUSED;
	if (!secret_eq(f.nonce, buf_all(&s->nonce)))
		return SASL_REFUSED;
	if (!secret_eq(buf_all(&bound), buf_all(&s->bound)))
		return SASL_DOWNGRADED;
	buf_lit(out, "v=");
	base64_write(out, str_bytes(signature, hash_bytes(s->hash)));
	return 0;
}

void scram_server_free(struct scram_server *s)
{
	if (!s)
		return;
	buf_free(&s->name);
	buf_free(&s->auth);
	buf_free(&s->bound);
	buf_free(&s->nonce);
	secret_wipe(s, sizeof *s);
}

/* ---- XEP-0474 ---------------------------------------------------------------------------------------------------- */

static int by_bytes(const void *a, const void *b) { return str_cmp(*(const struct str *)a, *(const struct str *)b); }

static void sorted(struct buf *to, const struct str *list, size_t n)
{
	struct str *copy = mem_copy(list, n * sizeof *list);

	qsort(copy, n, sizeof *copy, by_bytes);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_byte(to, 0x1e);
		buf_str(to, copy[i]);
	}
	mem_free(copy);
}

void scram_announced_hash(struct buf *to, enum hash h, const struct str *mechanisms, size_t mechanisms_n,
			  const struct str *bindings, size_t bindings_n)
{
	uint8_t sum[HASH_BYTES_MAX];
	own_buf text = { 0 };

	sorted(&text, mechanisms, mechanisms_n);
	if (bindings_n) {
		buf_byte(&text, 0x1f);
		sorted(&text, bindings, bindings_n);
	}
	hash_sum(h, buf_all(&text), sum);
	base64_write(to, str_bytes(sum, hash_bytes(h)));
}

/* ---- the client -------------------------------------------------------------------------------------------------- */

void scram_client_first(struct scram_client *c, enum hash h, struct str name, const uint8_t random[SCRAM_NONCE_BYTES],
			enum scram_flag flag, enum scram_binding binding, struct str data, struct buf *out)
{
	size_t begin = out->n, bare;

	assert(c->at == SCRAM_CLIENT_BEGIN && name.n);
	c->hash = h;
	base64_write(&c->nonce, str_bytes(random, SCRAM_NONCE_BYTES));
	if (flag == SCRAM_BIND)
		buf_fmt(out, "p=%s,,", scram_binding_name[binding]);
	else
		buf_str(out, flag == SCRAM_NOT_OFFERED ? STR("y,,") : STR("n,,"));
	bare = out->n;
	buf_add(&c->bound, out->p + begin, bare - begin);
	if (flag == SCRAM_BIND)
		buf_str(&c->bound, data);
	buf_lit(out, "n=");
	name_write(out, name);
	buf_lit(out, ",r=");
	buf_str(out, buf_all(&c->nonce));
	buf_add(&c->auth, out->p + bare, out->n - bare);
	c->at = SCRAM_CLIENT_SENT;
}

struct server_first {
	struct str nonce, salt;
	uint64_t rounds;
};

static int server_first_read(struct server_first *f, const struct scram_client *c, struct str message)
{
	struct str rest = message, rounds;

	if (message.n > MESSAGE_MAX)
		return SASL_MALFORMED;
	if (str_starts(message, STR("m=")))
		return SASL_UNSUPPORTED;
	if (!expect(&rest, 'r', &f->nonce) || !expect(&rest, 's', &f->salt) || !expect(&rest, 'i', &rounds) ||
	    !rounds_read(rounds, &f->rounds))
		return SASL_MALFORMED;
	if (!is_nonce(f->nonce) || !str_starts(f->nonce, buf_all(&c->nonce)) || f->nonce.n == c->nonce.n)
		return SASL_MALFORMED;
	if (f->rounds < ROUNDS_LEAST || f->rounds > ROUNDS_MOST)
		return SASL_REFUSED;
	return ignore(rest);
}

/* SaltedPassword, from the cache when it is the same as last time. */
static void salted_password(const struct scram_client *c, struct str password, struct str salt, uint32_t rounds,
			    struct scram_salted *cache, uint8_t *to)
{
	bool fits = cache && salt.n == sizeof cache->salt;

	if (fits && cache->iterations == rounds && cache->hash == c->hash && memcmp(cache->salt, salt.p, salt.n) == 0) {
		memcpy(to, cache->key, hash_bytes(c->hash));
		return;
	}
	hash_pbkdf2(c->hash, password, salt, rounds, to);
	if (fits) {
		cache->iterations = rounds;
		cache->hash = c->hash;
		memcpy(cache->salt, salt.p, salt.n);
		memcpy(cache->key, to, hash_bytes(c->hash));
	}
}

/* The proof for c->auth, and the signature that the server must answer with. */
static void prove(struct scram_client *c, const uint8_t *salted, struct buf *out)
{
	size_t n = hash_bytes(c->hash);
	uint8_t client_key[HASH_BYTES_MAX], stored_key[HASH_BYTES_MAX], server_key[HASH_BYTES_MAX], proof[HASH_BYTES_MAX];

	hash_hmac(c->hash, str_bytes(salted, n), STR("Client Key"), client_key);
	hash_sum(c->hash, str_bytes(client_key, n), stored_key);
	hash_hmac(c->hash, str_bytes(stored_key, n), buf_all(&c->auth), proof);
	for (size_t i = 0; i < n; i++)
		proof[i] ^= client_key[i];
	hash_hmac(c->hash, str_bytes(salted, n), STR("Server Key"), server_key);
	hash_hmac(c->hash, str_bytes(server_key, n), buf_all(&c->auth), c->server_signature);
	base64_write(out, str_bytes(proof, n));
	secret_wipe(client_key, sizeof client_key);
	secret_wipe(server_key, sizeof server_key);
}

int scram_client_final(struct scram_client *c, struct str server_first, struct str password, struct scram_salted *cache, struct buf *out)
{
	uint8_t salted[HASH_BYTES_MAX];
	size_t begin = out->n;
	struct server_first f;
	own_buf salt = { 0 };
	int r;

	assert(c->at == SCRAM_CLIENT_SENT);
	c->at = SCRAM_CLIENT_ENDED;
	if ((r = server_first_read(&f, c, server_first)))
		return r;
	if (!f.salt.n || !base64_read(&salt, f.salt))
		return SASL_MALFORMED;
	buf_lit(out, "c=");
	base64_write(out, buf_all(&c->bound));
	buf_lit(out, ",r=");
	buf_str(out, f.nonce);
	buf_byte(&c->auth, ',');
	buf_str(&c->auth, server_first);
	buf_byte(&c->auth, ',');
	buf_add(&c->auth, out->p + begin, out->n - begin);
	salted_password(c, password, buf_all(&salt), (uint32_t)f.rounds, cache, salted);
	buf_lit(out, ",p=");
	prove(c, salted, out);
	secret_wipe(salted, sizeof salted);
	c->at = SCRAM_CLIENT_PROVED;
	return 0;
}

int scram_client_check(struct scram_client *c, struct str server_final)
{
	struct str rest = server_final, value;
	own_buf signature = { 0 };
	char key;

	assert(c->at == SCRAM_CLIENT_PROVED);
	c->at = SCRAM_CLIENT_ENDED;
	if (server_final.n > MESSAGE_MAX || !attribute(&rest, &key, &value))
		return SASL_MALFORMED;
	if (key == 'e')
		return SASL_REFUSED;
	if (key != 'v' || !base64_read(&signature, value))
		return SASL_MALFORMED;
	return secret_eq(buf_all(&signature), str_bytes(c->server_signature, hash_bytes(c->hash))) ? 0 : SASL_REFUSED;
}

void scram_client_free(struct scram_client *c)
{
	if (!c)
		return;
	buf_free(&c->auth);
	buf_free(&c->bound);
	buf_free(&c->nonce);
	secret_wipe(c, sizeof *c);
}
