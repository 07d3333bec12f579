/* SPDX-License-Identifier: EUPL-1.2 */
/* Templates into C: embed_pages OUT.c FILE.html... writes struct template_source page_sources[],
 * named by the file without folder and ending, in the order given. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *path)
{
    fprintf(stderr, "embed_pages: %s %s\n", what, path);
    exit(1);
}

static void put_byte(FILE *out, int c)
{
    if (c == '\n') fputs("\\n\"\n        \"", out);
    else if (c == '"' || c == '\\') fprintf(out, "\\%c", c);
    else if (c == '?') fputs("\\?", out); /* no trigraphs */
    else if (c < 0x20 || c >= 0x7f) fprintf(out, "\\%03o", (unsigned)c);
    else fputc(c, out);
}

static void put_page(FILE *out, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    size_t n = strlen(name);
    FILE *in = fopen(path, "rb");
    if (in == NULL) fail("cannot read", path);
    if (n < 6 || strcmp(name + n - 5, ".html") != 0) fail("not .html:", path);
    fprintf(out, "    {\"%.*s\",\n        \"", (int)(n - 5), name);
    for (int c; (c = getc(in)) != EOF;) put_byte(out, c);
    fputs("\"},\n", out);
    if (fclose(in) != 0) fail("cannot read", path);
}

int main(int argc, char **argv)
{
    if (argc < 3) fail("usage: embed_pages OUT.c FILE.html...", "");
    FILE *out = fopen(argv[1], "wb");
    if (out == NULL) fail("cannot write", argv[1]);
    fputs(
        "/* Made by tools/embed_pages.c from src/web/pages. */\n#include \"web/page_source.h\"\n\n"
        "const struct template_source page_sources[] = {\n",
        out);
    for (int i = 2; i < argc; i++) put_page(out, argv[i]);
    fprintf(out, "};\nconst size_t page_source_count = %d;\n", argc - 2);
    if (fclose(out) != 0) fail("cannot write", argv[1]);
    return 0;
}
