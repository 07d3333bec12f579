/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/choice.h"

size_t choice_marks_at(const struct choice_marks *m, uint64_t record_no)
{
    size_t from = 0, to = m->n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (m->item[mid].record_no < record_no) from = mid + 1;
        else to = mid;
    }
    return from;
}

int64_t choice_of_record(const struct choice_marks *m, uint64_t record_no, var_id v)
{
    int64_t newest = 0;
    for (size_t i = choice_marks_at(m, record_no); i < m->n && m->item[i].record_no == record_no;
         i++) {
        const struct row_choice *x = &m->item[i].choice;
        if (x->variable == v && x->chosen && x->choice_no > newest) newest = x->choice_no;
    }
    return newest;
}

bool choice_saw_record(const struct choice_marks *m, uint64_t record_no, int64_t choice_no)
{
    for (size_t i = choice_marks_at(m, record_no); i < m->n && m->item[i].record_no == record_no;
         i++)
        if (m->item[i].choice.choice_no == choice_no) return true;
    return false;
}
