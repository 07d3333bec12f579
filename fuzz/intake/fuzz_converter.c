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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("messages", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0) abort();
    struct converter *c = converter_attach(fd);
    struct converter_sheet sheet;
    struct converter_row row;
    struct err e = {0}, again = {0};
    uint64_t before = 0;
    bool found = true, ok = converter_sheet(c, &sheet, &e);
    if (ok) hold(text_is_utf8(sheet.name, NULL));
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
    return 0;
}
