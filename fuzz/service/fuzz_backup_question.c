/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a question to the process that writes backups (S90, S100), in a folder of its own.
 * Held: one answer of the length it has; a file only when it says so, whole, under a good name and
 * as long as it says; nothing in the folder that is not such a file; nothing outside of it. */
#include "base/crypto.h"
#include "base/file.h"
#include "service/backup_writer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

static char folder[64];
static int folder_fd, question, answer;

static void begin(void)
{
    crypto_start();
    (void)snprintf(folder, sizeof folder, "%s", "/dev/shm/fuzz-backups-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        (void)snprintf(folder, sizeof folder, "%s", "/tmp/fuzz-backups-XXXXXX");
        hold(mkdtemp(folder) != NULL);
    }
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    question = memfd_create("question", MFD_CLOEXEC);
    answer = memfd_create("answer", MFD_CLOEXEC);
    hold(folder_fd >= 0 && question >= 0 && answer >= 0);
}

static void end(void)
{
    (void)rmdir(folder);
}

static void fill(int fd, const void *p, size_t n)
{
    hold(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
    hold(n == 0 || write(fd, p, n) == (ssize_t)n);
    hold(lseek(fd, 0, SEEK_SET) == 0);
}

/* What lies there, which is removed: one good name with so many bytes, or nothing. */
static void holds_one(bool one, uint64_t bytes)
{
    struct file_names names = {NULL, 0};
    hold(folder_list(&names, folder, NULL));
    hold(names.n == (one ? 1 : 0));
    for (size_t i = 0; i < names.n; i++) {
        char path[400];
        uint64_t n = 0;
        (void)snprintf(path, sizeof path, "%s/%s", folder, names.name[i]);
        hold(backup_name_is_good(names.name[i]) && file_size(path, &n, NULL) && n == bytes);
        hold(unlink(path) == 0);
    }
    file_names_free(&names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t said[BACKUP_ANSWER + 1];
    if (folder[0] == '\0') {
        begin();
        (void)atexit(end);
    }
    fill(question, data, size);
    fill(answer, NULL, 0);
    bool ok = backup_writer_do(question, answer, folder_fd);
    hold(lseek(answer, 0, SEEK_SET) == 0);
    hold(read(answer, said, sizeof said) == BACKUP_ANSWER && said[0] < BACKUP_OUTCOMES);
    hold(ok == (said[0] == BACKUP_DONE));
    uint64_t bytes = 0;
    for (size_t i = 8; i-- > 0;) bytes = bytes << 8 | said[5 + i];
    holds_one(ok && data[0] == BACKUP_WRITE, bytes);
    return 0;
}
