#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The core, the doors and what they stand on see the outside only through base/world.h: no socket, file, clock, thread, TLS, chance or loop.
#   check_symbols.sh ARCHIVE...   says which of them call what they must not; status 1 if any does
#   check_symbols.sh --plant CC   shows that it would be noticed: compiles a call of each kind and expects a refusal
set -eu

forbidden='socket|socketpair|connect|bind|listen|accept4?|shutdown|send|sendto|sendmsg|sendmmsg|recv|recvfrom|recvmsg|recvmmsg|getaddrinfo|gethostbyname(_r)?
read|write|readv|writev|pread(64)?|pwrite(64)?|open(64)?|openat(64)?|creat(64)?|fopen(64)?|fdopen|opendir|rename|unlink|mkdir|mmap(64)?|pipe2?|ioctl|fcntl(64)?
poll|ppoll|select|pselect|epoll_[a-z0-9_]+|eventfd|timerfd_[a-z]+|signalfd|inotify_[a-z0-9_]+
pthread_[a-z0-9_]+|thrd_[a-z]+|mtx_[a-z]+|cnd_[a-z]+|sem_[a-z]+|fork|vfork|clone|exec[a-z]+|posix_spawnp?|system|popen
clock_[a-z]+|time|gettimeofday|times|clock|ftime|timespec_get|sleep|usleep|nanosleep|alarm|setitimer|timer_[a-z]+|signal|sigaction
getrandom|getentropy|rand|rand_r|srand|random|random_r|srandom|[delmnj]rand48(_r)?|arc4random[a-z_]*|RAND_[A-Za-z0-9_]+
uv_[a-z0-9_]+|SSL_[A-Za-z0-9_]+|BIO_[A-Za-z0-9_]+|syscall|getenv'
pattern=$(printf '%s' "$forbidden" | tr '\n' '|')

# calls FILE: the forbidden names that it calls; __x_chk is what hardening makes of x
calls() {
	nm --undefined-only --format=posix "$1" | awk '{ print $1 }' | sed -E 's/@.*//; s/^__([a-z0-9]+)_chk$/\1/; s/^__(.*)_2$/\1/' |
		sort -u | grep -E -x "$pattern" || true
}

check() {
	bad=0
	for file; do
		[ -s "$file" ] || { echo "$file is not there" >&2; return 1; }
		# An archive that nm cannot read, or that is empty, would pass without having been looked at.
		nm --defined-only "$file" 2>/dev/null | grep -q ' [TtDdRrBb] ' || { echo "$file holds nothing" >&2; return 1; }
		found=$(calls "$file")
		if [ -n "$found" ]; then
			echo "$file reaches outside by itself:" $found
			bad=1
		fi
	done
	return $bad
}

plant() {
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
	for name in socket read poll epoll_wait pthread_create clock_gettime time getrandom rand uv_run SSL_read; do
		printf 'long %s(void);\nlong planted(void);\nlong planted(void) { return %s(); }\n' "$name" "$name" >"$dir/$name.c"
		"$1" -fno-builtin -c -o "$dir/$name.o" "$dir/$name.c"
		rm -f "$dir/planted.a"
		ar rc "$dir/planted.a" "$dir/$name.o"
		if check "$dir/planted.a" >/dev/null; then
			echo "a call of $name was not noticed"
			return 1
		fi
	done
	# The same, with fortified read() as the compiler itself makes it.
	printf '#include <unistd.h>\nint planted(int n);\nint planted(int n)\n{\n\tchar b[8];\n\treturn (int)read(0, b, (size_t)n) + b[0];\n}\n' >"$dir/f.c"
	"$1" -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -c -o "$dir/f.o" "$dir/f.c"
	if check "$dir/f.o" >/dev/null; then
		echo "a fortified read was not noticed"
		return 1
	fi
	printf '#include <string.h>\nsize_t clean(const char *s);\nsize_t clean(const char *s) { return strlen(s) + strlen(s + 1); }\n' >"$dir/clean.c"
	"$1" -c -o "$dir/clean.o" "$dir/clean.c"
	check "$dir/clean.o"
}

if [ "${1:-}" = --plant ]; then
	plant "$2"
else
	check "$@"
fi
