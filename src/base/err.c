/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/err.h"

#include "base/catalogue.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int exit_status;
} err_table[ERR_CODE_COUNT] = {
    [ERR_NONE] = {"none", 0},           [ERR_USAGE] = {"usage", 2},
    [ERR_NOT_FOUND] = {"not_found", 2}, [ERR_INPUT] = {"input", 3},
    [ERR_LIMIT] = {"limit", 3},         [ERR_DENIED] = {"denied", 4},
    [ERR_CONFLICT] = {"conflict", 5},   [ERR_STORE] = {"store", 5},
    [ERR_SYSTEM] = {"system", 5},       [ERR_DISCLOSURE] = {"disclosure", 6},
};

/* What a cut text ends with may be the beginning of a character: take that off. */
static void end_at_character(char *text, size_t n)
{
    size_t start = n;
    while (start > 0 && n - start < 3 && ((unsigned char)text[start - 1] & 0xC0u) == 0x80u) start--;
    if (start == 0) return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (n - start + 1 < whole) text[start - 1] = '\0';
}

/* vsnprintf by way of a copy, for the arguments may be parts of the error that is written to. */
__attribute__((format(printf, 3, 0))) static void fill(char *out, size_t size, const char *fmt,
                                                       va_list ap)
{
    char text[ERR_MSG_MAX > ERR_DETAIL_MAX ? ERR_MSG_MAX : ERR_DETAIL_MAX];
    int n = vsnprintf(text, size, tr(fmt), ap);
    if (n < 0) text[0] = '\0';
    if (n >= (int)size) end_at_character(text, size - 1);
    memcpy(out, text, strlen(text) + 1);
}

__attribute__((format(printf, 4, 0))) static void set(struct err *e, enum err_code code,
                                                      const char *id, const char *fmt, va_list ap)
{
    fill(e->msg, sizeof e->msg, fmt, ap);
    e->code = code;
    e->id = id;
    e->detail[0] = '\0';
    e->remedy[0] = '\0';
}

bool err_set(struct err *e, enum err_code code, const char *id, const char *fmt, ...)
{
    if (e == NULL) return false;
    va_list ap;
    va_start(ap, fmt);
    set(e, code, id, fmt, ap);
    va_end(ap);
    return false;
}

bool err_remedy(struct err *e, const char *fmt, ...)
{
    if (e == NULL) return false;
    va_list ap;
    va_start(ap, fmt);
    fill(e->remedy, sizeof e->remedy, fmt, ap);
    va_end(ap);
    return false;
}

bool err_detail(struct err *e, const char *fmt, ...)
{
    if (e == NULL) return false;
    va_list ap;
    va_start(ap, fmt);
    fill(e->detail, sizeof e->detail, fmt, ap);
    va_end(ap);
    return false;
}

bool err_set_errno(struct err *e, enum err_code code, int errno_value, const char *id,
                   const char *fmt, ...)
{
    if (e == NULL) return false;
    va_list ap;
    va_start(ap, fmt);
    set(e, code, id, fmt, ap);
    va_end(ap);
    char why[128] = "";
    size_t n = strlen(e->msg);
    const char *text = strerror_r(errno_value, why, sizeof why); /* GNU version: returns the text */
    snprintf(e->msg + n, sizeof e->msg - n, ": %s", text);
    return false;
}

void err_clear(struct err *e)
{
    if (e != NULL) *e = (struct err){0};
}

int err_exit_status(enum err_code code)
{
    return (unsigned)code < ERR_CODE_COUNT ? err_table[code].exit_status : 5;
}

const char *err_code_name(enum err_code code)
{
    return (unsigned)code < ERR_CODE_COUNT ? err_table[code].name : "unknown";
}
