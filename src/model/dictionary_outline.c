/* SPDX-License-Identifier: EUPL-1.2 */
/* The form as people meet it, for code books, paper forms and pages: what the variables alone no
 * longer tell, headings and notes. Problems of the sheet were reported when its variables were
 * read. */
#include "model/dictionary_internal.h"

#include <string.h>

static const char *kept(struct loader *l, const char *s)
{
    return s[0] == '\0' ? "" : arena_copy(l->keep, s, strlen(s));
}

static enum outline_kind outline_kind_of(enum survey_row kind)
{
    switch (kind) {
    case SURVEY_BEGIN_GROUP: return OUTLINE_GROUP;
    case SURVEY_BEGIN_REPEAT: return OUTLINE_REPEAT;
    case SURVEY_END_GROUP:
    case SURVEY_END_REPEAT: return OUTLINE_END;
    case SURVEY_NOTE: return OUTLINE_NOTE;
    case SURVEY_VARIABLE: break;
    }
    return OUTLINE_VARIABLE;
}

void load_outline(struct loader *l, struct form *f, const struct sheet *sheet)
{
    size_t type = sheet_column(sheet, "type"), name = sheet_column(sheet, "name"),
           relevant = sheet_column(sheet, "relevant"),
           appearance = sheet_column(sheet, "appearance"),
           help = sheet_column(sheet, "bind::thb:help");
    const char *around[DICTIONARY_DEPTH_MAX + 1] = {""}; /* help of the open groups */
    size_t depth = 0;
    struct sheet_words label = sheet_words(sheet, l->d, "label"),
                       hint = sheet_words(sheet, l->d, "hint");

    f->outline = ARENA_ARRAY(l->keep, struct outline_item, sheet->n_row);
    for (size_t i = 0; i < sheet->n_row; i++) {
        const struct sheet_row *row = &sheet->row[i];
        if (row->hidden) continue;
        struct outline_item item = {
            .kind = outline_kind_of(survey_row_kind(sheet_cell(row, type).s)),
            .name = kept(l, sheet_cell(row, name).s),
            .relevant = kept(l, sheet_cell(row, relevant).s),
            .appearance = kept(l, sheet_cell(row, appearance).s),
            .label = sheet_words_read(row, &label, l->keep),
            .hint = sheet_words_read(row, &hint, l->keep),
            .var = VAR_NONE,
        };
        if (item.kind == OUTLINE_END && depth > 0) depth--;
        item.help = kept(l, sheet_cell(row, help).s);
        if (item.help[0] == '\0') item.help = around[depth];
        if ((item.kind == OUTLINE_GROUP || item.kind == OUTLINE_REPEAT) &&
            depth < DICTIONARY_DEPTH_MAX)
            around[++depth] = item.help;
        if (item.kind == OUTLINE_VARIABLE) {
            const struct variable *v = dictionary_variable(l->d, f->id, text_of(item.name));
            if (v == NULL) continue; /* refused when it was read */
            item.var = v->id;
        }
        f->outline[f->n_outline++] = item;
    }
}
