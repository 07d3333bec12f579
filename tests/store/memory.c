/* SPDX-License-Identifier: EUPL-1.2 */
#include "memory.h"

#include "harness.h"

#include <fcntl.h>
#include <unistd.h>

enum { PIECE = 1 << 20, OVERLAP = MEMORY_PART - 1, TURN = 0x5a };

void memory_keep(struct memory_keys *k, const char *name, const void *p)
{
    assert_true(k->n < MEMORY_KEYS);
    for (size_t i = 0; i < MEMORY_PART; i++)
        k->part[k->n][i] = ((const volatile uint8_t *)p)[i] ^ TURN;
    k->name[k->n++] = name;
}

static bool is_at(const uint8_t *p, const uint8_t part[MEMORY_PART])
{
    for (size_t i = 0; i < MEMORY_PART; i++)
        if ((p[i] ^ TURN) != part[i]) return false;
    return true;
}

static int search_piece(const uint8_t *p, size_t n, const struct memory_keys *k, unsigned long at,
                        const char *map, bool say)
{
    int found = 0;
    bool first[256] = {false};
    for (size_t i = 0; i < k->n; i++) first[k->part[i][0] ^ TURN] = true;
    for (size_t i = 0; i + MEMORY_PART <= n; i++) {
        if (!first[p[i]]) continue;
        for (size_t j = 0; j < k->n; j++) {
            if (!is_at(p + i, k->part[j])) continue;
            found++;
            if (say) print_error("%s is at %lx, in %s", k->name[j], at + i, map);
        }
    }
    return found;
}

int memory_search(const struct memory_keys *k, bool say)
{
    static uint8_t piece[PIECE + OVERLAP]; /* looked over: it holds what was just read */
    char line[500];
    int found = 0, fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    FILE *maps = fopen("/proc/self/maps", "re");
    assert_true(fd >= 0 && maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL) {
        char *end = NULL;
        unsigned long from = strtoul(line, &end, 16),
                      to = *end == '-' ? strtoul(end + 1, &end, 16) : 0;
        if (end[1] != 'r' || end[2] != 'w' || strstr(line, "[vvar") != NULL) continue;
        for (unsigned long at = from; at < to; at += PIECE) {
            size_t n = to - at < sizeof piece ? to - at : sizeof piece;
            if (at < (unsigned long)(uintptr_t)(piece + sizeof piece) &&
                at + n > (unsigned long)(uintptr_t)piece) {
                /* Of the part that holds `piece` itself, what lies before and behind it. */
                unsigned long self = (unsigned long)(uintptr_t)piece;
                if (at < self) n = self - at;
                else continue;
            }
            ssize_t got = pread(fd, piece, n, (off_t)at);
            if (got > 0) found += search_piece(piece, (size_t)got, k, at, line, say);
        }
    }
    (void)fclose(maps);
    (void)close(fd);
    explicit_bzero(piece, sizeof piece);
    return found;
}
