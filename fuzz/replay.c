/* SPDX-License-Identifier: Apache-2.0
 *
 * A main() for a fuzz target without libFuzzer: runs it over every file of the folders that are given, each in a
 * process of its own, so that one that fails is named and the others still run.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static unsigned passed, failed;

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

/* Memory of exactly the input's size, so that a sanitizer sees who reads behind it. */
static int input_run(struct str input)
{
	uint8_t *exact = mem_raw(input.n ? input.n : 1);

	if (input.n)
		memcpy(exact, input.p, input.n);
	LLVMFuzzerTestOneInput(exact, input.n);
	mem_free(exact);
	return 0;
}

static void file_run(const char *path)
{
	own_buf input = { 0 };
	int status = -1;
	pid_t child;

	if (!file_read(path, &input)) {
		printf("%s: cannot be read\n", path);
		failed++;
		return;
	}
	fflush(stdout);
	child = fork();
	if (child == 0)
		exit(input_run(buf_all(&input)));
	if (child > 0 && waitpid(child, &status, 0) == child && status == 0) {
		passed++;
	} else {
		printf("%s: failed\n", path);
		failed++;
	}
}

static bool folder_run(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		own_buf file = { 0 };
		struct stat st;

		buf_fmt(&file, "%s/%s", path, names[i]->d_name);
		if (stat(buf_z(&file), &st) == 0 && S_ISREG(st.st_mode))
			file_run(buf_z(&file));
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return n >= 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!folder_run(argv[i])) {
			printf("%s: no such folder\n", argv[i]);
			failed++;
		}
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}
