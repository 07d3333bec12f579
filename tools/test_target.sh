#!/bin/sh
# The build target of a test: base/err -> test_base_err; nothing, a shell test or a pattern -> all.
case $1 in
*/*) room=${1%%/*} x=${1#*/}
    if [ -f "$(dirname "$0")/../tests/$room/test_$x.c" ]; then echo "test_${room}_$x"; else echo all; fi ;;
*) echo all ;;
esac
