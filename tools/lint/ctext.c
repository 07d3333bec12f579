/* SPDX-License-Identifier: EUPL-1.2 */
/* Lint tool: what the checks look at in a C file, one line each, separated by tabs.
 *
 *     ctext ROOT FILE...           (files are named relative to ROOT)
 *
 *     include   file  line  "base/err.h"      or <stdio.h>
 *     code      file  line  text              comments gone, strings and characters emptied
 *     string    file  line  text              what stood between the quotes
 *     comment   file  line  text              the first comment of the file only
 *     function  file  line  lines  name       length of the body and its head
 *     lines     file  count
 *
 * Not a parser: it knows comments, quotes and continued lines, and finds functions by the house
 * style (the opening and the closing brace of a function stand alone in the first column).
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 4 << 20, LINE_MAX_LEN = 8192 };

static char text[FILE_MAX + 1];
static const char *file;

struct line {
    char s[LINE_MAX_LEN];
    size_t n;
};

static void put(struct line *l, char c)
{
    if (l->n + 1 < sizeof l->s) l->s[l->n++] = c == '\t' ? ' ' : c;
    l->s[l->n] = '\0';
}

static void flush(struct line *l, const char *kind, int line)
{
    size_t lead = strspn(l->s, " ");
    if (l->n > lead) printf("%s\t%s\t%d\t%s\n", kind, file, line, l->s);
    l->n = 0;
    l->s[0] = '\0';
}

static void put_include(const char *s, int line)
{
    s += 1 + strspn(s + 1, " ");
    if (strncmp(s, "include", 7) != 0) return;
    s += 7 + strspn(s + 7, " ");
    const char *end = *s == '<' ? strchr(s, '>') : *s == '"' ? strchr(s + 1, '"') : NULL;
    if (end != NULL && end < s + strcspn(s, "\n"))
        printf("include\t%s\t%d\t%.*s\n", file, line, (int)(end - s + 1), s);
}

/* The name before the first parenthesis of a function's head. */
static void put_function(const char *head, int line, int lines)
{
    const char *open = strchr(head, '(');
    if (open == NULL || strchr(head, '=') != NULL) return;
    const char *end = open;
    while (end > head && isspace((unsigned char)end[-1])) end--;
    const char *name = end;
    while (name > head && (isalnum((unsigned char)name[-1]) || name[-1] == '_')) name--;
    if (name < end)
        printf("function\t%s\t%d\t%d\t%.*s\n", file, line, lines, (int)(end - name), name);
}

/* Gathers the lines of a head (return type, name, parameters) until the brace that opens a body. */
static void functions(void)
{
    static char head[LINE_MAX_LEN];
    size_t n = 0;
    int line = 1, head_line = 0;
    bool inside = false;

    for (const char *s = text; *s; line++) {
        size_t len = strcspn(s, "\n");
        if (inside) {
            if (s[0] == '}') {
                put_function(head, head_line, line - head_line + 1);
                inside = false;
                n = 0;
            }
        } else if (s[0] == '{') {
            inside = n > 0;
        } else if (len == 0 || s[0] == '#' || s[0] == '/' || s[0] == '}' ||
                   (s[0] == ' ' && n == 0)) {
            n = 0;
        } else {
            if (n == 0) head_line = line;
            if (n + len + 2 < sizeof head) {
                memcpy(head + n, s, len);
                n += len;
                head[n++] = ' ';
                head[n] = '\0';
            }
            if (len > 0 && s[len - 1] == ';') n = 0;
        }
        s += len + (s[len] == '\n');
    }
}

static int stream(void)
{
    static struct line code, string, comment;
    enum { CODE, LINE_COMMENT, COMMENT, STRING, CHARACTER } at = CODE;
    int line = 1;
    bool first_comment = true, line_begins = true;

    for (const char *s = text; *s; s++) {
        if (line_begins && at == CODE && s[strspn(s, " ")] == '#')
            put_include(s + strspn(s, " "), line);
        line_begins = false;
        if (*s == '\n') {
            if (at == LINE_COMMENT) at = CODE;
            flush(&code, "code", line);
            flush(&string, "string", line);
            if (first_comment) flush(&comment, "comment", line);
            line++;
            line_begins = true;
        } else if (at == CODE) {
            if (s[0] == '/' && s[1] == '*') {
                at = COMMENT;
                s++;
            } else if (s[0] == '/' && s[1] == '/') {
                at = LINE_COMMENT;
            } else {
                if (*s == '"') at = STRING;
                if (*s == '\'') at = CHARACTER;
                put(&code, *s);
                if (!isspace((unsigned char)*s) && *s != '#') {
                    if (comment.n > 0 && first_comment) flush(&comment, "comment", line);
                    first_comment = false;
                }
            }
        } else if (at == COMMENT) {
            if (s[0] == '*' && s[1] == '/') {
                at = CODE;
                put(&code, ' ');
                s++;
            } else {
                put(&comment, *s);
            }
        } else if (at == LINE_COMMENT) {
            put(&comment, *s);
        } else if (*s == '\\' && s[1] != '\0' && s[1] != '\n') {
            put(&string, s[0]);
            put(&string, s[1]);
            s++;
        } else if ((at == STRING && *s == '"') || (at == CHARACTER && *s == '\'')) {
            put(&code, *s);
            put(&string, ' ');
            at = CODE;
        } else {
            put(&string, *s);
        }
        if (!first_comment) comment.n = 0, comment.s[0] = '\0';
    }
    return line - 1;
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    for (int i = 2; i < argc; i++) {
        char path[LINE_MAX_LEN];
        file = argv[i];
        snprintf(path, sizeof path, "%s/%s", argv[1], file);
        FILE *f = fopen(path, "rb");
        if (f == NULL) {
            fprintf(stderr, "ctext: could not open %s\n", path);
            return 1;
        }
        size_t n = fread(text, 1, FILE_MAX, f);
        fclose(f);
        text[n] = '\0';
        printf("lines\t%s\t%d\n", file, stream());
        functions();
    }
    return 0;
}
