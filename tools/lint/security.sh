#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# docs/security.md says only what is so: every number due has a row, every test a row names is there and names the
# number, what holds has a test, what does not says why, and the sum at the top is the sum. security.sh ROOT
set -eu
cd "$1"
page=docs/security.md
[ -f $page ] || exit 0

awk -v PAGE=$page '
    function found(line, what) { print PAGE ":" line ": security: " what }
    function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }
    function due_list(s, parts, ends, i, k) { # "S1-S6, S8"
        i = split(s, parts, /, */)
        for (; i > 0; i--) {
            gsub(/[^0-9-]/, "", parts[i])
            if (split(parts[i], ends, "-") == 1) ends[2] = ends[1]
            for (k = ends[1] + 0; k <= ends[2] + 0; k++) due[k] = 1
        }
    }
    function names(file, number, line, there, has) { # 0 no such file, 1 without the number, 2 with it
        there = has = 0
        while ((getline line < file) > 0) {
            there = 1
            if ((" " line " ") ~ ("[^0-9A-Za-z]" number "[^0-9A-Za-z]")) has = 1
        }
        close(file)
        return there ? 1 + has : 0
    }
    /^Due: / { listing = 1; list = "" }
    listing { if ($0 ~ /^$/) listing = 0; else list = list " " $0 }
    /^Of the [0-9]+ due, / { sum = $0; sum_line = FNR }
    /^\| S[0-9]+ \|/ {
        n = split($0, cell, "|")
        number = trim(cell[2]); tests = trim(cell[4]); state = trim(cell[5])
        if (n != 6) { found(FNR, number ": the row has not four cells"); next }
        if (number in row) found(FNR, number " has a row already, in line " row[number])
        row[number] = FNR
        if (state !~ /^(holds|partly: .+|open: .+|later: .+)$/)
            found(FNR, number ": the state is holds, or partly, open or later with a colon and the reason")
        word = state; sub(/:.*/, "", word); states[number] = word
        if (word == "holds" && tests !~ /`/) found(FNR, number " holds, but names no test")
        if (tests ~ /more/) found(FNR, number ": not all of its tests are named")
        while (match(tests, /`[^`]*`/)) {
            file = substr(tests, RSTART + 1, RLENGTH - 2); tests = substr(tests, RSTART + RLENGTH)
            kind = names(file, number)
            if (kind == 0) found(FNR, number ": " file " is not there")
            if (kind == 1) found(FNR, number ": " file " does not name it")
        }
    }
    END {
        due_list(list)
        for (k = 1; k <= 999; k++) if (k in due) {
            n_due++
            if (!(("S" k) in row)) found(1, "S" k " is due and has no row")
            else count[states["S" k]]++
        }
        if (!n_due) found(1, "no line says what is due (Due: S1-S6, S8 ...)")
        want = sprintf("Of the %d due, %d hold, %d hold in part, %d are open.", n_due, count["holds"], count["partly"],
            count["open"])
        if (sum != want) found(sum_line ? sum_line : 1, "the sum is: " want)
    }' $page
