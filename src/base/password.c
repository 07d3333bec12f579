/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/password.h"

#include <pthread.h>
#include <string.h>

enum { PASSES = 3, KIB = 64 * 1024, INSECURE_PASSES = 1, INSECURE_KIB = 4096 };

/* Who stretches and who waits, over all threads of the process. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t free;
    int running, waiting;
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};

struct password_cost password_cost_now(bool insecure)
{
    if (insecure) return (struct password_cost){INSECURE_PASSES, INSECURE_KIB};
    return (struct password_cost){PASSES, KIB};
}

bool password_cost_equal(struct password_cost a, struct password_cost b)
{
    return a.passes == b.passes && a.kib == b.kib;
}

static bool enter(void)
{
    bool ok = true;
    (void)pthread_mutex_lock(&gate.lock);
    if (gate.running >= PASSWORD_AT_ONCE && gate.waiting >= PASSWORD_QUEUE) {
        ok = false;
    } else {
        gate.waiting++;
        while (gate.running >= PASSWORD_AT_ONCE) (void)pthread_cond_wait(&gate.free, &gate.lock);
        gate.waiting--;
        gate.running++;
    }
    (void)pthread_mutex_unlock(&gate.lock);
    return ok;
}

static void leave(void)
{
    (void)pthread_mutex_lock(&gate.lock);
    gate.running--;
    (void)pthread_cond_signal(&gate.free);
    (void)pthread_mutex_unlock(&gate.lock);
}

bool password_stretch(uint8_t out[PASSWORD_STRETCHED], struct text password,
                      const uint8_t salt[CRYPTO_SALT], struct password_cost cost, struct err *e)
{
    if (!enter()) {
        err_set(e, ERR_LIMIT, "session.busy", "too many people are signing in at this moment");
        return err_remedy(e, "try again in a few seconds");
    }
    struct secret *key = secret_new(PASSWORD_STRETCHED);
    bool ok =
        crypto_password_key(key, password, salt, cost.passes, (size_t)cost.kib * 1024, e);
    if (ok) memcpy(out, secret_bytes(key), PASSWORD_STRETCHED);
    secret_free(key);
    leave();
    return ok;
}
