#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# What must be built for a test: base/err -> test_base_err; base or base/ -> the tests of base; a shell
# test -> the program, and what it says it needs; anything else -> everything.
cd "$(dirname "$0")/.." || exit 1
case $1 in
browser | browser/ | browser/?*) echo browser_render dcim ;;
?*/?*)
    room=${1%%/*} x=${1#*/}
    if [ -f "tests/$room/test_$x.c" ]; then
        echo "test_${room}_$x"
    elif [ -f "tests/$room/test_$x.sh" ]; then
        if [ -f src/cli/main.c ]; then echo embedded dcim; else echo embedded; fi
        sed -n 's/^# Needs the target //p' "tests/$room/test_$x.sh"
    else
        echo "make: there is no tests/$room/test_$x.c or .sh" >&2
        echo no_such_test
    fi
    ;;
workshop | workshop/) if [ -f src/cli/main.c ]; then echo embedded dcim; else echo embedded; fi ;;
*)
    room=${1%/}
    if [ -n "$room" ] && [ -d "src/$room" ]; then
        # Its shell tests run the program.
        if ls tests/"$room"/test_*.sh >/dev/null 2>&1 && [ -f src/cli/main.c ]; then
            echo "tests_in_$room dcim"
        else
            echo "tests_in_$room"
        fi
    else
        echo all
    fi
    ;;
esac
