#!/bin/sh
# What must be built for a test: base/err -> test_base_err; a shell test -> the program; nothing, or the
# beginning of a name -> everything.
cd "$(dirname "$0")/.." || exit 1
case $1 in
?*/?*)
    room=${1%%/*} x=${1#*/}
    if [ -f "tests/$room/test_$x.c" ]; then
        echo "test_${room}_$x"
    elif [ -f "tests/$room/test_$x.sh" ]; then
        if [ -f src/cli/main.c ]; then echo embedded dcim; else echo embedded; fi
    else
        echo "make: there is no tests/$room/test_$x.c or .sh" >&2
        echo no_such_test
    fi
    ;;
*) echo all ;;
esac
