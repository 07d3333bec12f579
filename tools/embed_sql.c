/* SPDX-License-Identifier: EUPL-1.2 */
/* Build tool: SQL files into one C table, so that the program can run no statement but these.
 *
 *     embed_sql OUT.h OUT.c STATEMENTS.sql... --migrations NNNN_name.sql...
 *
 * A statement file is a list of blocks. Each begins with a line that declares what the C around it
 * may rely on, and ends where the next begins:
 *
 *     -- name: record_current   params: record_id   columns: version_no, payload   rows: 0..1
 *     -- The latest version of one record.
 *     SELECT version_no, payload FROM record_version WHERE record_id = :record_id ...;
 *
 * `name` is lower case and unique over all files; it becomes SQL_RECORD_CURRENT. `params` and
 * `columns` may be left out or be `none`. `rows` is N, N..M or N..* (any number). Every :param of
 * the text must be declared and every declared one used. `--` comments are cut from the embedded
 * text. Lines before the first block may only be comments or blank.
 *
 * A migration file is one script, embedded whole. Numbers begin at 1 and leave no gap.
 *
 * Anything else stops the build with FILE:LINE: what is wrong.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 20, BLOCKS_MAX = 1000, NAMES_MAX = 64, NAME_MAX_LEN = 64 };

struct names {
    char name[NAMES_MAX][NAME_MAX_LEN];
    size_t n;
};

struct block {
    char name[NAME_MAX_LEN];
    struct names params, columns;
    int rows_min, rows_max; /* -1 unbounded */
    const char *file;
    int line;
};

static struct block blocks[BLOCKS_MAX];
static size_t n_block;
static char text[FILE_MAX + 1];
static const char *at_file;
static int at_line;

__attribute__((noreturn, format(printf, 1, 2))) static void stop(const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "%s:%d: error: ", at_file, at_line);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

static void load(const char *path)
{
    at_file = path;
    at_line = 1;
    FILE *f = fopen(path, "rb");
    if (f == NULL) stop("could not open");
    size_t n = fread(text, 1, FILE_MAX, f);
    if (ferror(f)) stop("could not read");
    if (n == FILE_MAX) stop("longer than %d bytes", FILE_MAX - 1);
    fclose(f);
    if (memchr(text, 0, n) != NULL) stop("holds a NUL byte");
    if (n > 0 && text[n - 1] != '\n') stop("does not end with a line end");
    text[n] = '\0';
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static void take_name(char out[NAME_MAX_LEN], const char *s, size_t n)
{
    if (n == 0 || n >= NAME_MAX_LEN) stop("a name has 1 to %d characters", NAME_MAX_LEN - 1);
    for (size_t i = 0; i < n; i++)
        if (!is_name_char(s[i])) stop("'%.*s' is not a name (a-z, 0-9, _)", (int)n, s);
    if (s[0] >= '0' && s[0] <= '9') stop("'%.*s' begins with a digit", (int)n, s);
    memcpy(out, s, n);
    out[n] = '\0';
}

static bool names_have(const struct names *list, const char *s, size_t n)
{
    for (size_t i = 0; i < list->n; i++)
        if (strlen(list->name[i]) == n && memcmp(list->name[i], s, n) == 0) return true;
    return false;
}

static void take_names(struct names *out, const char *s, size_t n)
{
    if (n == 4 && memcmp(s, "none", 4) == 0) return;
    while (n > 0) {
        const char *comma = memchr(s, ',', n);
        size_t len = comma ? (size_t)(comma - s) : n;
        size_t rest = comma ? n - len - 1 : 0;
        while (len > 0 && *s == ' ') s++, len--;
        while (len > 0 && s[len - 1] == ' ') len--;
        if (out->n == NAMES_MAX) stop("more than %d names", NAMES_MAX);
        if (names_have(out, s, len)) stop("'%.*s' is named twice", (int)len, s);
        take_name(out->name[out->n++], s, len);
        s = comma ? comma + 1 : s;
        n = rest;
    }
}

static int take_number(const char **s)
{
    int value = 0;

    if (!isdigit((unsigned char)**s)) stop("rows: is N, N..M or N..*");
    while (isdigit((unsigned char)**s)) {
        if (value > 1000000) stop("rows: is too large");
        value = value * 10 + (*(*s)++ - '0');
    }
    return value;
}

static void take_rows(struct block *b, const char *s, size_t n)
{
    const char *end = s + n;

    b->rows_min = b->rows_max = take_number(&s);
    if (s != end) {
        if (end - s < 3 || s[0] != '.' || s[1] != '.') stop("rows: is N, N..M or N..*");
        s += 2;
        if (*s == '*') {
            s++;
            b->rows_max = -1;
        } else {
            b->rows_max = take_number(&s);
        }
    }
    if (s != end) stop("rows: is N, N..M or N..*");
    if (b->rows_max != -1 && b->rows_max < b->rows_min) stop("rows: ends before it begins");
}

/* One declaration line: `key: value` pairs, a value ending where the next `word:` begins. */
static void take_declaration(struct block *b, const char *line, size_t n)
{
    const char *s = line + 2, *end = line + n; /* after "--" */
    bool rows = false;

    while (true) {
        while (s < end && *s == ' ') s++;
        if (s == end) break;
        const char *key = s;
        while (s < end && is_name_char(*s)) s++;
        size_t key_len = (size_t)(s - key);
        if (key_len == 0 || s == end || *s != ':') stop("expected `key: value`");
        s++;
        while (s < end && *s == ' ') s++;
        const char *value = s;
        while (s < end && *s != ':') s++;
        if (s < end) /* ran into the next key: step back over its word */
            while (s > value && is_name_char(s[-1])) s--;
        size_t value_len = (size_t)(s - value);
        while (value_len > 0 && value[value_len - 1] == ' ') value_len--;

        if (key_len == 4 && memcmp(key, "name", 4) == 0) {
            take_name(b->name, value, value_len);
        } else if (key_len == 6 && memcmp(key, "params", 6) == 0) {
            take_names(&b->params, value, value_len);
        } else if (key_len == 7 && memcmp(key, "columns", 7) == 0) {
            take_names(&b->columns, value, value_len);
        } else if (key_len == 4 && memcmp(key, "rows", 4) == 0) {
            take_rows(b, value, value_len);
            rows = true;
        } else {
            stop("'%.*s:' is not known (name, params, columns, rows)", (int)key_len, key);
        }
    }
    if (!rows) stop("'%s' declares no rows:", b->name);
    for (size_t i = 0; i < n_block; i++)
        if (strcmp(blocks[i].name, b->name) == 0)
            stop("'%s' is already at %s:%d", b->name, blocks[i].file, blocks[i].line);
}

static void put_c_line(FILE *out, const char *s, size_t n)
{
    fputs("    \"", out);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\') fprintf(out, "\\%c", c);
        else if (c == '\t') fputs("\\t", out);
        else if (c < 0x20 || c >= 0x7f) fprintf(out, "\\%03o", c);
        else fputc(c, out);
    }
    fputs("\\n\"\n", out);
}

/* Checks and marks the :params of one line; text in quotes is passed over. Returns the length
 * before a comment. `quote` carries an open quote from line to line. */
static size_t scan_line(const struct block *b, bool used[NAMES_MAX], char *quote, const char *s,
                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (*quote) {
            if (s[i] == *quote) *quote = 0;
        } else if (s[i] == '\'' || s[i] == '"') {
            *quote = s[i];
        } else if (s[i] == '-' && i + 1 < n && s[i + 1] == '-') {
            return i;
        } else if (s[i] == '?' || s[i] == '@' || s[i] == '$') {
            stop("parameters are written :name, not %c", s[i]);
        } else if (s[i] == ':') {
            size_t len = 0;
            if (i + 1 < n && s[i + 1] == ':') stop("casts are written CAST(x AS type)");
            while (i + 1 + len < n && is_name_char(s[i + 1 + len])) len++;
            if (!names_have(&b->params, s + i + 1, len))
                stop(":%.*s is not among the params: of '%s'", (int)len, s + i + 1, b->name);
            for (size_t p = 0; p < b->params.n; p++)
                if (strlen(b->params.name[p]) == len &&
                    memcmp(b->params.name[p], s + i + 1, len) == 0)
                    used[p] = true;
            i += len;
        }
    }
    return n;
}

static void end_block(const struct block *b, const bool used[NAMES_MAX], bool any, char quote,
                      FILE *out)
{
    at_line = b->line;
    if (!any) stop("'%s' has no SQL", b->name);
    if (quote) stop("'%s' ends inside a quote", b->name);
    for (size_t p = 0; p < b->params.n; p++)
        if (!used[p]) stop("'%s' does not use :%s", b->name, b->params.name[p]);
    fputs("    ;\n", out);
}

static void embed_statements(const char *path, FILE *out)
{
    struct block *b = NULL;
    bool used[NAMES_MAX];
    bool any = false;
    char quote = 0;

    load(path);
    for (const char *s = text; *s; at_line++) {
        size_t n = strcspn(s, "\n");
        if (n > 0 && s[n - 1] == '\r') stop("line ends are \\n, not \\r\\n");
        if (strncmp(s, "-- name:", 8) == 0) {
            int line = at_line;
            if (b) end_block(b, used, any, quote, out);
            at_line = line;
            if (n_block == BLOCKS_MAX) stop("more than %d statements", BLOCKS_MAX);
            b = &blocks[n_block];
            b->file = path;
            b->line = at_line;
            take_declaration(b, s, n);
            n_block++;
            memset(used, 0, sizeof used);
            any = false;
            fprintf(out, "static const char text_%s[] = /* %s */\n", b->name,
                    strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
        } else if (b == NULL) {
            size_t lead = strspn(s, " ");
            if (lead < n && strncmp(s + lead, "--", 2) != 0)
                stop("SQL before the first `-- name:`");
        } else {
            size_t keep = scan_line(b, used, &quote, s, n);
            if (!quote)
                while (keep > 0 && s[keep - 1] == ' ') keep--;
            if (keep > 0) {
                put_c_line(out, s, keep);
                any = true;
            }
        }
        s += n + (s[n] == '\n');
    }
    if (b) end_block(b, used, any, quote, out);
}

static void put_names(FILE *out, const char *kind, const struct block *b, const struct names *list)
{
    if (list->n == 0) return;
    fprintf(out, "static const char *const %s_%s[] = {", kind, b->name);
    for (size_t i = 0; i < list->n; i++) fprintf(out, " \"%s\",", list->name[i]);
    fputs(" };\n", out);
}

static void put_table(FILE *out)
{
    for (size_t i = 0; i < n_block; i++) {
        put_names(out, "params", &blocks[i], &blocks[i].params);
        put_names(out, "columns", &blocks[i], &blocks[i].columns);
    }
    fputs("\nconst struct sql_statement sql_statements[SQL_COUNT + 1] = {\n", out);
    for (size_t i = 0; i < n_block; i++) {
        const struct block *b = &blocks[i];
        fprintf(out, "    { \"%s\", text_%s, ", b->name, b->name);
        if (b->params.n) fprintf(out, "params_%s, %zu, ", b->name, b->params.n);
        else fputs("NULL, 0, ", out);
        if (b->columns.n) fprintf(out, "columns_%s, %zu, ", b->name, b->columns.n);
        else fputs("NULL, 0, ", out);
        fprintf(out, "%d, %d },\n", b->rows_min, b->rows_max);
    }
    fputs("    { NULL, NULL, NULL, 0, NULL, 0, 0, 0 },\n};\n\n", out);
}

static void embed_migrations(FILE *out, char **path, int n)
{
    fprintf(out, "const struct sql_migration sql_migrations[%d] = {\n", n + 1);
    for (int i = 0; i < n; i++) {
        load(path[i]);
        const char *base = strrchr(path[i], '/') ? strrchr(path[i], '/') + 1 : path[i];
        size_t len = strlen(base);
        char *end = NULL;
        long number = strtol(base, &end, 10);
        if (end != base + 4 || *end != '_' || len < 10 || strcmp(base + len - 4, ".sql") != 0)
            stop("a migration is called NNNN_name.sql");
        if (number != i + 1)
            stop("migration %d is missing or double (numbers leave no gap)", i + 1);
        char name[NAME_MAX_LEN];
        take_name(name, base + 5, len - 9);
        fprintf(out, "    { %d, \"%s\",\n", i + 1, name);
        for (const char *s = text; *s; at_line++) {
            size_t line = strcspn(s, "\n");
            put_c_line(out, s, line);
            s += line + (s[line] == '\n');
        }
        fputs("    },\n", out);
    }
    fprintf(out, "    { 0, NULL, NULL },\n};\nconst size_t sql_migration_count = %d;\n", n);
}

static void put_header(FILE *out)
{
    fputs("/* Made by tools/embed_sql.c from src/store/sql and src/store/migrations. */\n"
          "#ifndef DCIM_STORE_SQL_GEN_H\n#define DCIM_STORE_SQL_GEN_H\n\n#include <stddef.h>\n\n"
          "enum sql_id {\n",
          out);
    for (size_t i = 0; i < n_block; i++) {
        fputs("    SQL_", out);
        for (const char *s = blocks[i].name; *s; s++) fputc(toupper((unsigned char)*s), out);
        fputs(",\n", out);
    }
    fputs(
        "    SQL_COUNT\n};\n\n"
        "struct sql_statement {\n"
        "    const char *name, *text;\n"
        "    const char *const *params; /* without the colon; NULL when there are none */\n"
        "    size_t n_param;\n"
        "    const char *const *columns; /* in the order of the result; NULL when there are none */\n"
        "    size_t n_column;\n"
        "    int rows_min, rows_max; /* rows_max -1: any number */\n"
        "};\n\n"
        "struct sql_migration {\n"
        "    int number; /* 1, 2, 3 ... */\n"
        "    const char *name, *text;\n"
        "};\n\n"
        "extern const struct sql_statement sql_statements[]; /* by enum sql_id; then one empty */\n"
        "extern const struct sql_migration sql_migrations[]; /* in order; then one empty */\n"
        "extern const size_t sql_migration_count;\n\n#endif\n",
        out);
}

static FILE *create(const char *path)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL) {
        fprintf(stderr, "embed_sql: could not create %s\n", path);
        exit(1);
    }
    return f;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fputs("usage: embed_sql OUT.h OUT.c STATEMENTS.sql... --migrations NNNN_name.sql...\n",
              stderr);
        return 2;
    }
    FILE *c = create(argv[2]);
    fputs("/* Made by tools/embed_sql.c from src/store/sql and src/store/migrations. */\n"
          "#include \"store/sql_gen.h\"\n\n",
          c);
    int i = 3;
    for (; i < argc && strcmp(argv[i], "--migrations") != 0; i++) embed_statements(argv[i], c);
    fputc('\n', c);
    put_table(c);
    embed_migrations(c, argv + i + 1, i < argc ? argc - i - 1 : 0);
    if (fclose(c) != 0) {
        fprintf(stderr, "embed_sql: could not write %s\n", argv[2]);
        return 1;
    }
    FILE *h = create(argv[1]);
    put_header(h);
    if (fclose(h) != 0) {
        fprintf(stderr, "embed_sql: could not write %s\n", argv[1]);
        return 1;
    }
    return 0;
}
