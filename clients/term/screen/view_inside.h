/* SPDX-License-Identifier: Apache-2.0
 *
 * clients/term/screen/view_inside.h - between the files of the view: view.c (what it is told, keys), flow.c (entries
 * as rows, scrolling), draw.c, help.c.
 */
#pragma once
#include "clients/term/screen/view.h"
#include "clients/term/text/text.h"

enum { NOTICES = 100 /* kept for a conversation */, TRACKS = 8 /* files whose speed is reckoned */ };

/* An answer of the program: not kept, stands where it was said. */
struct notice {
	struct list here;
	struct list *after; /* the entry it stands behind, or the head of the entries: before all */
	struct buf text;
	bool error;
	msec time;
};

/* What the view knows of a conversation. */
struct place {
	struct list here;
	struct conversation *conversation;
	struct list *cleared;  /* /clear: the newest then; only what came since is seen, until one scrolls */
	struct list *bottom;   /* an item of the flow: the lowest that is seen; NULL: the newest */
	unsigned hidden;       /* so many of its rows are below the edge */
	unsigned below;        /* came while scrolled up */
	struct entry *unread;  /* the line stands above it */
	struct list notices;
	unsigned notices_n;
};

enum row_kind { ROW_DATE, ROW_UNREAD, ROW_HEAD /* first line of an entry */, ROW_TEXT, ROW_FILE, ROW_WHY, ROW_NOTICE };

struct row {
	enum row_kind kind;
	bool first;            /* of a notice */
	struct entry *entry;
	struct notice *notice;
	struct line line;      /* of its text */
};

struct rows {
	struct row *v;
	size_t n, room;
};

/* How a conversation is laid out in so many columns. */
struct columns {
	unsigned w;
	bool inline_names;     /* narrow: "10:32 jack: text" */
	unsigned name_w;       /* else names stand right in a column */
	unsigned text_x;
};

/* How fast a file moves. */
struct track {
	struct entry *entry;
	msec since;
	uint64_t done;
	double per_ms;
};

enum question { ASKED_NOTHING, ASKED_PASSWORD, ASKED_YES_NO, ASKED_QUIT, ASKED_LINES };

struct view {
	struct face face;
	struct view_setup setup;
	struct client *client;
	struct conversation *shown;
	struct list places;
	struct edit edit, secret, needle;
	enum question question;
	struct buf prompt;
	bool leaving;
	bool help;
	unsigned help_top;
	bool finding, found_nothing;
	struct entry *found;
	int people, list; /* -1 no, 0 as it fits, 1 yes */
	/* of the last drawing */
	unsigned flow_w, flow_h, input_w, help_rows;
	struct { unsigned x, y, w, h, first; } list_at;
	struct rows rows;
	struct track tracks[TRACKS];
};

static inline void view_changed(struct view *v) { v->setup.ops->changed(v->setup.arg); }
static inline struct str view_text(const struct view *v, enum text t) { return text_get(v->setup.chinese, t); }
static inline bool view_room(const struct view *v) { return v->shown && v->shown->kind == CONVERSATION_ROOM; }
static inline struct entry *entry_of(struct list *item) { return holder_of(item, struct entry, here); }

/* ---- view.c */
struct place *view_place(struct view *v, struct conversation *c);
void view_show(struct view *v, struct conversation *c);
void view_read(struct view *v);
struct str conversation_title(const struct view *v, const struct conversation *c);
bool names_us(const struct view *v, struct str text);

/* ---- flow.c: the items of a conversation are the head of its entries (notices before all) and its entries, each
 * with what stands around it */
struct columns flow_columns(const struct view *v, const struct conversation *c, unsigned w);
void flow_rows(struct view *v, struct place *p, struct list *item, const struct columns *cs);
struct list *flow_last(const struct place *p);
struct list *flow_before(const struct place *p, struct list *item); /* NULL: none */
/* Up (more than 0) or down. */
void flow_scroll(struct view *v, struct place *p, int rows);
void flow_newest(struct view *v, struct place *p);
void flow_oldest(struct view *v, struct place *p);
/* Brings an entry into the middle. */
void flow_show(struct view *v, struct place *p, struct entry *e);

/* Like it, whatever the case of ASCII letters: place of `needle` in `text`, or text.n. */
size_t text_find(struct str text, struct str needle, size_t from);
size_t line_ends(struct str text);
struct str entry_shown(const struct entry *e);

/* ---- draw_flow.c */
void draw_flow(struct view *v, struct area a);
void track_file(struct view *v, struct entry *e);
void track_forget(struct view *v, const struct conversation *c);

/* ---- help.c */
void draw_help(struct view *v, struct area a);
/* What stands before an entry of ours; "" for those of others. */
const char *mark_symbol(const struct view *v, enum entry_status status);
