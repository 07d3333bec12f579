/* SPDX-License-Identifier: EUPL-1.2 */
#include "pages.h"

#include "harness.h"

/* SQLCipher 4 (zetetic.net/sqlcipher/design): a page of 8192 bytes is AES-256-CBC ciphertext, the
 * initialisation vector (16) and the HMAC-SHA256 (32). The first page begins with the salt (16),
 * which is not encrypted. A raw key of 64 hexadecimal digits encrypts pages as it is. OpenSSL,
 * which SQLCipher brings along, is declared here by hand, for nobody else of ours is to see it. */
struct evp_cipher_ctx_st;
struct evp_cipher_st;
struct evp_cipher_ctx_st *EVP_CIPHER_CTX_new(void);
void EVP_CIPHER_CTX_free(struct evp_cipher_ctx_st *c);
const struct evp_cipher_st *EVP_aes_256_cbc(void);
int EVP_DecryptInit_ex(struct evp_cipher_ctx_st *c, const struct evp_cipher_st *t, void *engine,
                       const unsigned char *key, const unsigned char *iv);
int EVP_CIPHER_CTX_set_padding(struct evp_cipher_ctx_st *c, int on);
int EVP_DecryptUpdate(struct evp_cipher_ctx_st *c, unsigned char *out, int *n,
                      const unsigned char *in, int n_in);

enum { PAGE = 8192, RESERVE = 48, SALT = 16, WAL_HEAD = 32, FRAME_HEAD = 24 };

static void decrypt(char *page, const struct secret *key, size_t from)
{
    unsigned char plain[PAGE];
    int n = 0, in = (int)(PAGE - RESERVE - from);
    struct evp_cipher_ctx_st *c = EVP_CIPHER_CTX_new();
    assert_non_null(c);
    assert_int_equal(EVP_DecryptInit_ex(c, EVP_aes_256_cbc(), NULL, secret_bytes(key),
                                        (const unsigned char *)page + PAGE - RESERVE),
                     1);
    assert_int_equal(EVP_CIPHER_CTX_set_padding(c, 0), 1);
    assert_int_equal(EVP_DecryptUpdate(c, plain, &n, (const unsigned char *)page + from, in), 1);
    assert_int_equal(n, in);
    memcpy(page + from, plain, (size_t)n);
    EVP_CIPHER_CTX_free(c);
}

/* Appends the pages of one file, `head` bytes before each after `first` bytes. */
static char *add(char *all, size_t *n_all, const char *path, const struct secret *key, size_t first,
                 size_t head)
{
    size_t n;
    char *bytes = harness_read(path, &n);
    for (size_t at = first; at + head + PAGE <= n; at += head + PAGE) {
        all = realloc(all, *n_all + PAGE);
        assert_non_null(all);
        char *page = all + *n_all;
        memcpy(page, bytes + at + head, PAGE);
        bool is_first = head == 0 ? at == 0 : memcmp(bytes + at, "\0\0\0\1", 4) == 0;
        decrypt(page, key, is_first ? SALT : 0);
        *n_all += PAGE;
    }
    free(bytes);
    return all;
}

char *pages_read(const char *path, const struct secret *key, size_t *n)
{
    char wal[300];
    *n = 0;
    char *all = add(NULL, n, path, key, 0, 0);
    assert_true(*n >= PAGE);
    /* The header of an SQLite file from byte 16: page size; at 20 the bytes each page gives up at
     * its end (80, room for SQLCipher's default HMAC, of which ours takes 48). */
    assert_memory_equal(all + 16, "\x20\x00", 2);
    assert_true(all[20] >= RESERVE);
    snprintf(wal, sizeof wal, "%s-wal", path);
    return harness_exists(wal) ? add(all, n, wal, key, WAL_HEAD, FRAME_HEAD) : all;
}

bool pages_hold(const char *pages, size_t n_pages, const void *p, size_t n)
{
    return n > 0 && memmem(pages, n_pages, p, n) != NULL;
}

static size_t two(const char *p)
{
    return (size_t)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

/* sqlite.org/fileformat2.html section 1.6: kind of page, first free block (2), number of cells (2),
 * where the cells begin (2), fragments (1), for interior pages the right child (4), then a pointer
 * (2) for each cell. Behind those, old pointers may lie: they say where something was, nothing of
 * what it was, and are told from content by pointing into the page. */
size_t pages_with_remains(const char *pages, size_t n_pages, size_t *n_tree)
{
    size_t n = 0;
    *n_tree = 0;
    for (size_t at = 0; at + PAGE <= n_pages; at += PAGE) {
        const char *page = pages + at, *head = at == 0 ? page + 100 : page;
        if (strchr("\2\5\12\15", head[0]) == NULL || head[0] == 0) continue;
        size_t from = (size_t)(head - page) + (head[0] == 2 || head[0] == 5 ? 12 : 8) +
                      2 * two(head + 3),
               to = two(head + 5);
        if (to > PAGE - RESERVE || from > to) continue;
        if (to - from > 300) (*n_tree)++;
        for (size_t i = from; i + 1 < to; i += 2)
            if (two(page + i) > PAGE) {
                n++;
                break;
            }
    }
    return n;
}
