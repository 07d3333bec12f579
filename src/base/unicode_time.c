/* SPDX-License-Identifier: EUPL-1.2 */
/* Instants as people of a language write them, by ICU's data. */
#include "base/unicode.h"

#include <pthread.h>
#include <string.h>
#include <unicode/udat.h>
#include <unicode/ustring.h>

enum { FORMATS_MAX = 16, SHOWN_MAX = 80 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct format {
    char language[16];
    UDateFormat *format;
    int64_t seconds; /* what was shown last, and how: rows of a list often have one time */
    char shown[SHOWN_MAX];
} kept[FORMATS_MAX];
static size_t n_kept;

/* The format of a language, made at its first use and kept; under the lock, for formats are not
 * safe for two threads. NULL when ICU has none to give. */
static struct format *format_of(const char *language)
{
    UErrorCode bad = U_ZERO_ERROR;
    for (size_t i = 0; i < n_kept; i++)
        if (strcmp(kept[i].language, language) == 0) return &kept[i];
    if (n_kept == FORMATS_MAX || strlen(language) >= sizeof kept[0].language) return NULL;
    const char *locale =
        strcmp(language, "en") == 0 ? "en_150" : language; /* as Europe writes it */
    UDateFormat *f = udat_open(UDAT_SHORT, UDAT_MEDIUM, locale, NULL, 0, NULL, 0, &bad);
    if (U_FAILURE(bad)) return NULL;
    memcpy(kept[n_kept].language, language, strlen(language) + 1);
    kept[n_kept].format = f;
    return &kept[n_kept++];
}

static bool to_utf8(char *out, size_t size, const UChar *s, int32_t n)
{
    UErrorCode bad = U_ZERO_ERROR;
    int32_t length = 0;
    (void)u_strToUTF8(out, (int32_t)size - 1, &length, s, n, &bad);
    if (U_FAILURE(bad) || length < 0 || (size_t)length >= size) return false;
    out[length] = '\0';
    return true;
}

static bool show(struct format *f, int64_t seconds)
{
    UChar shown[SHOWN_MAX];
    UErrorCode bad = U_ZERO_ERROR;
    f->shown[0] = '\0';
    int32_t n = udat_format(f->format, (UDate)seconds * 1000.0, shown, SHOWN_MAX, NULL, &bad);
    f->seconds = seconds;
    return n >= 0 && !U_FAILURE(bad) && n <= SHOWN_MAX &&
           to_utf8(f->shown, sizeof f->shown, shown, n);
}

bool unicode_instant(char *out, size_t size, int64_t seconds, const char *language)
{
    (void)pthread_mutex_lock(&lock);
    struct format *f = format_of(language);
    bool ok = f != NULL && ((f->shown[0] != '\0' && f->seconds == seconds) || show(f, seconds));
    size_t n = ok ? strlen(f->shown) : 0;
    ok = ok && n < size;
    if (ok) memcpy(out, f->shown, n + 1);
    (void)pthread_mutex_unlock(&lock);
    return ok;
}
