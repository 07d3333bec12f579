/* SPDX-License-Identifier: EUPL-1.2 */
/* Patterns: the first line is the pattern, the rest the text. A pattern that is taken answers, and
 * as pcre2's other matcher does where that one comes to an answer (S62). */
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void must(bool ok)
{
    if (!ok) abort();
}

/* 1 matches, 0 does not, -1 gave up. */
static int match_by_backtracking(struct text pattern, struct text t)
{
    int code;
    PCRE2_SIZE at;
    pcre2_code *c = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
                                  PCRE2_UTF | PCRE2_DOLLAR_ENDONLY, &code, &at, NULL);
    must(c != NULL);
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(c, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(context, 10000);
    int result = pcre2_match(c, (PCRE2_SPTR)t.p, t.n, 0, 0, data, context);
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    pcre2_code_free(c);
    return result >= 0 ? 1 : result == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text rest = {size == 0 ? "" : (const char *)data, size}, pattern;
    struct regex *r;
    struct err e = {0};
    text_split(&rest, '\n', &pattern);
    if (rest.p == NULL) rest = TEXT("");
    if (!regex_new(&r, pattern, &e)) {
        must(r == NULL && e.msg[0] != '\0' && e.remedy[0] != '\0');
        return 0;
    }
    enum regex_result got = regex_match(r, rest);
    if (got != REGEX_LIMIT && text_is_utf8(rest, NULL) && rest.n < 1000) {
        int expected = match_by_backtracking(pattern.n == 0 ? TEXT("") : pattern, rest);
        must(expected < 0 || (got == REGEX_YES) == (expected == 1));
    }
    regex_free(r);
    return 0;
}
