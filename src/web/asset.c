/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/asset.h"

#include "web/asset_internal.h"

#include <string.h>

const struct asset *asset_find(const char *address)
{
    size_t low = 0, high = asset_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(address, assets[middle].address);
        if (order == 0) return &assets[middle];
        if (order < 0) high = middle;
        else low = middle + 1;
    }
    return NULL;
}

const char *asset_name(const char *name)
{
    for (size_t i = 0; i < asset_count; i++)
        if (strcmp(assets[i].name, name) == 0) return assets[i].address;
    return NULL;
}

struct json *asset_document(void)
{
    struct json *j = json_object();
    for (size_t i = 0; i < asset_count; i++) {
        char key[100];
        size_t n = 0;
        for (const char *s = assets[i].name; *s != '\0' && n + 1 < sizeof key; s++, n++) {
            bool plain =
                (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9');
            key[n] = plain ? *s : '_';
        }
        key[n] = '\0';
        json_set_text(j, key, assets[i].address);
    }
    return j;
}
