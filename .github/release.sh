#!/usr/bin/env bash
# The two ends of the workflow release, on the values that .goreleaser.yaml has under
# env.
#
#   release.sh ready   says all that only the maintainers can set and have not set:
#                      docs/development.md, "What a maintainer sets". It takes
#                      GITHUB_REPOSITORY (owner/name) and TAP_TOKEN.
#   release.sh lists   commits the files in dist/ by which Homebrew, Scoop and krew
#                      find the release of the tag GITHUB_REF_NAME, with TAP_TOKEN.
set -euo pipefail
cd "$(dirname "$0")/.."

value() { sed -n "s/^  - $1=//p" .goreleaser.yaml; }

ready() {
	local failed=0
	miss() {
		echo "::error title=not ready for a release::$1: docs/development.md, \"What a maintainer sets\""
		failed=1
	}
	if [ "$GITHUB_REPOSITORY" != "$(value OWNER)/kubectl-jit" ]; then
		miss "OWNER in .goreleaser.yaml is $(value OWNER), and this repository is $GITHUB_REPOSITORY"
	fi
	if [[ $(value MAINTAINER) != *\<*@*\> ]]; then
		miss "MAINTAINER in .goreleaser.yaml has no e-mail address, which deb, rpm and apk want as Name <address>"
	fi
	if [ -z "${TAP_TOKEN:-}" ]; then
		miss "the secret TAP_TOKEN is not set: Homebrew, Scoop and krew would not hear of the release"
		return $failed
	fi
	local name why
	for name in TAP BUCKET INDEX; do
		if ! why=$(GH_TOKEN=$TAP_TOKEN gh api "repos/$(value OWNER)/$(value $name)" 2>&1 >/dev/null); then
			miss "$name in .goreleaser.yaml names $(value OWNER)/$(value $name), which TAP_TOKEN cannot see ($why)"
		fi
	done
	return $failed
}

lists() {
	commit TAP Casks/kubectl-jit.rb
	commit BUCKET kubectl-jit.json
	commit INDEX plugins/jit.yaml
}

# commit NAME PATH puts the file of dist/ at the path of a repository, by one call,
# which wants to be told the object that it replaces.
commit() {
	local place old content
	place=repos/$(value OWNER)/$(value "$1")/contents/$2
	content=$(base64 -w0 "dist/${2##*/}")
	local fields=(-f "message=kubectl-jit $GITHUB_REF_NAME" -f "content=$content")
	if old=$(GH_TOKEN=$TAP_TOKEN gh api "$place" --jq .sha 2>/dev/null); then
		fields+=(-f "sha=$old")
	fi
	GH_TOKEN=$TAP_TOKEN gh api --silent --method PUT "$place" "${fields[@]}"
	echo "committed $place"
}

case ${1:-} in
ready | lists) "$1" ;;
*) echo "usage: release.sh ready|lists" >&2 && exit 2 ;;
esac
