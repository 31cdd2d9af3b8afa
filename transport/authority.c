/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/authority.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	ROOT_DAYS = 3650,
	SERVER_DAYS = 397, /* more is refused by some systems even from a root that the owner installed */
	RENEW_DAYS = 30,
	DAY_S = 24 * 60 * 60,
	PATH_ROOM = 1024,
	HOST_ROOM = 256,
};

struct issue {
	X509 *cert;
	EVP_PKEY *key;
};

struct authority {
	const char *dir;
	struct str domain;
	time_t now;
	struct buf *why;
};

static void issue_free(struct issue *i)
{
	X509_free(i->cert);
	EVP_PKEY_free(i->key);
	*i = (struct issue){ 0 };
}

#define own_issue __attribute__((cleanup(issue_free))) struct issue

/* ---- files -------------------------------------------------------------------------------------------------------------- */

static int path_of(const struct authority *a, char to[PATH_ROOM], const char *name)
{
	int n = snprintf(to, PATH_ROOM, "%s/%s", a->dir, name);

	return n > 0 && n < PATH_ROOM ? 0 : -ENAMETOOLONG;
}

static int failed(const struct authority *a, const char *name, int r)
{
	buf_fmt(a->why, "%s/%s cannot be written: %s", a->dir, name, strerror(-r));
	return r;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
	return fsync(fd) ? -errno : 0;
}

/* Under another name first: whoever reads the file finds the old one or the whole new one. */
static int file_put(const struct authority *a, const char *name, BIO *content, mode_t mode)
{
	char path[PATH_ROOM], fresh[PATH_ROOM + 8];
	char *bytes;
	long n = BIO_get_mem_data(content, &bytes);
	int fd, r = path_of(a, path, name);

	if (r)
		return failed(a, name, r);
	snprintf(fresh, sizeof fresh, "%s.new", path);
	unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return failed(a, name, -errno);
	r = write_all(fd, bytes, (size_t)n);
	if (close(fd) && !r)
		r = -errno;
	if (!r && rename(fresh, path))
		r = -errno;
	return r ? failed(a, name, r) : 0;
}

static FILE *file_get(const struct authority *a, const char *name)
{
	char path[PATH_ROOM];

	return path_of(a, path, name) ? NULL : fopen(path, "re");
}

static int issue_save(const struct authority *a, const struct issue *i, const char *cert, const char *key)
{
	BIO *text = BIO_new(BIO_s_mem()), *secret = BIO_new(BIO_s_secmem());
	int r = -EIO;

	if (text && secret && PEM_write_bio_X509(text, i->cert) == 1 &&
	    PEM_write_bio_PrivateKey(secret, i->key, NULL, NULL, 0, NULL, NULL) == 1)
		r = file_put(a, key, secret, 0600);
	if (!r)
		r = file_put(a, cert, text, 0644);
	BIO_free(text);
	BIO_free(secret);
	return r;
}

/* False when either file is missing or damaged, or they do not belong together. */
static bool issue_load(const struct authority *a, struct issue *i, const char *cert, const char *key)
{
	FILE *c = file_get(a, cert), *k = file_get(a, key);

	if (c)
		i->cert = PEM_read_X509(c, NULL, NULL, NULL);
	if (k)
		i->key = PEM_read_PrivateKey(k, NULL, NULL, NULL);
	if (c)
		fclose(c);
	if (k)
		fclose(k);
	if (i->cert && i->key && X509_check_private_key(i->cert, i->key) == 1)
		return true;
	issue_free(i);
	return false;
}

/* ---- names -------------------------------------------------------------------------------------------------------------- */

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f)
			return false;
	return s.n > 0;
}

static void add_dns(GENERAL_NAMES *names, struct str name)
{
	GENERAL_NAME *gn;
	ASN1_IA5STRING *s;

	if (!is_ascii(name))
		return;
	gn = GENERAL_NAME_new();
	s = ASN1_IA5STRING_new();
	ASN1_STRING_set(s, name.p, (int)name.n);
	GENERAL_NAME_set0_value(gn, GEN_DNS, s);
	sk_GENERAL_NAME_push(names, gn);
}

static void add_address(GENERAL_NAMES *names, const void *bytes, int n)
{
	GENERAL_NAME *gn = GENERAL_NAME_new();
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();

	ASN1_OCTET_STRING_set(s, bytes, n);
	GENERAL_NAME_set0_value(gn, GEN_IPADD, s);
	sk_GENERAL_NAME_push(names, gn);
}

/* RFC 6120, 13.7.1.2.1: id-on-xmppAddr; the one kind of name that need not be ASCII. */
static void add_xmpp(GENERAL_NAMES *names, struct str domain)
{
	GENERAL_NAME *gn = GENERAL_NAME_new();
	ASN1_TYPE *type = ASN1_TYPE_new();
	ASN1_UTF8STRING *s = ASN1_UTF8STRING_new();

	ASN1_STRING_set(s, domain.p, (int)domain.n);
	ASN1_TYPE_set(type, V_ASN1_UTF8STRING, s);
	GENERAL_NAME_set0_othername(gn, OBJ_txt2obj("1.3.6.1.5.5.7.8.5", 1), type);
	sk_GENERAL_NAME_push(names, gn);
}

static void add_interfaces(GENERAL_NAMES *names)
{
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all))
		return;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)i->ifa_addr;

		if (!i->ifa_addr || i->ifa_flags & IFF_LOOPBACK)
			continue;
		if (i->ifa_addr->sa_family == AF_INET)
			add_address(names, &((const struct sockaddr_in *)i->ifa_addr)->sin_addr, 4);
		else if (i->ifa_addr->sa_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr))
			add_address(names, &in6->sin6_addr, 16);
	}
	freeifaddrs(all);
}

/* By what names and addresses people may come. */
static GENERAL_NAMES *names_of_server(struct str domain)
{
	static const unsigned char v4[4] = { 127, 0, 0, 1 }, v6[16] = { [15] = 1 };
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	char host[HOST_ROOM + 8] = "";

	add_dns(names, domain);
	add_xmpp(names, domain);
	if (!gethostname(host, HOST_ROOM) && *host && strcmp(host, "localhost")) {
		add_dns(names, str_z(host));
		if (!strchr(host, '.')) {
			size_t n = strnlen(host, HOST_ROOM);

			snprintf(host + n, sizeof host - n, ".local");
			add_dns(names, str_z(host));
		}
	}
	add_dns(names, STR("localhost"));
	add_address(names, v4, sizeof v4);
	add_address(names, v6, sizeof v6);
	add_interfaces(names);
	return names;
}

/* ---- certificates ------------------------------------------------------------------------------------------------------- */

static bool extend(X509 *cert, const X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	bool ok;

	X509V3_set_ctx(&ctx, (X509 *)issuer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(cert, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return ok;
}

static bool extend_all(X509 *cert, const X509 *issuer, const char *const (*values)[2])
{
	for (; (*values)[0]; values++)
		if (!extend(cert, issuer, OBJ_sn2nid((*values)[0]), (*values)[1]))
			return false;
	return true;
}

static bool number(X509 *cert)
{
	BIGNUM *n = BN_new();
	bool ok = n && BN_rand(n, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
		  BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));

	BN_free(n);
	return ok;
}

/* A certificate with a new key, all but signed. It begins a day early: clocks of devices differ. */
static bool begin(struct issue *i, const struct authority *a, const char *name, long days)
{
	X509_NAME *subject;

	i->key = EVP_EC_gen("P-256");
	i->cert = X509_new();
	if (!i->key || !i->cert)
		return false;
	subject = X509_get_subject_name(i->cert);
	return X509_set_version(i->cert, X509_VERSION_3) == 1 && number(i->cert) &&
	       ASN1_TIME_adj(X509_getm_notBefore(i->cert), a->now, -1, 0) &&
	       ASN1_TIME_adj(X509_getm_notAfter(i->cert), a->now, (int)days, 0) && X509_set_pubkey(i->cert, i->key) == 1 &&
	       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) == 1;
}

static bool root_make(struct issue *i, const struct authority *a)
{
	static const char *const extensions[][2] = { { "basicConstraints", "critical,CA:TRUE,pathlen:0" },
						     { "keyUsage", "critical,keyCertSign,cRLSign" },
						     { "subjectKeyIdentifier", "hash" },
						     { NULL } };
	char name[65]; /* ub-common-name (RFC 5280, appendix A) and a zero */

	snprintf(name, sizeof name, "Anser authority of %.*s", a->domain.n > 44 ? 0 : (int)a->domain.n, a->domain.p);
	return begin(i, a, name, ROOT_DAYS) && X509_set_issuer_name(i->cert, X509_get_subject_name(i->cert)) == 1 &&
	       extend_all(i->cert, i->cert, extensions) && X509_sign(i->cert, i->key, EVP_sha256()) > 0;
}

static bool server_make(struct issue *i, const struct authority *a, const struct issue *root)
{
	static const char *const extensions[][2] = { { "basicConstraints", "critical,CA:FALSE" },
						     { "keyUsage", "critical,digitalSignature" },
						     { "extendedKeyUsage", "serverAuth" },
						     { "subjectKeyIdentifier", "hash" },
						     { "authorityKeyIdentifier", "keyid" },
						     { NULL } };
	GENERAL_NAMES *names = names_of_server(a->domain);
	char name[65];
	bool ok;

	snprintf(name, sizeof name, "%.*s", a->domain.n > 64 ? 0 : (int)a->domain.n, a->domain.p);
	ok = begin(i, a, *name ? name : "Anser", SERVER_DAYS) &&
	     X509_set_issuer_name(i->cert, X509_get_subject_name(root->cert)) == 1 &&
	     X509_add1_ext_i2d(i->cert, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1 &&
	     extend_all(i->cert, root->cert, extensions) && X509_sign(i->cert, root->key, EVP_sha256()) > 0;
	GENERAL_NAMES_free(names);
	return ok;
}

/* ---- what is there and what is not ---------------------------------------------------------------------------------------- */

static bool lasts(const X509 *cert, const struct authority *a)
{
	time_t then = a->now + (time_t)RENEW_DAYS * DAY_S;

	return X509_cmp_time(X509_get0_notAfter(cert), &then) > 0;
}

static bool names(const GENERAL_NAMES *all, GENERAL_NAME *one)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++)
		if (!GENERAL_NAME_cmp(sk_GENERAL_NAME_value(all, i), one))
			return true;
	return false;
}

/* For every name and address that people can type today: a machine moves to other networks. */
static bool is_for(X509 *cert, const struct authority *a)
{
	GENERAL_NAMES *has = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL), *wanted = names_of_server(a->domain);
	bool ok = has != NULL;

	for (int i = 0; ok && i < sk_GENERAL_NAME_num(wanted); i++)
		ok = names(has, sk_GENERAL_NAME_value(wanted, i));
	GENERAL_NAMES_free(has);
	GENERAL_NAMES_free(wanted);
	return ok;
}

static int no_certificate(const struct authority *a)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());

	buf_fmt(a->why, "no certificate could be made: %s", reason ? reason : "OpenSSL failed");
	return -EIO;
}

/* A root that ends before the next server certificate would is of no use to anybody. */
static int root_get(struct issue *root, const struct authority *a)
{
	if (issue_load(a, root, "ca.crt", "ca.key") && lasts(root->cert, a))
		return 0;
	issue_free(root);
	if (!root_make(root, a))
		return no_certificate(a);
	return issue_save(a, root, "ca.crt", "ca.key");
}

static int server_get(const struct authority *a, const struct issue *root, bool *made)
{
	own_issue server = { 0 };

	if (issue_load(a, &server, "server.crt", "server.key") && lasts(server.cert, a) && is_for(server.cert, a) &&
	    X509_verify(server.cert, root->key) == 1)
		return 0;
	issue_free(&server);
	if (!server_make(&server, a, root))
		return no_certificate(a);
	*made = true;
	return issue_save(a, &server, "server.crt", "server.key");
}

int authority_ensure(const char *dir, struct str domain, msec now, bool *made, struct buf *why)
{
	struct authority a = { .dir = dir, .domain = domain, .now = (time_t)(now / 1000), .why = why };
	own_issue root = { 0 };
	int r;

	*made = false;
	if (mkdir(dir, 0700) && errno != EEXIST) {
		r = -errno;
		buf_fmt(why, "%s cannot be made: %s", dir, strerror(errno));
		return r;
	}
	r = root_get(&root, &a);
	if (!r)
		r = server_get(&a, &root, made);
	ERR_clear_error();
	return r;
}

static bool pem_write(X509 *cert, struct buf *to)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool ok = bio && PEM_write_bio_X509(bio, cert) == 1;
	char *p;
	long n = ok ? BIO_get_mem_data(bio, &p) : 0;

	if (n > 0)
		buf_add(to, p, (size_t)n);
	BIO_free(bio);
	return n > 0;
}

int authority_root(const char *dir, struct buf *pem, struct buf *fingerprint, struct buf *why)
{
	struct authority a = { .dir = dir, .why = why };
	own_issue root = { 0 };
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (!issue_load(&a, &root, "ca.crt", "ca.key") || !pem_write(root.cert, pem) || X509_digest(root.cert, EVP_sha256(), sum, &n) != 1)
		return no_certificate(&a);
	for (unsigned i = 0; i < n; i++)
		buf_fmt(fingerprint, "%s%02X", i ? ":" : "", sum[i]);
	return 0;
}
