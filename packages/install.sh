# SPDX-License-Identifier: Apache-2.0
# Sourced by ./run and ./test: installs Debian packages that are missing, after saying so.

# say ENGLISH CHINESE: in the language of the caller, to stderr
say() {
	case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
	zh*) printf '%s\n' "$2" >&2 ;;
	*) printf '%s\n' "$1" >&2 ;;
	esac
}

# packages_missing LIST...: names in these files that are not installed
packages_missing() {
	wanted=$(sed 's/#.*//' "$@" | tr -s ' \t\n' ' ')
	have=" $(dpkg-query -W -f='${db:Status-Status}=${Package} ' $wanted 2>/dev/null || true)"
	for name in $wanted; do
		case $have in
		*" installed=$name "*) ;;
		*) printf '%s ' "$name" ;;
		esac
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		env "$@"
	else
		sudo env "$@"
	fi
}

# packages_install LIST...: ends the script when it cannot
packages_install() {
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		say "There is no apt here. These packages (names of Debian 12) are needed:" "这里没有 apt。需要下列软件包（Debian 12 的名字）："
		sed -n 's/[ \t]*#.*//; /./p' "$@" | tr '\n' ' ' >&2
		printf '\n' >&2
		exit 1
	fi
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	say "Missing packages, to be installed with apt: $missing" "缺少以下软件包，将用 apt 安装：$missing"
	if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
		say "This needs root: run it as root, or install sudo." "这一步需要 root 权限：请用 root 运行，或先安装 sudo。"
		exit 1
	fi
	as_root DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update </dev/null >&2 ||
		say "apt-get update had errors; going on." "apt-get update 有错误；继续。"
	# shellcheck disable=SC2086 -- a list of names
	if ! as_root DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
		install --no-install-recommends $missing </dev/null >&2; then
		say "The packages could not be installed." "软件包安装失败。"
		exit 1
	fi
}

# modules_install DIR...: what package-lock.json names, where it is not there yet; Node.js itself too, unless there is one
modules_install() {
	if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
		packages_install "$root/packages/node"
	fi
	for dir; do
		[ ! -f "$dir/node_modules/.installed" ] || ! [ "$dir/package-lock.json" -nt "$dir/node_modules/.installed" ] || rm -rf "$dir/node_modules"
		[ ! -f "$dir/node_modules/.installed" ] || continue
		say "Installing what $dir/package-lock.json names ..." "正在安装 $dir/package-lock.json 中的依赖……"
		if ! (cd "$dir" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null >&2); then
			say "The packages of npm could not be installed." "npm 软件包安装失败。"
			exit 1
		fi
		touch "$dir/node_modules/.installed"
	done
}
