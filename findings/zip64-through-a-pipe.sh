#!/usr/bin/env bash
# Info-ZIP's zip 3.0 with -fz (force zip64) writes an archive into a pipe that no program reads, Info-ZIP's own unzip included.
#
# Guessed before: `zip -fz - . | cat > a.zip` is an ordinary zip64 archive whose entries carry data descriptors.
# Seen: the end record says "the directory's offset is in the zip64 record" (ffffffff), but no zip64 end record and no
# locator are written. zip exits with 0; unzip, 7-Zip and Python's zipfile all refuse the file.
# Without the pipe, -fz writes both records and every reader is content; through a pipe without -fz, too.
#
# Who meets it: a pipeline that streams an extension's archive (`zip -qr -fz - . | aws s3 cp - …`).
set -euo pipefail
version=3.0-13
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq "zip=$version" unzip p7zip-full > /dev/null 2>&1
for package in ./*.deb; do dpkg -x "$package" root; done
export PATH="$work/root/usr/bin:$PATH"
zip=$work/root/usr/bin/zip
mkdir folder
printf 'hello\n' > folder/a.txt

(cd folder && "$zip" -qr -fz - . | cat > ../piped.zip)
(cd folder && "$zip" -qr -fz ../file.zip .)
(cd folder && "$zip" -qr - . | cat > ../plain.zip)

count() { grep -c -a "$1" "$2" || true; }
records() { printf '%s: zip64 end records %s, locators %s\n' "$1" "$(count $'PK\x06\x06' "$1")" "$(count $'PK\x06\x07' "$1")"; }
accepts() { # archive → which of three readers accept it
  local who=''
  unzip -tqq "$1" > /dev/null 2>&1 && who+=' unzip'
  "$work/root/usr/lib/p7zip/7z" t "$1" > /dev/null 2>&1 && who+=' 7-Zip'
  python3 -m zipfile -t "$1" > /dev/null 2>&1 && who+=' Python'
  printf '%s: accepted by%s\n' "$1" "${who:- none}"
}

seen=$(for archive in piped.zip file.zip plain.zip; do records "$archive"; accepts "$archive"; done)
expected='piped.zip: zip64 end records 0, locators 0
piped.zip: accepted by none
file.zip: zip64 end records 1, locators 1
file.zip: accepted by unzip 7-Zip Python
plain.zip: zip64 end records 0, locators 0
plain.zip: accepted by unzip 7-Zip Python'
echo "zip $version"
echo "$seen"
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-28'
