#!/usr/bin/env bash
# git lists an index that was cut in half: exit code 0, no message, and "./" for each entry that is gone.
#
# Guessed before: `git ls-files` fails on an index whose end and checksum are missing, as it does on one of twenty bytes
# ("index file smaller than expected").
# Seen (git 2.39.5): the entries that are still there are listed, the others as "./"; `git diff` and `git status` go on as well.
# Only `git fsck` compares the checksum.
#
# Who meets it: a checkout restored from a cache that was cut off. What git "has" decides here what a checkout left out and what
# may be deleted, so that the checksum is compared before any list is believed: `isIndexWhole` in src/source/git/repository.ts;
# test/source/git/git.test.ts.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
git --version
git init --quiet .
for name in a b c d e f; do echo "$name" > "$name"; done
git add .
git -c user.name=t -c user.email=t@example.com commit --quiet --message=1

try() { # name → what git says
  local listed code=0
  listed=$(git ls-files 2>&1) || code=$?
  echo "$1: exit $code, $(echo "$listed" | tr '\n' ' ')"
}
seen=$(
  try whole
  cp .git/index whole
  head -c "$(($(stat -c %s whole) / 2))" whole > .git/index
  try half
  code=0
  git fsck > /dev/null 2>&1 || code=$?
  echo "fsck: exit $code"
  head -c 20 whole > .git/index
  try 'twenty bytes'
)
echo "$seen"
expected='whole: exit 0, a b c d e f 
half: exit 0, a b c ./ ./ ./ 
fsck: exit 128
twenty bytes: exit 128, fatal: .git/index: index file smaller than expected '
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-28 (git 2.39.5)'
