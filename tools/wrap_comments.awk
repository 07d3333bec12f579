# SPDX-License-Identifier: EUPL-1.2
# Wraps comments wider than `max` characters; see format.sh. Never touches code.
#
# In a block comment, what does not fit moves to the beginning of the next line of the same paragraph
# (same indentation, not a line of a table), and so on. A comment behind code that is too wide goes above.
function width(s) { gsub(/[\200-\277]/, "", s); return length(s) }
function blanks(s) { match(s, /^ */); return substr(s, 1, RLENGTH) }
function is_table(text) { return text ~ /[^ .:]   *[^ ]/ && text ~ /   / || text ~ /^(-|[0-9]+[.) ]|[*@|])/ }

# Prints what fits of `carry` behind `prefix`, keeping the rest; `end` " */" closes the comment, "" keeps it open.
function spill(prefix, next_prefix, end,   cut, i) {
    while (width(prefix carry end) > max) {
        cut = 0
        for (i = 1; i <= length(carry); i++)
            if (substr(carry, i, 1) == " ") {
                if (width(prefix substr(carry, 1, i - 1)) > max) break
                cut = i
            }
        if (!cut) break # one word wider than the line
        print prefix substr(carry, 1, cut - 1)
        carry = substr(carry, cut + 1)
        prefix = next_prefix
        started = 1
        if (end == "" && width(prefix carry) <= max) { carry_prefix = prefix; return }
    }
    print prefix carry end
    carry = ""
}
function flush_carry() { if (carry != "") spill(carry_prefix, carry_prefix, "") }

{
    inside_before = inside
    rest = $0
    # Quotes that hold comment marks are rare: a line with them is left alone.
    if ($0 !~ /"[^"]*(\/\*|\*\/|\/\/)[^"]*"/)
        while (1) {
            i = index(rest, inside ? "*/" : "/*")
            if (!i) break
            rest = substr(rest, i + 2); inside = !inside
        }
}

# A line within a block comment.
inside_before && /^ *\* +[^ ]/ {
    prefix = blanks($0) "*"
    text = substr($0, length(prefix) + 1)
    prefix = prefix blanks(text)
    sub(/^ */, "", text)
    end = ""
    if (!inside) { if (text !~ / \*\/$/) { flush_carry(); print; next } end = " */"; sub(/ \*\/$/, "", text) }
    if (carry != "" && (carry_prefix != prefix || is_table(text))) flush_carry()
    carry = carry == "" ? text : carry " " text
    spill(prefix, prefix, end)
    next
}
{ flush_carry() }

# The first line of a block comment that goes on, or a whole comment on a line of its own.
width($0) > max && !inside_before && /^ *\/\* / && (inside || / \*\/$/) {
    prefix = blanks($0)
    carry = substr($0, length(prefix) + 4)
    end = ""
    if (!inside) { end = " */"; sub(/ \*\/$/, "", carry) }
    spill(prefix "/* ", prefix " * ", end)
    next
}
# Code with a whole comment behind it.
width($0) > max && !inside_before && !inside && / \/\* [^*]*\*\/$/ && !/^#/ && previous !~ /[^;{}:*\/, ]$/ {
    match($0, / +\/\* [^*]*\*\/$/)
    code = substr($0, 1, RSTART - 1)
    carry = substr($0, RSTART); sub(/^ +\/\* /, "", carry); sub(/ \*\/$/, "", carry)
    if (code !~ /\/\*/) {
        spill(blanks(code) "/* ", blanks(code) " * ", " */")
        print code
        previous = code
        next
    }
    carry = ""
}
{ print; previous = $0 }
END { flush_carry() }
