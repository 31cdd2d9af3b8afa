/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/scenarios/run.c - plays dialogues (*.talk, README.md) in every mode: with one core and with two, what is said
 * arriving whole and in pieces of 1, 2, 3 and 7 bytes. The answers are the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "script.h"

static void no_log(const char *line, void *arg) {}

static bool file_read(const char *path, struct buf *to)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return false;
	while ((n = fread(buf_room(to, 4096), 1, 4096, f)) > 0)
		to->n += n;
	fclose(f);
	return true;
}

static bool play(const char *path, struct str text, unsigned cores, size_t piece, bool loud)
{
	struct script_mode mode = { .cores = cores, .piece = piece, .loud = loud };
	own_buf why = { 0 };
	bool ok = script_play(path, text, &mode, &why);

	if (!ok)
		fprintf(stderr, "%s", buf_z(&why));
	return ok;
}

static bool play_all(const char *path, struct str text)
{
	static const size_t pieces[] = { 1, 2, 3, 7 };
	bool ok = play(path, text, 1, 0, false) && play(path, text, 2, 0, false);

	for (size_t i = 0; ok && i < sizeof pieces / sizeof *pieces; i++)
		ok = play(path, text, 1, pieces[i], false);
	return ok;
}

int main(int argc, char **argv)
{
	unsigned cores = 0;
	size_t piece = 0;
	bool loud = false, ok = true;
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--cores") && i + 1 < argc)
			cores = (unsigned)atoi(argv[++i]);
		else if (!strcmp(argv[i], "--split") && i + 1 < argc)
			piece = (size_t)atoi(argv[++i]);
		else if (!strcmp(argv[i], "--loud"))
			loud = true;
		else
			break;
	}
	if (i >= argc || argv[i][0] == '-') {
		fprintf(stderr, "usage: run [--cores N] [--split BYTES] [--loud] FILE.talk...\nWithout options: "
				"every mode.\n");
		return 2;
	}
	setenv("TZ", "UTC", 1); /* the classic door tells the time of its zone */
	if (!loud)
		log_sink_set(no_log, NULL);
	for (; i < argc; i++) {
		own_buf text = { 0 };

		if (!file_read(argv[i], &text)) {
			fprintf(stderr, "%s: cannot be read\n", argv[i]);
			return 2;
		}
		ok &= cores || piece || loud ? play(argv[i], buf_all(&text), cores ? cores : 1, piece, loud)
					     : play_all(argv[i], buf_all(&text));
	}
	return ok ? 0 : 1;
}
