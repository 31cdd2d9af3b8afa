/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/term/net/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/mem.h"

enum { KEY_FILE_MAX = 16 * 1024, CERTIFICATE_S = 100 * 365 * 24 * 3600L /* nobody looks at it */ };

bool identity_key_of(X509 *certificate, uint8_t to[KEY_BYTES])
{
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);

	if (n <= 0)
		return false;
	hash_sum(HASH_SHA256, str_n((const char *)der, (size_t)n), to);
	OPENSSL_free(der);
	return true;
}

void identity_key(const struct identity *i, uint8_t to[KEY_BYTES])
{
	if (!identity_key_of(i->certificate, to))
		abort(); /* our own */
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

/* The last part of a path can only be trusted once its folder is on disk as well. */
static int folder_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? str_dup(str_n(path, slash == path ? 1 : (size_t)(slash - path))) : str_dup(STR("."));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;

	free(folder);
	if (fd < 0)
		return -errno;
	if (fsync(fd))
		r = -errno;
	close(fd);
	return r;
}

static int write_all(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t done = write(fd, bytes.p, bytes.n);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0)
			bytes = str_from(bytes, (size_t)done);
	}
	return fsync(fd) ? -errno : 0;
}

/* Under another name first, and by link(): who starts at the same time finds a whole key, and nobody's key is replaced.
 * */
static int file_put(const char *path, struct str bytes)
{
	own_buf fresh = { 0 };
	int fd, r;

	buf_fmt(&fresh, "%s.XXXXXX", path);
	buf_z(&fresh);
	fd = mkostemp(fresh.p, O_CLOEXEC); /* 0600 */
	if (fd < 0)
		return -errno;
	r = write_all(fd, bytes);
	if (close(fd) && !r)
		r = -errno;
	if (!r && link(fresh.p, path))
		r = -errno;
	unlink(fresh.p);
	return r ? r : folder_sync(path);
}

/* -ENOENT: there is none. */
static int file_get(const char *path, struct buf *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), r = 0;
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		r = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		r = -EPERM;
	else if (st.st_mode & 077 && fchmod(fd, 0600))
		r = -errno;
	if (!r) {
		n = read(fd, buf_room(to, KEY_FILE_MAX), KEY_FILE_MAX);
		r = n < 0 ? -errno : 0;
		to->n = n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return r;
}

/* ---- key and certificate ----------------------------------------------------------------------------------------- */

/* Never asks a person on the terminal for a passphrase. */
static int no_passphrase(char *to, int room, int writing, void *arg)
{
	return -1;
}

static EVP_PKEY *key_parse(struct str text)
{
	BIO *bio = BIO_new_mem_buf(text.p, (int)text.n);
	EVP_PKEY *pair = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;

	BIO_free(bio);
	ERR_clear_error();
	return pair;
}

static void key_print(EVP_PKEY *pair, struct buf *to)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *bytes;
	long n;

	if (!bio || PEM_write_bio_PrivateKey(bio, pair, NULL, NULL, 0, NULL, NULL) != 1)
		abort(); /* out of memory: see base/mem.h */
	n = BIO_get_mem_data(bio, &bytes);
	buf_add(to, bytes, (size_t)n);
	BIO_free(bio);
}

static X509 *certificate_make(EVP_PKEY *pair)
{
	X509 *c = X509_new();
	X509_NAME *name = c ? X509_get_subject_name(c) : NULL;

	/* Without a name or a true date: it would tell everybody near who, and since when. */
	if (!name || X509_set_version(c, X509_VERSION_3) != 1 || ASN1_INTEGER_set(X509_get_serialNumber(c), 1) != 1 ||
	    !ASN1_TIME_set(X509_getm_notBefore(c), 0) || !ASN1_TIME_set(X509_getm_notAfter(c), (time_t)CERTIFICATE_S) ||
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"anser", -1, -1, 0) != 1 ||
	    X509_set_issuer_name(c, name) != 1 || X509_set_pubkey(c, pair) != 1 || !X509_sign(c, pair, EVP_sha256()))
		abort(); /* out of memory: see base/mem.h */
	return c;
}

static int key_make(const char *path, EVP_PKEY **ret)
{
	EVP_PKEY *pair = EVP_EC_gen("P-256");
	struct buf text = { 0 };
	int r;

	if (!pair)
		abort(); /* see base/mem.h; P-256 is what TLS itself stands on */
	key_print(pair, &text);
	r = file_put(path, buf_all(&text));
	buf_wipe(&text);
	if (r)
		EVP_PKEY_free(pair);
	else
		*ret = pair;
	return r;
}

static int key_load(const char *path, EVP_PKEY **ret, int *error)
{
	struct buf text = { 0 };
	int r = file_get(path, &text);

	*error = -r;
	if (!r)
		*ret = key_parse(buf_all(&text));
	buf_wipe(&text);
	if (r)
		return IDENTITY_READ;
	return *ret ? 0 : IDENTITY_DAMAGED;
}

int identity_open(struct identity **ret, const char *path, int *error)
{
	EVP_PKEY *pair = NULL;
	int r = key_load(path, &pair, error);

	if (r == IDENTITY_READ && *error == ENOENT) {
		r = -key_make(path, &pair);
		*error = r;
		/* Another program has been quicker: its key is ours. */
		r = r == EEXIST ? key_load(path, &pair, error) : r ? IDENTITY_WRITE : 0;
	}
	if (r)
		return r;
	*ret = mem_new(struct identity);
	(*ret)->pair = pair;
	(*ret)->certificate = certificate_make(pair);
	return 0;
}

struct identity *identity_free(struct identity *i)
{
	if (!i)
		return NULL;
	X509_free(i->certificate);
	EVP_PKEY_free(i->pair);
	mem_free(i);
	return NULL;
}
