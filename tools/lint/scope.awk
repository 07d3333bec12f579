# SPDX-License-Identifier: EUPL-1.2
# S50: what the store is asked for by the desk, it is asked for within the scope of the call's decision
# (call_whose()). Nobody else in service makes a scope; the places that look at the whole register whoever
# asks are these, each with its reason.
BEGIN {
    FS = "\t"
    whole["src/service/decision.c"]                                # decides
    whole["src/service/op_emergency.c"]                            # somebody else's record, for an hour (S54)
    whole["src/service/op_search.c"]                               # that one is there elsewhere is said, not what
    whole["src/service/op_referral.c"]                             # the part of a record that was referred
    whole["src/service/link_new.c"]                                # a thread that compares, and shows nothing
    makes["src/service/decision.c"]
    makes["src/service/may.c"]                                     # one organisation of the decision's
}
function say(what) { printf "%s:%s: scope: %s\n", $2, $3, what }
$2 !~ /^src\/service\// || $1 != "code" { next }
$4 ~ /SCOPE_EVERYTHING/ && !($2 in whole) { say("the whole register, whoever asks: use call_whose(), or add the file with its reason to tools/lint/scope.awk") }
$4 ~ /(scope_of *\(|\(struct scope\)|SCOPE_ALL|SCOPE_ONE)/ && !($2 in makes) { say("a scope comes from the call's decision: call_whose()") }
