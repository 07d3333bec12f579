/* SPDX-License-Identifier: EUPL-1.2 */
/* Open addressing with linear probing. Nothing is ever taken out of the table: when it is three
 * quarters full it is made anew without the sources that have no connection and a full bucket, at
 * twice the size if need be. At its greatest size the buckets of all who are not connected are
 * forgotten, which can only be to their good. */
#include "web/http_source.h"

#include "base/crypto.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { CAP_FIRST = 256, CAP_MAX = 131072, MILLI = 1000 };

struct source {
    struct http_address key;
    bool used;
    uint32_t connections;
    uint64_t tokens;  /* thousandths of a request */
    uint64_t seen_ms; /* when `tokens` was reckoned */
};

struct http_sources {
    struct source *slot;
    size_t cap, n; /* cap is a power of two */
    uint64_t now_ms;
    uint32_t connections, rate, burst;
};

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_v4(const struct http_address *a)
{
    return memcmp(a->byte, mapped, sizeof mapped) == 0;
}

struct http_address http_address_of(const struct sockaddr *sa)
{
    struct http_address a = {{0}};
    if (sa->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof in);
        memcpy(a.byte, mapped, sizeof mapped);
        memcpy(a.byte + 12, &in.sin_addr, 4);
    } else if (sa->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, sa, sizeof in);
        memcpy(a.byte, &in.sin6_addr, 16);
    }
    return a;
}

bool http_address_read(struct http_address *out, struct text t)
{
    char s[REQUEST_ADDRESS_SIZE];
    if (t.n == 0 || t.n >= sizeof s) return false;
    memcpy(s, t.p, t.n);
    s[t.n] = '\0';
    memcpy(out->byte, mapped, sizeof mapped);
    return inet_pton(AF_INET, s, out->byte + 12) == 1 || inet_pton(AF_INET6, s, out->byte) == 1;
}

void http_address_write(char whole[REQUEST_ADDRESS_SIZE], char network[REQUEST_ADDRESS_SIZE],
                        const struct http_address *a)
{
    struct http_address cut = *a;
    bool v4 = is_v4(a);
    int family = v4 ? AF_INET : AF_INET6;
    size_t from = v4 ? 12 : 0;
    whole[0] = network[0] = '\0';
    inet_ntop(family, a->byte + from, whole, REQUEST_ADDRESS_SIZE);
    memset(cut.byte + (v4 ? 15 : 6), 0, v4 ? 1 : 10);
    inet_ntop(family, cut.byte + from, network, REQUEST_ADDRESS_SIZE);
    size_t n = strlen(network);
    snprintf(network + n, REQUEST_ADDRESS_SIZE - n, "%s", v4 ? "/24" : "/48");
}

struct http_sources *http_sources_new(uint32_t connections, uint32_t rate, uint32_t burst)
{
    struct http_sources *s = mem_new(1, sizeof *s);
    s->cap = CAP_FIRST;
    s->slot = mem_new(s->cap, sizeof *s->slot);
    s->connections = connections;
    s->rate = rate;
    s->burst = burst;
    return s;
}

void http_sources_free(struct http_sources *s)
{
    if (s == NULL) return;
    mem_free(s->slot);
    mem_free(s);
}

size_t http_sources_count(const struct http_sources *s)
{
    return s->n;
}

/* The slot of `key`, or the free one where it belongs. */
static struct source *probe(struct source *slot, size_t cap, const struct http_address *key)
{
    size_t i = (size_t)crypto_map_hash(key->byte, sizeof key->byte) & (cap - 1);
    while (slot[i].used && memcmp(&slot[i].key, key, sizeof *key) != 0) i = (i + 1) & (cap - 1);
    return &slot[i];
}

static void refill(const struct http_sources *s, struct source *one)
{
    uint64_t most = (uint64_t)s->burst * MILLI, passed = s->now_ms - one->seen_ms;
    uint64_t more = passed > most ? most : passed * s->rate; /* ms x requests/s = thousandths */
    one->tokens = most - one->tokens < more ? most : one->tokens + more;
    one->seen_ms = s->now_ms;
}

static void make_room(struct http_sources *s)
{
    bool forget = s->cap == CAP_MAX;
    size_t kept = 0;
    for (size_t i = 0; i < s->cap; i++) {
        struct source *one = &s->slot[i];
        if (!one->used) continue;
        refill(s, one);
        one->used = one->connections > 0 || (!forget && one->tokens < (uint64_t)s->burst * MILLI);
        kept += one->used;
    }
    size_t cap = kept > s->cap / 2 && s->cap < CAP_MAX ? s->cap * 2 : s->cap;
    struct source *slot = mem_new(cap, sizeof *slot);
    for (size_t i = 0; i < s->cap; i++)
        if (s->slot[i].used) *probe(slot, cap, &s->slot[i].key) = s->slot[i];
    mem_free(s->slot);
    s->slot = slot;
    s->cap = cap;
    s->n = kept;
}

static struct source *find(struct http_sources *s, const struct http_address *a)
{
    struct http_address key = *a;
    if (!is_v4(a)) memset(key.byte + 8, 0, 8);
    struct source *one = probe(s->slot, s->cap, &key);
    if (one->used) return one;
    if ((s->n + 1) * 4 > s->cap * 3) {
        make_room(s);
        one = probe(s->slot, s->cap, &key);
    }
    *one = (struct source){.key = key,
                           .used = true,
                           .tokens = (uint64_t)s->burst * MILLI,
                           .seen_ms = s->now_ms};
    s->n++;
    return one;
}

bool http_source_enter(struct http_sources *s, const struct http_address *a)
{
    struct source *one = find(s, a);
    if (one->connections >= s->connections) return false;
    one->connections++;
    return true;
}

void http_source_leave(struct http_sources *s, const struct http_address *a)
{
    struct source *one = find(s, a);
    if (one->connections > 0) one->connections--;
}

uint32_t http_source_request(struct http_sources *s, const struct http_address *a, uint64_t now_ms)
{
    if (now_ms > s->now_ms) s->now_ms = now_ms;
    struct source *one = find(s, a);
    refill(s, one);
    if (one->tokens >= MILLI) {
        one->tokens -= MILLI;
        return 0;
    }
    uint64_t per_second = (uint64_t)s->rate * MILLI;
    uint64_t wait = per_second > 0 ? (MILLI - one->tokens + per_second - 1) / per_second : 60;
    return wait > 60 ? 60 : (uint32_t)wait;
}
