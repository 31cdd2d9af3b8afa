/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/home.h - where the terminal client keeps what is its own (XDG Base Directory Specification): settings in
 * XDG_CONFIG_HOME/anser/settings, and of each identity ("tom@chat.lan", "tom@direct.chat.lan", "tom" on a LAN) a folder
 * XDG_STATE_HOME/anser/IDENTITY with history.db, key.pem and parts/. Folders are 0700 and files 0600: what is ours and
 * is not so is mended, what belongs to somebody else is refused.
 */
#pragma once
#include "base/settings.h"

struct home;

/* Sets the umask, finds the folders, reads the settings; makes nothing. 0, also where lines of the settings file are
 * wrong: then `why` has a line for each, which should be shown, and the rest holds. Else a negative errno and why. */
int home_open(struct home **ret, struct buf *why);
struct home *home_free(struct home *h); /* NULL is fine; returns NULL */

/* What is set: settings_text(s, "client.language") and so on, see home_settings.h. Borrowed. */
const struct settings *home_settings(const struct home *h);
bool home_chinese(const struct home *h);           /* the setting, else LC_ALL, LC_MESSAGES, LANG */
struct str home_downloads(const struct home *h);   /* the setting, else XDG_DOWNLOAD_DIR of the environment or user-dirs.dirs, else $HOME/Downloads; need not exist */
const char *home_settings_path(const struct home *h);

/* Makes the folder of an identity; the three paths below are good afterwards. 0 or a negative errno, and why with what
 * to do. */
int home_identity(struct home *h, struct str identity, struct buf *why);
const char *home_history(const struct home *h);    /* …/history.db */
const char *home_key(const struct home *h);        /* …/key.pem */
/* Where parts of files go: …/parts, or a hidden folder in the downloads where that is another file system, so that a
 * file which is whole only has to get its name. */
const char *home_parts(const struct home *h);

/* A settings file with every setting, its help in the user's language, and its default commented out. */
void home_sample(const struct home *h, struct buf *to);
