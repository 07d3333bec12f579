/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/entry_card.c, over entry.section
 *  1 a card says the first answers in words; missing codes and calculations are none of them
 *  2 long words are cut between characters
 *  3 what is to be corrected within an instance, or within one that it holds, marks its card and no other
 */
#include "harness.h"

#include "desk.h"

static struct service *desk;
static char draft[20];
static int64_t version;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static void note(const struct json *r)
{
    (void)snprintf(draft, sizeof draft, "%s", json_get_text(r, "draft", ""));
    version = json_get_int(r, "draft_version", 0);
}

static void start(const char *fields)
{
    note(desk_do(desk, "entry.begin", "{'form':'victim','organisation':'GNR'}"));
    note(desk_do(desk, "entry.save", "{'draft':'%s','version':%lld,'fields':{%s}}", draft,
                 (long long)version, fields));
}

static const struct json *card(const char *path)
{
    const struct json *items = json_get(
        desk_do(desk, "entry.section", "{'draft':'%s','section':'episode'}", draft), "items");
    for (size_t i = 0; i < json_size(items); i++) {
        const struct json *c = json_get(json_at(items, i), "card");
        if (c != NULL && strcmp(json_get_text(c, "path", ""), path) == 0) return c;
    }
    fail_msg("no card of %s", path);
    return NULL;
}

/* 1 */
static void summary_1(void **state)
{
    (void)state;
    start("'episode[0].recruitment_country':'RO','episode[1].recruitment_country.missing':'U'");
    assert_string_equal(json_get_text(card("episode[0]"), "summary", ""), "Romania");
    assert_string_equal(json_get_text(card("episode[1]"), "summary", ""), "");
}

/* 2 */
static void summary_2_cut(void **state)
{
    (void)state;
    char fields[400], word[200];
    for (size_t i = 0; i < 40; i++) memcpy(word + 3 * i, "șx", sizeof "șx");
    (void)snprintf(fields, sizeof fields, "'episode[0].recruitment_country':'%s'", word);
    start(fields);
    const char *summary = json_get_text(card("episode[0]"), "summary", "");
    assert_in_range(strlen(summary), 50, 70);
    assert_true(text_ends(text_of(summary), TEXT("…")));
    assert_true(strncmp(summary, word, strlen(summary) - strlen("…")) == 0);
}

/* 3 */
static void wrong_3(void **state)
{
    (void)state;
    start("'episode[0].recruitment_country':'RO','episode[1].recruitment_country':'BR',"
          "'episode[1].exploitation[0].exploitation_country':'Atlantis',"
          "'episode[2].recruitment_country':'nowhere'");
    assert_false(json_get_bool(card("episode[0]"), "is_wrong", false));
    assert_true(json_get_bool(card("episode[1]"), "is_wrong", false));
    assert_true(json_get_bool(card("episode[2]"), "is_wrong", false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summary_1),
        cmocka_unit_test(summary_2_cut),
        cmocka_unit_test(wrong_3),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
