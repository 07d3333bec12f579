/* SPDX-License-Identifier: EUPL-1.2 */
#include "lossy_disk.h"

#include "harness.h"

#include "../power_loss/io_log.h"

#include <dirent.h>
#include <sys/stat.h>

enum { SECTOR = 512, LONGEST = 4096, DEEPEST = 16 };

/* ---- the log ---- */

struct call {
    struct io_line line;
    const char *path, *to, *data;
};

struct disk_log {
    struct call *call;
    size_t n, cap;
    char *bytes, *paths;
};

static void *grown(void *p, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) return p;
    *cap = *cap * 2 + 16;
    p = realloc(p, *cap * size);
    if (p == NULL) fail_msg("out of memory");
    return p;
}

static char *copied(const char *p, size_t n)
{
    char *out = malloc(n + 1);
    if (out == NULL) fail_msg("out of memory");
    if (n > 0) memcpy(out, p, n);
    out[n] = '\0';
    return out;
}

struct disk_log *disk_log_read(const char *path)
{
    size_t n, at = 0, n_path = 0;
    struct disk_log *l = calloc(1, sizeof *l);
    assert_non_null(l);
    l->bytes = harness_read(path, &n);
    l->paths = calloc(1, n + 1); /* paths with their NUL take less than their lines */
    assert_non_null(l->paths);
    while (at < n) {
        l->call = grown(l->call, l->n, &l->cap, sizeof *l->call);
        struct call *c = &l->call[l->n++];
        assert_true(at + sizeof c->line <= n);
        memcpy(&c->line, l->bytes + at, sizeof c->line);
        at += sizeof c->line;
        const uint32_t length[2] = {c->line.n_path, c->line.n_to};
        const char **text[2] = {&c->path, &c->to};
        for (int i = 0; i < 2; i++) {
            memcpy(l->paths + n_path, l->bytes + at, length[i]);
            *text[i] = l->paths + n_path;
            n_path += length[i] + 1;
            at += length[i];
        }
        c->data = l->bytes + at;
        if (c->line.kind == IO_WRITE) at += c->line.n;
    }
    assert_int_equal(at, n);
    return l;
}

size_t disk_log_calls(const struct disk_log *l)
{
    return l->n;
}

const char *disk_log_name(const struct disk_log *l, size_t i)
{
    static const char *const names[] = {"create",      "write",  "truncate", "sync", "sync folder",
                                        "make folder", "unlink", "rename",   "map"};
    static char text[LONGEST + 100];
    const struct call *c = &l->call[i];
    (void)snprintf(text, sizeof text, "%s %s (%llu bytes at %llu)", names[c->line.kind], c->path,
                   (unsigned long long)c->line.n, (unsigned long long)c->line.at);
    return text;
}

bool disk_log_touches(const struct disk_log *l, size_t i, const char *part)
{
    return strstr(l->call[i].path, part) != NULL;
}

void disk_log_free(struct disk_log *l)
{
    free(l->call);
    free(l->bytes);
    free(l->paths);
    free(l);
}

/* ---- files and folders ---- */

struct node;

struct name {
    char *name;
    struct node *node;
};

struct change { /* of a name in a folder */
    char *name;
    struct node *node; /* NULL: removed */
    struct node
        *also_folder; /* a rename's removal: done if, and only if, that folder has the new */
    size_t also;      /* name; number of that change among all of the folder's */
};

struct bytes {
    char *p;
    size_t n, cap;
};

struct write { /* not synced yet; data NULL: the file was cut to, or grown to, `at` bytes */
    const char *data;
    size_t at, n;
};

struct node {
    bool folder;
    uint64_t serial, file;
    struct bytes synced; /* file */
    struct write *write;
    size_t n_write, cap_write;
    struct name *now, *kept; /* folder: names as programs see them, and as they are synced */
    size_t n_now, cap_now, n_kept, cap_kept;
    struct change *change;
    size_t n_change, cap_change, n_done; /* the first n_done are synced */
    struct node *next;
};

struct disk {
    char root[LONGEST];
    struct node *top, *all;
    uint64_t serial;
};

static struct node *node_new(struct disk *d, bool folder, uint64_t file)
{
    struct node *n = calloc(1, sizeof *n);
    assert_non_null(n);
    n->folder = folder;
    n->file = file;
    n->serial = ++d->serial;
    n->next = d->all;
    d->all = n;
    return n;
}

static void resize(struct bytes *b, size_t n)
{
    if (n > b->cap) {
        b->cap = n * 2;
        b->p = realloc(b->p, b->cap);
        if (b->p == NULL) fail_msg("out of memory");
    }
    if (n > b->n) memset(b->p + b->n, 0, n - b->n);
    b->n = n;
}

static void put(struct bytes *b, size_t at, const char *p, size_t n)
{
    if (at + n > b->n) resize(b, at + n);
    memcpy(b->p + at, p, n);
}

static struct node *find(const struct name *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0) return list[i].node;
    return NULL;
}

static void set(struct name **list, size_t *n, size_t *cap, const char *name, struct node *node)
{
    size_t i = 0;
    while (i < *n && strcmp((*list)[i].name, name) != 0) i++;
    if (i < *n && node != NULL) {
        (*list)[i].node = node;
    } else if (i < *n) {
        free((*list)[i].name);
        (*list)[i] = (*list)[--*n];
    } else if (node != NULL) {
        *list = grown(*list, *n, cap, sizeof **list);
        (*list)[(*n)++] = (struct name){copied(name, strlen(name)), node};
    }
}

static void set_now(struct node *f, const char *name, struct node *node)
{
    set(&f->now, &f->n_now, &f->cap_now, name, node);
}

static void set_kept(struct node *f, const char *name, struct node *node)
{
    set(&f->kept, &f->n_kept, &f->cap_kept, name, node);
}

/* The folder of a path, and the last piece of the path. NULL: outside of the disk. */
static struct node *folder_of(const struct disk *d, const char *path, const char **last)
{
    size_t n = strlen(d->root);
    struct node *f = d->top;
    if (strncmp(path, d->root, n) != 0 || path[n] != '/') return NULL;
    path += n + 1;
    for (const char *slash; f != NULL && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
        char piece[LONGEST];
        (void)snprintf(piece, sizeof piece, "%.*s", (int)(slash - path), path);
        f = find(f->now, f->n_now, piece);
    }
    if (f == NULL) fail_msg("no folder for %s", path);
    *last = path;
    return f;
}

static struct node *node_at(const struct disk *d, const char *path)
{
    const char *last;
    if (strcmp(path, d->root) == 0) return d->top;
    struct node *f = folder_of(d, path, &last);
    return f == NULL ? NULL : find(f->now, f->n_now, last);
}

/* ---- calls ---- */

/* Returns the number of the change. */
static size_t change(struct node *folder, const char *name, struct node *node,
                     struct node *also_folder, size_t also)
{
    folder->change =
        grown(folder->change, folder->n_change, &folder->cap_change, sizeof *folder->change);
    folder->change[folder->n_change] =
        (struct change){copied(name, strlen(name)), node, also_folder, also};
    set_now(folder, name, node);
    return folder->n_change++;
}

static void sync_folder(struct node *f)
{
    for (; f->n_done < f->n_change; f->n_done++) {
        const struct change *c = &f->change[f->n_done];
        if (c->also_folder != NULL && c->also_folder->n_done <= c->also)
            fail_msg("a folder is synced before the one that %s was moved to: not modelled",
                     c->name);
        set_kept(f, c->name, c->node);
    }
}

static void apply(struct bytes *b, const struct write *w)
{
    if (w->data == NULL) resize(b, w->at);
    else put(b, w->at, w->data, w->n);
}

static void sync_file(struct node *f)
{
    for (size_t i = 0; i < f->n_write; i++) apply(&f->synced, &f->write[i]);
    f->n_write = 0;
}

static struct node *file_of(struct disk *d, const struct call *c)
{
    /* Newest first: numbers are used again. */
    for (struct node *n = d->all; n != NULL; n = n->next)
        if (!n->folder && n->file == c->line.file) return n;
    fail_msg("%s: a file that nobody has made", c->path);
    return NULL;
}

static void add_write(struct node *f, const char *data, size_t at, size_t n)
{
    f->write = grown(f->write, f->n_write, &f->cap_write, sizeof *f->write);
    f->write[f->n_write++] = (struct write){data, at, n};
}

static void do_rename(struct disk *d, const struct call *c)
{
    const char *from, *to;
    struct node *a = folder_of(d, c->path, &from), *b = folder_of(d, c->to, &to);
    if (a == NULL || b == NULL) fail_msg("%s is moved to or from elsewhere", c->path);
    struct node *node = find(a->now, a->n_now, from);
    if (node == NULL) fail_msg("%s is renamed, but is not there", c->path);
    size_t added = change(b, to, node, NULL, 0);
    (void)change(a, from, NULL, b, added);
}

void disk_do(struct disk *d, const struct disk_log *l, size_t i)
{
    const struct call *c = &l->call[i];
    const char *last;
    struct node *f;
    switch ((enum io_kind)c->line.kind) {
    case IO_CREATE:
        if ((f = folder_of(d, c->path, &last)) != NULL)
            (void)change(f, last, node_new(d, false, c->line.file), NULL, 0);
        return;
    case IO_FOLDER:
        if ((f = folder_of(d, c->path, &last)) != NULL)
            (void)change(f, last, node_new(d, true, 0), NULL, 0);
        return;
    case IO_WRITE: add_write(file_of(d, c), c->data, c->line.at, c->line.n); return;
    case IO_TRUNCATE: add_write(file_of(d, c), NULL, c->line.at, 0); return;
    case IO_SYNC: sync_file(file_of(d, c)); return;
    case IO_SYNC_FOLDER:
        if ((f = node_at(d, c->path)) != NULL) sync_folder(f);
        return;
    case IO_UNLINK:
        if ((f = folder_of(d, c->path, &last)) != NULL) (void)change(f, last, NULL, NULL, 0);
        return;
    case IO_RENAME: do_rename(d, c); return;
    case IO_MAP: break;
    }
    fail_msg("%s is written to in a way that cannot be followed", c->path);
}

/* ---- beginning ---- */

static void load(struct disk *d, struct node *folder, const char *path, int deep)
{
    DIR *dir = opendir(path);
    if (dir == NULL || deep > DEEPEST) fail_msg("could not read %s", path);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        char at[LONGEST];
        struct stat s;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        (void)snprintf(at, sizeof at, "%s/%s", path, e->d_name);
        assert_int_equal(lstat(at, &s), 0);
        struct node *n = node_new(d, S_ISDIR(s.st_mode), s.st_ino);
        set_now(folder, e->d_name, n);
        set_kept(folder, e->d_name, n);
        if (n->folder) {
            load(d, n, at, deep + 1);
        } else {
            size_t size;
            char *data = harness_read(at, &size);
            put(&n->synced, 0, data, size);
            free(data);
        }
    }
    (void)closedir(dir);
}

struct disk *disk_new(const char *root, const char *from)
{
    struct disk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    (void)snprintf(d->root, sizeof d->root, "%s", root);
    d->top = node_new(d, true, 0);
    if (from != NULL) load(d, d->top, from, 0);
    return d;
}

static void names_free(struct name *list, size_t n)
{
    for (size_t i = 0; i < n; i++) free(list[i].name);
    free(list);
}

void disk_free(struct disk *d)
{
    while (d->all != NULL) {
        struct node *n = d->all;
        d->all = n->next;
        names_free(n->now, n->n_now);
        names_free(n->kept, n->n_kept);
        for (size_t i = 0; i < n->n_change; i++) free(n->change[i].name);
        free(n->change);
        free(n->write);
        free(n->synced.p);
        free(n);
    }
    free(d);
}

/* ---- states ---- */

static uint64_t mix(uint64_t a, uint64_t b, uint64_t c) /* splitmix64's last steps */
{
    uint64_t x = a ^ b * UINT64_C(0x9e3779b97f4a7c15) ^ c * UINT64_C(0xd1342543de82ef95);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

struct fate {
    enum disk_fate fate;
    uint64_t seed;
};

/* How many of n unsynced steps of something are kept: a third of the times none, a third all. */
static size_t kept_of(size_t n, const struct fate *f, uint64_t what, uint64_t part)
{
    uint64_t lot = mix(f->seed, what, part);
    if (f->fate != DISK_TEARS) return f->fate == DISK_KEEPS ? n : 0;
    return lot % 3 == 0 ? 0 : lot % 3 == 1 ? n : (size_t)(lot / 3 % (n + 1));
}

static void content(struct bytes *out, const struct node *file, const struct fate *f)
{
    size_t length = kept_of(file->n_write, f, file->serial, UINT64_MAX);
    *out = (struct bytes){0};
    put(out, 0, file->synced.n == 0 ? "" : file->synced.p, file->synced.n);
    for (size_t i = 0; i < file->n_write; i++) {
        const struct write *w = &file->write[i];
        if (w->data == NULL && i < length) apply(out, w);
        for (size_t at = w->at; w->data != NULL && at < w->at + w->n;) {
            size_t sector = at / SECTOR, to = (sector + 1) * SECTOR;
            if (to > w->at + w->n) to = w->at + w->n;
            if (i < kept_of(file->n_write, f, file->serial, sector))
                put(out, at, w->data + (at - w->at), to - at);
            at = to;
        }
    }
}

static size_t names_kept(const struct node *folder, const struct fate *f)
{
    size_t n = folder->n_change - folder->n_done;
    return folder->n_done + kept_of(n, f, folder->serial, UINT64_MAX - 1);
}

static void add_file(struct disk_state *s, const char *path, struct bytes b)
{
    s->file = grown(s->file, s->n, &s->cap, sizeof *s->file);
    s->file[s->n++] = (struct disk_file){copied(path, strlen(path)), b.p, b.n};
    uint64_t h =
        UINT64_C(14695981039346656037); /* FNV-1a of path and data; sums do not ask for the order */
    for (const char *p = path; *p != '\0'; p++)
        h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
    for (size_t i = 0; i < b.n; i++) h = (h ^ (unsigned char)b.p[i]) * UINT64_C(1099511628211);
    s->hash += mix(h, b.n, 0);
}

static void list(struct disk_state *s, const struct node *folder, const char *path,
                 const struct fate *f, int deep)
{
    struct name *name = NULL;
    size_t n = 0, cap = 0, n_change = names_kept(folder, f);
    if (deep > DEEPEST) fail_msg("too deep: %s", path);
    for (size_t i = 0; i < folder->n_kept; i++)
        set(&name, &n, &cap, folder->kept[i].name, folder->kept[i].node);
    for (size_t i = folder->n_done; i < folder->n_change; i++) {
        const struct change *c = &folder->change[i];
        if (c->also_folder == NULL ? i >= n_change : c->also >= names_kept(c->also_folder, f))
            continue;
        set(&name, &n, &cap, c->name, c->node);
    }
    for (size_t i = 0; i < n; i++) {
        char at[LONGEST];
        struct bytes b = {0};
        (void)snprintf(at, sizeof at, "%s%s%s", path, name[i].name,
                       name[i].node->folder ? "/" : "");
        if (!name[i].node->folder) content(&b, name[i].node, f);
        add_file(s, at, b);
        if (name[i].node->folder) list(s, name[i].node, at, f, deep + 1);
    }
    names_free(name, n);
}

void disk_state(struct disk_state *out, const struct disk *d, enum disk_fate fate, uint64_t seed)
{
    *out = (struct disk_state){0};
    list(out, d->top, "", &(struct fate){fate, seed}, 0);
}

const struct disk_file *disk_state_file(const struct disk_state *s, const char *path)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->file[i].path, path) == 0) return &s->file[i];
    return NULL;
}

void disk_state_write(const struct disk_state *s, const char *folder, const char *but)
{
    assert_int_equal(mkdir(folder, 0700), 0);
    for (size_t i = 0; i < s->n; i++) { /* a folder comes before what is in it */
        const struct disk_file *f = &s->file[i];
        char at[2 * LONGEST];
        if (but != NULL && strstr(f->path, but) != NULL) continue;
        (void)snprintf(at, sizeof at, "%s/%s", folder, f->path);
        if (f->path[strlen(f->path) - 1] == '/') {
            assert_int_equal(mkdir(at, 0700), 0);
            continue;
        }
        harness_write(at, f->n == 0 ? "" : f->data, f->n);
        assert_int_equal(chmod(at, 0600), 0);
    }
}

void disk_state_free(struct disk_state *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->file[i].path);
        free(s->file[i].data);
    }
    free(s->file);
    *s = (struct disk_state){0};
}
