/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/asset.c and of what tools/assets.mjs made
 *  1 every asset is found at its address, and nothing at others   2 addresses by name
 *  3 the address holds a hash of the contents (S33)   4 the gzipped bytes are the plain ones
 *  5 nothing comes from elsewhere: no address of another host, no font, no crown (S34)
 *  6 modules import what is there   7 the document of names   8 the weight of a page of data
 *  entry */
#include "harness.h"

#include "base/crypto.h"
#include "base/text.h"
#include "web/asset.h"
#include "web/asset_internal.h"

static void found_at_its_address(void **state)
{
    (void)state;
    assert_true(asset_count >= 4);
    for (size_t i = 0; i < asset_count; i++) {
        assert_ptr_equal(asset_find(assets[i].address), &assets[i]);
        if (i > 0) assert_true(strcmp(assets[i - 1].address, assets[i].address) < 0);
    }
    assert_null(asset_find("/assets/app.css"));
    assert_null(asset_find("/assets/../asset_gen.c"));
    assert_null(asset_find("/assets/"));
    assert_null(asset_find(""));
    assert_null(asset_find("zzz"));
}

static void named(void **state)
{
    (void)state;
    const char *address = asset_name("app.css");
    assert_non_null(address);
    const struct asset *a = asset_find(address);
    assert_string_equal(a->name, "app.css");
    assert_string_equal(a->type, "text/css; charset=utf-8");
    assert_string_equal(asset_find(asset_name("app.js"))->type, "text/javascript; charset=utf-8");
    assert_string_equal(asset_find(asset_name("icon.svg"))->type, "image/svg+xml");
    assert_null(asset_name("app"));
    assert_null(asset_name("nothing.css"));
}

static void hash_of_contents(void **state)
{
    (void)state;
    for (size_t i = 0; i < asset_count; i++) {
        unsigned char digest[32];
        char hex[17];
        crypto_sha256(digest, assets[i].data, assets[i].n);
        for (size_t k = 0; k < 8; k++) snprintf(hex + 2 * k, 3, "%02x", digest[k]);
        if (strstr(assets[i].address, hex) == NULL)
            fail_msg("%s is not %s", assets[i].address, hex);
    }
}

static void gzip_is_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < asset_count; i++) {
        if (assets[i].gzip == NULL) continue;
        struct harness_run run;
        assert_true(assets[i].n_gzip < assets[i].n);
        assert_int_equal(assets[i].gzip[0], 0x1f);
        for (size_t k = 3; k < 8; k++)
            assert_int_equal(assets[i].gzip[k], 0); /* flags, time (S7) */
        harness_write("a.gz", assets[i].gzip, assets[i].n_gzip);
        harness_run(&run, (const char *const[]){"gunzip", "-c", "a.gz", NULL}, NULL);
        assert_int_equal(run.status, 0);
        assert_int_equal(run.n_out, assets[i].n);
        assert_memory_equal(run.out, assets[i].data, run.n_out);
        harness_run_release(&run);
    }
}

static bool has(const struct asset *a, const char *what)
{
    return strstr((const char *)a->data, what) != NULL;
}

static void nothing_from_elsewhere(void **state)
{
    (void)state;
    const struct asset *css = asset_find(asset_name("app.css"));
    assert_false(has(css, "url("));
    assert_false(has(css, "@font-face"));
    assert_false(has(css, "@import"));
    assert_false(has(css, "GDS Transport"));
    assert_false(has(css, "crown"));
    assert_true(has(css, "forced-colors"));
    assert_true(has(css, "prefers-reduced-motion"));
    for (size_t i = 0; i < asset_count; i++) {
        const char *type = assets[i].type;
        if (strncmp(type, "text/javascript", 15) != 0) continue;
        assert_false(has(&assets[i], "sourceMappingURL"));
        assert_false(has(&assets[i], "from \"http"));
        assert_false(has(&assets[i], "innerHTML"));
        assert_false(has(&assets[i], "eval("));
    }
}

static void imports_are_there(void **state)
{
    (void)state;
    size_t seen = 0;
    for (size_t i = 0; i < asset_count; i++) {
        if (strncmp(assets[i].type, "text/javascript", 15) != 0) continue;
        for (const char *p = (const char *)assets[i].data; (p = strstr(p, "\"/assets/")) != NULL;
             p++) {
            char address[200];
            size_t n = strcspn(p + 1, "\"");
            assert_true(n < sizeof address);
            memcpy(address, p + 1, n);
            address[n] = '\0';
            if (asset_find(address) == NULL) fail_msg("%s imports %s", assets[i].name, address);
            seen++;
        }
    }
    assert_true(seen >= 1);
}

static void document_of_names(void **state)
{
    (void)state;
    struct json *j = asset_document();
    assert_int_equal(json_size(j), asset_count);
    assert_string_equal(json_get_text(j, "app_css", ""), asset_name("app.css"));
    assert_string_equal(json_get_text(j, "icon_svg", ""), asset_name("icon.svg"));
    json_free(j);
}

/* The budget of a page of data entry is 50 KB compressed, HTML with it: style and the scripts of
 * every page may take half of that. */
static void weight(void **state)
{
    (void)state;
    size_t n = asset_find(asset_name("app.css"))->n_gzip +
               asset_find(asset_name("app.js"))->n_gzip +
               asset_find(asset_name("govuk-frontend.js"))->n_gzip;
    if (n > 24 * 1024) fail_msg("style and script of every page: %zu bytes gzipped", n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_at_its_address),   cmocka_unit_test(named),
        cmocka_unit_test(hash_of_contents),       cmocka_unit_test(gzip_is_the_same),
        cmocka_unit_test(nothing_from_elsewhere), cmocka_unit_test(imports_are_there),
        cmocka_unit_test(document_of_names),      cmocka_unit_test(weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
