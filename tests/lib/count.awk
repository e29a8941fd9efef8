# SPDX-License-Identifier: LGPL-2.1-or-later

# Counts TAP: documents one after another, each begun by "# file: NAME".  Prints a line for each
# with what failed or was skipped in it, and for tests/run a last line "passed failed skipped".
# With -v strict=1 a test that was skipped has failed.

function finish()
{
    missing = planned - (ok + bad + left)
    if (planned > 0 && missing > 0) {
        bad += missing
        details = details "      not ok - " missing " of " planned " tests did not report\n"
    }
    if (file != "" && ok + bad + left > 0) {
        printf "  %-4s %4d passed", bad ? "FAIL" : ok ? "ok" : "skip", ok
        printf bad ? ", " bad " failed" : ""
        printf left ? ", " left " skipped" : ""
        printf "  %s\n%s", file, details
    }
    passed += ok
    failed += bad
    skipped += left
    ok = bad = left = planned = 0
    details = ""
    explain = 0
}

/^# file: / { finish(); file = substr($0, 9); next }
/^1\.\.[0-9]+/ {
    planned = substr($1, 4) + 0
    if (planned == 0 && /# *[Ss][Kk][Ii][Pp]/) {
        if (strict) bad++; else left++
        details = details "      " $0 "\n"
    }
    next
}
/^not ok/ { bad++; details = details "      " $0 "\n"; explain = 1; next }
/^ok.*# *[Ss][Kk][Ii][Pp]/ {
    if (strict) bad++; else left++
    details = details "      " $0 "\n"
    explain = 0
    next
}
/^ok/ { ok++; explain = 0; next }
/^#/ && explain { details = details "        " $0 "\n" }
END { finish(); print passed + 0, failed + 0, skipped + 0 }
