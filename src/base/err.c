/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int exit_status;
} err_table[ERR_CODE_COUNT] = {
    [ERR_NONE] = {"none", 0},         [ERR_USAGE] = {"usage", 2},
    [ERR_NOT_FOUND] = {"not_found", 2}, [ERR_INPUT] = {"input", 3},
    [ERR_LIMIT] = {"limit", 3},       [ERR_DENIED] = {"denied", 4},
    [ERR_CONFLICT] = {"conflict", 5}, [ERR_STORE] = {"store", 5},
    [ERR_SYSTEM] = {"system", 5},     [ERR_DISCLOSURE] = {"disclosure", 6},
};

bool err_set(struct err *e, enum err_code code, const char *id, const char *fmt, ...)
{
    if (e == NULL) return false;
    va_list ap;
    va_start(ap, fmt);
    e->code = code;
    e->id = id;
    e->detail[0] = '\0';
    e->remedy[0] = '\0';
    vsnprintf(e->msg, sizeof e->msg, fmt, ap);
    va_end(ap);
    return false;
}

bool err_remedy(struct err *e, const char *fmt, ...)
{
    if (e == NULL) return false;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->remedy, sizeof e->remedy, fmt, ap);
    va_end(ap);
    return false;
}

bool err_detail(struct err *e, const char *fmt, ...)
{
    if (e == NULL) return false;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->detail, sizeof e->detail, fmt, ap);
    va_end(ap);
    return false;
}

bool err_set_errno(struct err *e, enum err_code code, int errno_value, const char *id,
                   const char *fmt, ...)
{
    if (e == NULL) return false;
    va_list ap;
    va_start(ap, fmt);
    err_set(e, code, id, "%s", "");
    vsnprintf(e->msg, sizeof e->msg, fmt, ap);
    va_end(ap);
    size_t n = strlen(e->msg);
    char why[128] = "";
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
