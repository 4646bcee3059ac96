#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# reglookup's text as a command: reglookup.sh HIVE. An example of a parser that
# only prints, in a language without JSON: reglookup escapes as %XX what is not
# plain, so that each field becomes hexadecimal with awk alone.
set -u
export LC_ALL=C
messages=$(mktemp) || exit 3
trap 'rm -f "$messages"' EXIT
reglookup -H "${1:?usage: reglookup.sh HIVE}" 2>"$messages" | awk -F, '
BEGIN {
    for (i = 0; i < 256; i++) byte[sprintf("%c", i)] = sprintf("%02x", i)
    split("NONE SZ EXPAND_SZ BINARY DWORD DWORD_BE LINK MULTI_SZ RSRC_LIST " \
          "RSRC_DESC RSRC_REQ_LIST QWORD", words, " ")
    for (i in words) type[words[i]] = i - 1
    depth = 0
}
# Bytes of a field in hexadecimal; `after` stands behind each of them.
function bytes(field, after,    out, some, i, c, size) {
    out = some = ""
    size = length(field)
    for (i = 1; i <= size; i++) {
        c = substr(field, i, 1)
        if (c == "%") { some = some tolower(substr(field, i + 1, 2)) after; i += 2 }
        else some = some byte[c] after
        if (length(some) > 4000) { out = out some; some = "" }
    }
    return out some
}
# A name: Latin-1 for all we see. Its units have their high byte first.
function name(field,    i, hex, units) {
    hex = bytes(field, "")
    units = ""
    for (i = 1; i <= length(hex); i += 2) units = units "00" substr(hex, i, 2)
    return units == "" ? "\"name\":\"\"" \
                       : "\"name\":\"?\",\"name_utf16\":\"" units "\""
}
function reversed(hex,    out, i) {
    out = ""
    for (i = length(hex) - 1; i > 0; i -= 2) out = out substr(hex, i, 2)
    return out
}
# What interpreted data was. Raw data has a %00, text has none.
function data(kind, field) {
    if (field == "(null)") return ""
    if (kind ~ /^D?Q?WORD$/ && field ~ /^0x/)
        return reversed(tolower(substr(field, 3)))
    if (kind == "DWORD_BE" && field ~ /^0x/) return tolower(substr(field, 3))
    if (kind !~ /SZ$|^LINK$/ || field ~ /%00/) return bytes(field, "")
    if (kind != "MULTI_SZ") return bytes(field, "00") "0000"
    gsub(/\|/, "%00", field)
    return bytes(field, "00") "00000000"
}
function leave_to(wanted) {
    for (; depth > wanted; depth--) print "{\"event\":\"key_leave\"}"
}
{
    levels = split($1, parts, "/")
    root = $1 == "/" && $2 == "KEY"
}
root { print "{\"event\":\"hive\"}\n{\"event\":\"key_enter\"}"; depth = 1; next }
$2 == "KEY" {
    leave_to(levels - 1)
    print "{\"event\":\"key_enter\"," name(parts[levels]) "}"
    depth = levels
    next
}
{
    number = ($2 in type) ? type[$2] : ""
    if (number == "") { number = 0; hex = toupper(substr($2, 3))
        for (i = 1; i <= length(hex); i++)
            number = number * 16 + index("0123456789ABCDEF", substr(hex, i, 1)) - 1 }
    hex = data($2, $3)
    # Text does not show how many bytes it was made of.
    size = $2 ~ /SZ$|^LINK$/ || $3 ~ /^0x/ ? "" : ",\"data_size\":" length(hex) / 2
    printf "{\"event\":\"value\",%s,\"type\":%.0f%s}\n", name(parts[levels]), number, size
    if (hex != "") print "{\"event\":\"data\",\"hex\":\"" hex "\"}"
}
END { leave_to(0) }'
if grep -q '^ERROR' "$messages"; then
    echo '{"event":"end","result":"reject"}'
elif grep -qv 'While quoting' "$messages"; then
    echo '{"event":"damage","field":"","action":"skipped"}'
    echo '{"event":"end","result":"partial"}'
else
    echo '{"event":"end","result":"accept"}'
fi
