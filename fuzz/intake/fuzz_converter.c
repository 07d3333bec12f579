/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as what the converter's child sends (S71, S100). Held: rows ascend within a sheet,
 * cells are valid UTF-8 within the limits; what is refused says why and what to do, in words that
 * steer no terminal, and says the same again. */
#include "intake/converter_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

static bool is_tame(const char *s)
{
    for (; *s != '\0'; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7F) return false;
    return true;
}

static void read_all(const uint8_t *data, size_t size, bool is_text)
{
    int fd = memfd_create("messages", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0) abort();
    struct converter *c = converter_attach(fd, is_text);
    struct converter_sheet sheet;
    const struct converter_sheet_name *name;
    struct converter_text how;
    struct converter_row row;
    struct err e = {0}, again = {0};
    uint64_t before = 0;
    bool found = true,
         ok = is_text ? converter_text(c, &how, &e) : converter_sheet(c, &sheet, &e);
    if (ok && is_text) hold(how.encoding < CSV_ENCODING_COUNT && (how.separator & 0x80) == 0);
    if (ok && !is_text) hold(text_is_utf8(sheet.name, NULL));
    size_t n_name = converter_sheets(c, &name);
    for (size_t i = 0; i < n_name; i++) hold(text_is_utf8(name[i].name, NULL));
    while (ok && (ok = converter_next(c, &row, &found, &e)) && found) {
        hold(row.row > before && row.row <= 1048576 && row.n_field <= CONVERTER_COLUMN_MAX);
        before = row.row;
        for (size_t i = 0; i < row.n_field; i++) hold(text_is_utf8(row.field[i], NULL));
    }
    hold(ok == (e.code == ERR_NONE));
    if (!ok) {
        hold(e.id != NULL && e.msg[0] != '\0' && is_tame(e.msg) && is_tame(e.remedy));
        hold(!converter_next(c, &row, &found, &again) && strcmp(e.msg, again.msg) == 0);
    }
    converter_stop(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_all(data, size, false);
    read_all(data, size, true);
    return 0;
}
