/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/password_rule.h"

#include "base/buf.h"
#include "base/catalogue.h"

#include <string.h>

enum { REST_MIN = 8 /* bytes that must be left without words that others know */ };

static bool refuse(struct err *e, const char *why)
{
    err_set(e, ERR_USAGE, "account.password", "this password cannot be used: %s", tr(why));
    return err_remedy(e, "several words that do not belong together make a good one");
}

static bool is_common(struct text t)
{
    struct buf line;
    buf_init_wiped(&line, PASSWORD_MAX + 2);
    buf_put_u8(&line, '\n');
    buf_put(&line, t.p, t.n);
    buf_put_u8(&line, '\n');
    bool found = memmem(common_passwords, common_passwords_size, line.p, line.n) != NULL;
    buf_release(&line);
    return found;
}

/* "abcabcabcabc": how long the piece is that is repeated; the whole length where none is. */
static size_t period(struct text t)
{
    size_t p = 1;
    while (p < t.n && memcmp(t.p, t.p + p, t.n - p) != 0) p++;
    return p;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Which bytes belong to a word that others know. */
struct known {
    struct text t; /* in lower case */
    bool byte[PASSWORD_MAX];
};

static void mark(struct known *k, struct text word)
{
    for (size_t i = 0; i + word.n <= k->t.n; i++) {
        size_t n = 0;
        while (n < word.n && k->t.p[i + n] == lower(word.p[n])) n++;
        if (n == word.n) memset(k->byte + i, true, n);
    }
}

/* Each word of a text, and what it is made of. */
static void mark_words(struct known *k, const char *words)
{
    enum { WORD_MIN = 3 };
    while (words != NULL && *words != '\0') {
        size_t n = strcspn(words, " .,-_'");
        if (n >= WORD_MIN) mark(k, (struct text){words, n});
        words += n;
        words += strspn(words, " .,-_'");
    }
}

static size_t unknown_bytes(struct text t, const struct password_context *c)
{
    struct known k = {.t = t};
    size_t n = 0;
    mark_words(&k, "dcim password passwort heslo senha palavra register");
    for (size_t i = 0; i < sizeof c->word / sizeof c->word[0]; i++) mark_words(&k, c->word[i]);
    for (size_t i = 0; i < t.n; i++) n += !k.byte[i];
    return n;
}

bool password_fits(struct text password, const struct password_context *c, struct err *e)
{
    size_t min = c->second_factor ? PASSWORD_MIN_SECOND : PASSWORD_MIN;
    if (password.n < min) {
        err_set(e, ERR_USAGE, "account.password",
                "this password cannot be used: it is shorter than %zu characters", min);
        return err_remedy(e, "several words that do not belong together make a good one");
    }
    if (password.n > PASSWORD_MAX) return refuse(e, N_("it is longer than 256 characters"));
    struct buf b;
    buf_init_wiped(&b, PASSWORD_MAX);
    for (size_t i = 0; i < password.n; i++) buf_put_u8(&b, (uint8_t)lower(password.p[i]));
    size_t piece = period(buf_text(&b)), n = unknown_bytes(buf_text(&b), c);
    bool common = is_common(buf_text(&b)) || is_common((struct text){b.p, piece});
    bool repeated = piece < REST_MIN && piece < b.n;
    buf_release(&b);
    if (common) return refuse(e, N_("it is one of those that are tried first"));
    if (repeated) return refuse(e, N_("it repeats a few characters"));
    if (n < REST_MIN)
        return refuse(e, N_("it is made of your own name, your organisation's or the register's"));
    return true;
}
