/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/trust.c - how a device comes to trust our authority. Works without script, without TLS, in both languages
 * at once: who reads it may have nothing yet. What comes without TLS can be changed on the way, so the page says what
 * to compare the fingerprint with.
 */
#include "doors/web/inside.h"

enum { CHINESE, ENGLISH, LANGUAGES };

static const struct words {
	const char *code, *title;
	const char *why, *get, *compare; /* where there is an authority of our own */
	const char *nothing;             /* where there is none */
	const char *then;                /* before the address */
} words[LANGUAGES] = {
	[CHINESE] = {
		.code = "zh-CN",
		.title = "让设备信任这台服务器",
		.why = "这台服务器用自己的证书颁发机构签发证书。让设备信任它一次，之后的连接就是安全的，也不再有警告。",
		.get = "下载证书",
		.compare = "它的 SHA-256 指纹如下。安装前请与管理员告诉您的指纹比对，不一致就不要安装。",
		.nothing = "这台服务器使用管理员提供的证书，这里没有需要安装的证书。如果浏览器仍有警告，请问管理员。",
		.then = "然后打开：",
	},
	[ENGLISH] = {
		.code = "en",
		.title = "Trust this server",
		.why = "This server has its own certificate authority. Trust it once on a device, and connections are "
		       "safe, without a warning.",
		.get = "Download the certificate",
		.compare = "Its SHA-256 fingerprint is below. Compare it with the one that the operator tells you; do "
			   "not install it when they differ.",
		.nothing = "The operator has given this server its certificate: there is nothing to install from here. "
			   "If the browser warns nevertheless, ask the operator.",
		.then = "Then open: ",
	},
};

static const struct {
	const char *system, *text[LANGUAGES];
} steps[] = {
	{ "Windows",
	  { "下载证书，双击打开，点“安装证书” → “本地计算机” → “将所有的证书都放入下列存储” → "
	    "“受信任的根证书颁发机构”，完成后重启浏览器。",
	    "Download the certificate and open it. Install Certificate → Local Machine → Place all certificates in the "
	    "following store → Trusted Root Certification Authorities. Then restart the browser." } },
	{ "macOS",
	  { "下载证书，双击打开，“钥匙串访问”会把它加入“登录”钥匙串。"
	    "在那里双击它，展开“信任”，把“使用此证书时”设为“始终信任”。",
	    "Download the certificate and open it: Keychain Access adds it to the login keychain. Double-click it "
	    "there, open Trust, and choose Always Trust." } },
	{ "iPhone, iPad",
	  { "用 Safari 下载证书并允许下载描述文件。在“设置” → “通用” → “VPN 与设备管理”中安装它，"
	    "再到“设置” → “通用” → “关于本机” → “证书信任设置”中打开它。",
	    "Download the certificate in Safari and allow the profile. Install it in Settings → General → VPN & Device "
	    "Management, then switch it on in Settings → General → About → Certificate Trust Settings." } },
	{ "Android",
	  { "下载证书。在“设置” → “安全” → “更多安全设置” → “加密与凭据” → “安装证书” → “CA 证书”中选择它。"
	    "各家手机的菜单名称略有不同，可以搜索“证书”。",
	    "Download the certificate. Choose it in Settings → Security → More security settings → Encryption & "
	    "credentials → Install a certificate → CA certificate. Names differ a little between makers; searching for "
	    "“certificate” helps." } },
	{ "Linux",
	  { "Chrome、Chromium：设置 → 隐私和安全 → 安全 → 管理证书 → 授权机构 → 导入，勾选“信任该证书，以标识网站”。",
	    "Chrome, Chromium: Settings → Privacy and security → Security → Manage certificates → Authorities → "
	    "Import; trust it for identifying websites." } },
	{ "Firefox",
	  { "任何系统上：设置 → 隐私与安全 → 证书 → 查看证书 → 证书颁发机构 → 导入，"
	    "勾选“信任由此证书颁发机构来标识网站”。",
	    "On every system: Settings → Privacy & Security → Certificates → View Certificates → Authorities → Import; "
	    "trust it to identify websites." } },
};

static void element_write(struct buf *to, const char *name, const char *text)
{
	buf_fmt(to, "<%s>", name);
	web_markup(to, str_z(text));
	buf_fmt(to, "</%s>\n", name);
}

static void authority_write(struct buf *to, struct str fingerprint, unsigned language)
{
	const struct words *w = &words[language];

	element_write(to, "p", w->why);
	buf_fmt(to, "<p><a class=\"get\" href=\"/ca.crt\" download=\"anser-ca.crt\">%s</a></p>\n", w->get);
	element_write(to, "p", w->compare);
	buf_lit(to, "<p class=\"print\"><code>");
	web_markup(to, fingerprint);
	buf_lit(to, "</code></p>\n<dl>\n");
	for (size_t i = 0; i < countof(steps); i++) {
		element_write(to, "dt", steps[i].system);
		element_write(to, "dd", steps[i].text[language]);
	}
	buf_lit(to, "</dl>\n");
}

/* The way to the page with TLS, where that is known. */
static void address_write(struct buf *to, struct str address, unsigned language)
{
	if (!str_starts(address, STR("https://")))
		return;
	buf_fmt(to, "<p>%s<a href=\"", words[language].then);
	web_markup(to, address);
	buf_lit(to, "/\">");
	web_markup(to, address);
	buf_lit(to, "/</a></p>\n");
}

static void language_write(const struct core_settings *s, struct buf *to, unsigned language)
{
	buf_fmt(to, "<main lang=\"%s\">\n", words[language].code);
	element_write(to, "h1", words[language].title);
	if (s->authority_pem.n)
		authority_write(to, s->authority_fingerprint, language);
	else
		element_write(to, "p", words[language].nothing);
	address_write(to, s->web_address, language);
	buf_lit(to, "</main>\n");
}

void web_trust(struct web_request *q)
{
	own_buf to = { 0 };

	web_field(q, "Content-Security-Policy",
		  STR("default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
		      "frame-ancestors 'none'"));
	buf_lit(&to, "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
		     "<meta name=\"viewport\" content=\"width=device-width\">"
		     "<title>信任 · Trust</title><link rel=\"stylesheet\" href=\"/trust.css\"></head>\n<body>\n");
	for (unsigned i = 0; i < LANGUAGES; i++)
		language_write(core_settings(q->core), &to, i);
	buf_lit(&to, "</body></html>\n");
	web_reply(q, 200, "text/html; charset=utf-8", buf_all(&to));
}

void web_trust_css(struct web_request *q)
{
	static const struct str css = STR_INIT(
		":root { color-scheme: light dark; --paper: #fbfaf6; --ink: #1d211f; --pine: #0b6653; --on: #fff; }\n"
		":root { --sunk: #e7e6dd; }\n"
		"@media (prefers-color-scheme: dark) {\n"
		":root { --paper: #151917; --ink: #e6e9e4; --pine: #63cdb0; --on: #06201a; --sunk: #101311; }\n"
		"}\n"
		"body { margin: 0 auto; max-width: 42rem; padding: 1rem 1.25rem 3rem; }\n"
		"body { background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }\n"
		"main + main { margin-top: 3rem; border-top: 1px solid; }\n"
		"h1 { font-size: 1.5rem; }\n"
		"dt { margin-top: .75rem; font-weight: 600; }\n"
		"dd { margin: 0; }\n"
		"a { color: var(--pine); }\n"
		".get { display: inline-block; padding: .5rem 1rem; border-radius: .5rem; text-decoration: none; }\n"
		".get { background: var(--pine); color: var(--on); }\n"
		".print { padding: .75rem; border-radius: .5rem; background: var(--sunk); overflow-wrap: anywhere; "
		"}\n");

	web_field(q, "Cache-Control", STR("no-cache"));
	web_reply(q, 200, "text/css; charset=utf-8", css);
}

void web_ca_crt(struct web_request *q)
{
	struct str pem = core_settings(q->core)->authority_pem;

	if (pem.n)
		web_reply(q, 200, "application/x-x509-ca-cert", pem);
	else
		web_error_href(q, 404, "This server has no certificate authority of its own.",
			       "这台服务器没有自己的证书颁发机构。", "/trust");
}
