/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/demo_accounts.h"

#include "base/catalogue.h"

#include <stdio.h>
#include <string.h>

static bool call(struct json **out, struct service *s, const char *operation, struct json *in,
                 struct err *e)
{
    bool ok = service_call(out, s, operation, in, NULL, e);
    json_free(in);
    return ok;
}

static bool make(const struct demo_table *t, size_t row, struct service *s, struct err *e)
{
    static const char *const copied[] = {"account", "name", "role", "organisation"};
    struct json *in = json_object(), *invited, *out;
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        json_set_text(in, copied[i], demo_cell(t, row, copied[i]));
    if (!call(&invited, s, "account.add", in, e)) return false;
    in = json_object();
    json_set_text(in, "account", demo_cell(t, row, "account"));
    json_set_text(in, "code", json_get_text(invited, "code", ""));
    json_set_text(in, "password", demo_cell(t, row, "password"));
    json_free(invited);
    if (!call(&out, s, "account.activate", in, e)) return false;
    json_free(out);
    return true;
}

bool demo_accounts_make(struct demo_table *accounts, struct service *s, const char *folder,
                        struct arena *a, struct err *e)
{
    if (!demo_table_read(accounts, folder, "accounts", a, e)) return false;
    for (size_t i = 0; i < accounts->n_row; i++)
        if (!make(accounts, i, s, e)) return false;
    return true;
}

void demo_accounts_show(const struct demo_table *accounts)
{
    printf("\n%s\n\n", tr("Accounts of the demonstration, one for each role:"));
    printf("    %-10s  %-14s  %-14s  %s\n", tr("account"), tr("role"), tr("organisation"),
           tr("password"));
    for (size_t i = 0; i < accounts->n_row; i++)
        printf("    %-10s  %-14s  %-14s  %s\n", demo_cell(accounts, i, "account"),
               demo_cell(accounts, i, "role"), demo_cell(accounts, i, "organisation"),
               demo_cell(accounts, i, "password"));
    for (size_t i = 0; i < accounts->n_row; i++) {
        if (strcmp(demo_cell(accounts, i, "role"), "contributor") != 0) continue;
        printf("\n");
        printf(tr("To enter a first record, sign in as %s."), demo_cell(accounts, i, "account"));
        printf("\n");
        return;
    }
}
