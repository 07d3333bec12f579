/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the desk share: the open repository, one call, and the handlers of operations.
 *
 * A handler reads c->in (already checked against its parameters), fills c->out and c->event, and
 * returns true. It neither checks permissions nor begins or ends the transaction of its row in the
 * table, nor appends the audit entry: service_call() does. */
#ifndef DCIM_SERVICE_SERVICE_INTERNAL_H
#define DCIM_SERVICE_SERVICE_INTERNAL_H

#include "base/arena.h"
#include "base/catalogue.h"
#include "base/json.h"
#include "dataset/snapshot.h"
#include "model/capability.h"
#include "model/dictionary.h"
#include "model/problem.h"
#include "model/record.h"
#include "service/client.h"
#include "service/decision.h"
#include "store/account.h"
#include "store/audit.h"
#include "store/session.h"
#include "store/store.h"

struct encodings;
struct uploads;
struct jobs;
struct job;

struct service {
    struct service_options options;
    const struct role *role;       /* of who is at this machine; NULL: of an unknown name */
    struct shared *shared;         /* of a desk with several threads; NULL: this service is alone */
    struct edition *edition;       /* held; whose dictionary this is, where it is shared */
    struct channel *channel;       /* to a desk in another process, which does it all; NULL: here */
    struct store *store;           /* NULL until a call needs it */
    struct dictionary *dictionary; /* of the open repository */
    struct encodings *encodings;   /* of the store's records; NULL: the keyring has no key for it */
    struct snapshot **snapshot;    /* by form; NULL until needed, dropped after each write */
    int64_t generation;            /* of the records in the snapshots */
    bool reopen;             /* a write failed: what is in memory may be ahead of what is kept */
    struct catalogue *words; /* the program's own, in words_language; NULL: English */
    char words_language[16];
    struct json *problems;       /* of the last call that failed because of them */
    struct uploads *uploads;     /* of a service that is alone; else the shared ones are used */
    struct jobs *jobs;           /* the same */
    struct job *job;             /* that this service is at work for; NULL: for whoever waits */
    int64_t clock_ahead;         /* seconds that tests let pass for sessions, codes and throttles */
    struct link_news *link_news; /* of a service that is alone; else the shared one is used */
    struct seen *seen;           /* dashboards that were told (op_dashboard.c); NULL: none yet */
    struct question *question;   /* the operation is one of several; NULL: it is asked for alone */
};

struct question; /* several operations that one message asks for (service/question.h) */

/* Who asks, as settled before the handler begins. */
struct who {
    const char *actor;        /* login name of the account, or "local:anna" */
    const struct role *role;  /* never NULL in a handler; without session: role_nobody */
    const char *organisation; /* code of the account's organisation; NULL: of none */
    int64_t organisation_no;  /* 0: of none */
    int64_t account_no;       /* 0: nobody with an account */
    const char *language;     /* NULL: the pack's default */
    const char *purpose;      /* NULL: none stated */
    const char *source;       /* network address, cut; NULL at this machine */
    uint8_t session[16];      /* first half of the session's hash, for the log; zeros: none */
    bool local;               /* holds the key, at this machine */
    bool fresh;               /* second factor younger than five minutes (S46); always when local */
    int64_t session_no;       /* 0: none; an API token is no session */
    int64_t idle_left, longest_left; /* seconds until it ends: without use, and whatever one does */
    enum session_state state; /* of the session; SESSION_OPEN for API tokens and when local */
    bool token;               /* an API token asks (S47): only what `operations` names */
    const char *operations;
    int64_t only_organisation_no; /* of the token; 0: those of the account */
    bool duress; /* signed in under threat (S48): sees no record, changes nothing */
};

struct call {
    struct service *s;
    struct who who;
    struct decision decision;    /* before it is made, nothing is allowed and no record is there */
    const struct caller *caller; /* NULL: at this machine */
    const struct operation *operation;
    const struct json *in;
    struct json *out;
    struct audit_event event;
    const struct progress *progress;
    struct arena *arena; /* of this call; wiped, for identifiers may pass */
    bool roll_back;      /* set by a handler: keep nothing but the audit entry */
    bool purge;          /* set by a handler: empty the journal after the commit (store_purge) */
    bool denied;         /* refused for want of a capability or purpose */
    bool tell;           /* what was found broken is answered even if its entry cannot be written */
    bool entered;        /* its entry is committed: call_entry_first() */
    uint64_t made_before;         /* what stood under that name: inode, 0 for nothing */
    const struct form *link_form; /* told by a handler: call_link_tell() */
    const char *link_code;
    const char *made; /* file that must not stay when the transaction is not committed */
    size_t language;
};

typedef bool handler_fn(struct call *c, struct err *e);

/* One handler for each operation, in op_*.c. */
// clang-format off
#define OPERATION_HANDLERS(X) \
    X(op_repository_init) X(op_repository_info) X(op_organisation_add) X(op_organisation_list) \
    X(op_organisation_quota) \
    X(op_upload_begin) X(op_upload_put) X(op_upload_set) X(op_upload_describe) X(op_upload_map) \
    X(op_upload_columns) X(op_upload_drop) X(op_export_begin) X(op_export_workbook) X(op_export_blank) \
    X(op_import_submit) X(op_import_confirm) X(op_job_conflicts) \
    X(op_mapping_use) X(op_mapping_save) X(op_mapping_forget) \
    X(op_import_start) X(op_job_show) X(op_job_findings) X(op_job_file) X(op_job_cancel) \
    X(op_import_run) X(op_import_check) X(op_batch_list) X(op_batch_undo) X(op_table_count) \
    X(op_table_raw) X(op_report_list) X(op_report_run) X(op_record_list) X(op_record_show) \
    X(op_record_identity) X(op_record_history) X(op_record_links) X(op_record_erase) \
    X(op_quality_report) X(op_audit_verify) X(op_audit_list) \
    X(op_backup_make) X(op_backup_verify) X(op_backup_restore) X(op_pack_check) \
    X(op_pack_install) X(op_pack_list) X(op_pack_export) X(op_pack_import) X(op_pack_coverage) \
    X(op_check_run) \
    X(op_dictionary_forms) X(op_dictionary_variables) X(op_dictionary_codebook) \
    X(op_dictionary_paper) \
    X(op_dictionary_processing) X(op_dictionary_codes) X(op_dictionary_rules) X(op_mapping_list) \
    X(op_key_list) X(op_key_add) X(op_key_remove) \
    X(op_explore_variables) X(op_explore_table) X(op_explore_raw) X(op_explore_download) \
    X(op_question_save) X(op_question_list) X(op_question_open) X(op_question_rename) \
    X(op_question_remove) X(op_dashboard_list) X(op_dashboard_show) \
    X(op_session_open) X(op_session_second) X(op_session_close) X(op_session_list) \
    X(op_session_end) X(op_session_info) X(op_session_purpose) \
    X(op_setup_state) X(op_setup_code) X(op_setup_finish) X(op_account_activate) \
    X(op_account_list) X(op_account_add) X(op_account_change) X(op_account_reset) \
    X(op_account_password) X(op_account_language) X(op_factor_begin) X(op_factor_confirm) \
    X(op_factor_challenge) X(op_factor_key_begin) X(op_factor_key_add) X(op_factor_keys) \
    X(op_factor_key_remove) X(op_recovery_renew) X(op_token_add) X(op_token_list) X(op_token_revoke) \
    X(op_account_show) X(op_account_choices) X(op_token_choices) X(op_organisation_types) \
    X(op_organisation_show) X(op_audit_search) X(op_audit_readers) X(op_backup_list) \
    X(op_backup_make_here) X(op_backup_daily) X(op_backup_schedule) X(op_backup_verify_here) \
    X(op_setup_progress) X(op_setup_confirm) \
    X(op_health_show) X(op_pack_installed) X(op_request_list) X(op_request_add) \
    X(op_request_show) X(op_request_answer)
// clang-format on
// clang-format off
#define ENTRY_HANDLERS(X) \
    X(op_entry_begin) X(op_entry_open) X(op_entry_list) X(op_entry_sections) X(op_entry_section) \
    X(op_entry_save) X(op_entry_check) X(op_entry_submit) X(op_entry_discard) \
    X(op_entry_compare) X(op_entry_resolve) X(op_entry_conflict) X(op_entry_merge) \
    X(op_review_queue) X(op_review_accept) X(op_review_return) X(op_query_list) X(op_query_answer) \
    X(op_query_resolve) X(op_record_view) X(op_record_diff) X(op_year_list) X(op_year_close) \
    X(op_year_reopen) X(op_record_link) X(op_record_unlink) X(op_record_withdraw) \
    X(op_year_reopen) X(op_record_link) X(op_record_unlink) X(op_record_withdraw) \
    X(op_record_restore) X(op_work_summary) X(op_entry_keep) X(op_entry_resume) \
    X(op_record_find) X(op_referral_make) X(op_referral_list) X(op_referral_show) \
    X(op_referral_answer)
// clang-format on
// clang-format off
#define GUARD_HANDLERS(X) \
    X(op_emergency_open) X(op_emergency_show) X(op_emergency_list) X(op_emergency_about) \
    X(op_emergency_review) X(op_approval_list) X(op_approval_show) X(op_approval_decide) \
    X(op_alarm_list) X(op_alarm_close) X(op_decoy_list) X(op_decoy_plant) X(op_notice_list) \
    X(op_notice_read) X(op_account_duress) X(op_export_trace)
// clang-format on
// clang-format off
#define LINK_HANDLERS(X) \
    X(op_link_run) X(op_link_start) X(op_link_progress) X(op_link_runs) X(op_link_queue) \
    X(op_link_pair) X(op_link_decide) X(op_link_confirm) X(op_link_undo) X(op_link_decisions) \
    X(op_link_conflicts) X(op_link_person) X(op_link_values) X(op_link_choose) X(op_link_unchoose) \
    X(op_link_quality) X(op_link_sample) X(op_link_catch_up)
// clang-format on
// clang-format off
#define RELEASE_HANDLERS(X) \
    X(op_release_prepare) X(op_release_approve) X(op_release_refuse) X(op_release_withdraw) \
    X(op_release_list) X(op_release_show) X(op_release_read) X(op_release_download) \
    X(op_release_choices)
// clang-format on
#define ENCODE_HANDLERS(X) X(op_encode_file) X(op_link_key) X(op_link_encode)
#define X(name) handler_fn name;
ENCODE_HANDLERS(X)
OPERATION_HANDLERS(X)
ENTRY_HANDLERS(X)
GUARD_HANDLERS(X)
LINK_HANDLERS(X)
RELEASE_HANDLERS(X)
#undef X

/* Open the repository of the options, when it is not open yet: unlock, load its dictionary, hold
 * the dictionary against the hash the repository was made with. */
bool service_repository(struct service *s, struct err *e) MUST_CHECK;
void service_drop_snapshots(struct service *s);
/* What people have uploaded, and what is done for them meanwhile. */
struct uploads *service_uploads(struct service *s);
struct jobs *service_jobs(struct service *s);
void dashboards_forget(struct service *s); /* what op_dashboard.c keeps */
struct unlock service_unlock(const struct service *s);

/* The snapshot of a form, built at first use. Borrowed until the next write. */
bool service_snapshot(struct snapshot **out, struct service *s, const struct form *f,
                      struct err *e) MUST_CHECK;

/* The language of this call, of dictionary words (c->language) and of the program's own (this
 * thread's catalogue): the option, else the pack's default. */
void call_speak(struct call *c, const struct dictionary *d);
/* The program's own words in a language, for this thread. */
void service_speak(struct service *s, const char *language, struct arena *a);

/* The dictionary to speak of, for operations that need no key: that of the parameter `pack` from
 * the program's data, else the open repository's, else the repository's own copy, else the bare
 * core. *own is to be freed by the caller, NULL when it is the open repository's. Sets
 * c->language. */
bool call_dictionary(const struct dictionary **out, struct dictionary **own, struct call *c,
                     struct err *e) MUST_CHECK;

/* A form of the dictionary by its name; *out NULL and true where none is named. ERR_USAGE
 * "call.no_form". */
bool call_form_named(const struct form **out, const struct dictionary *d, const char *name,
                     struct err *e) MUST_CHECK;

/* The repository's own copy of the dictionary; NULL when there is none. */
const char *call_own_folder(struct call *c);

/* Put the names of the entries of the folder `what` of `data`, without ".csv", into the answer. */
bool call_set_names(struct call *c, const char *data, const char *what, struct err *e) MUST_CHECK;

/* Data folder and pack of the parameters `folder` and `pack`: a folder that is itself a pack
 * (.../packs/pt) stands for its data folder and its own name; the program's when none is given. */
bool call_pack_folder(const char **data, const char **pack, struct call *c,
                      struct err *e) MUST_CHECK;

/* Whose a form is, in the language of the thread: "victim data set". */
const char *data_set_words(enum data_set s);

/* Codes with blanks between, as an array of {code, label}; a code that the list lacks has no
 * label. */
struct json *codes_with_labels(const struct dictionary *d, const char *list_name, const char *codes,
                               size_t language);

/* "one answer", "date", in the language of the thread. */
const char *variable_type_word(const struct variable *v);

/* Where the data folder to make repositories from lies: the option, else beside the program. */
bool service_data_folder(const char **out, struct service *s, struct arena *a,
                         struct err *e) MUST_CHECK;

/* Copy what a repository needs of a data folder: dictionary, code lists, rules, parameters,
 * mappings, one pack. */
bool dictionary_folder_copy(const char *from, const char *pack, const char *to,
                            struct err *e) MUST_CHECK;

/* Remove a folder of ours with all in it; nothing there is fine. */
void folder_remove(const char *path);
/* Put `fresh` in the place of `path`, and what was there in the place of `fresh`, in one step. */
bool folder_exchange(const char *path, const char *fresh, struct err *e) MUST_CHECK;
/* Move what lies in `from` into `to` and remove `from`; `last` is the name that is moved last. */
bool folder_move_up(const char *from, const char *to, const char *last, struct err *e) MUST_CHECK;

/* Fill `who` from a session's token; leaves it nobody, and says true, where there is none or it has
 * ended. Texts from the call's arena. False only when it could not be found out (S9). */
bool session_who(struct who *out, struct call *c, const struct caller *caller,
                 struct err *e) MUST_CHECK;

/* Whether the operation can be asked for by who asks: anybody, a session that is open, one that has
 * shown its password alone, an API token that names it; and whether it was shown lately enough. */
bool session_reaches(const struct call *c, struct err *e) MUST_CHECK;
/* Whose session it was that is none any more (store_session_past()): the call acts for that account from
 * here on. For what may be kept for somebody who cannot be asked just now, and for nothing that
 * shows or changes anything. ERR_DENIED "session.not_kept", also where the account may enter nothing. */
bool session_past_who(struct call *c, struct err *e) MUST_CHECK;
/* Whether an account of this role must show a second factor (S44). */
bool role_needs_factor(const struct service *s, const struct role *r);
/* Whether an account of this role must show a security key by now; where it need not yet, from when on
 * (UTC seconds; 0: nobody knows). S44; docs/decisions.md says when it begins. */
bool role_needs_key(bool *out, int64_t *from, struct call *c, const struct role *r,
                    struct err *e) MUST_CHECK;
/* Count one more opening of identifiers (S55). ERR_LIMIT "identity.quota" when the hour's or the
 * day's are used up; both that and half of them are entries of the log. No transaction may be
 * open. */
bool session_view(struct call *c, struct err *e) MUST_CHECK;
/* Now, for sessions, codes and throttles: UTC seconds, and milliseconds of session_clock(). */
int64_t call_now(const struct call *c);
int64_t call_now_ms(const struct call *c);

/* For handlers without a transaction of their own: a write transaction, with the other threads kept
 * out. call_write_end() appends the call's entry and commits when `ok`, else takes everything back;
 * true when all of it is done. */
bool call_write_begin(struct call *c, struct err *e) MUST_CHECK;
bool call_write_end(struct call *c, bool ok, struct err *e) MUST_CHECK;
/* The same without an entry: for small changes that are no act of anybody. */
bool call_write_end_quietly(struct call *c, bool ok, struct err *e) MUST_CHECK;

/* Whether records of this organisation are there at all for who asks (S51, S52). What is not is
 * answered exactly like what does not exist: call_missing_record(). */
bool call_sees_organisation(const struct call *c, int64_t organisation_no);
/* Whose records are there for who asks, as the store is asked (S50), and of those one organisation's. */
struct scope call_whose(const struct call *c);
struct scope call_whose_of(const struct call *c, int64_t organisation_no);
/* The same as a number: of the one organisation, 0 for all, -1 for none. */
int64_t call_scope(const struct call *c);
/* Whether all records of the register are there for who asks. */
bool call_sees_all(const struct call *c);
bool call_missing_record(const char *code, struct err *e);
/* What every list and page says of a version. */
struct json *record_meta_to_json(const struct record_meta *m, const struct dictionary *d);
/* The version `version` (0: current) of the record that parameter `record` names, coded part, with
 * what may not be read emptied: where it exists, is of a form and an organisation that may be
 * seen. */
bool call_load_record(struct record *r, struct record_meta *m, struct call *c, uint32_t version,
                      struct err *e) MUST_CHECK;

/* The current version with its identifiers, the reading of which is in the log first, for who may
 * read all of its form: to be changed. Outside of a transaction. */
bool call_load_whole(struct record *r, struct record_meta *m, struct call *c, const char *code,
                     struct err *e) MUST_CHECK;

/* The form named by a parameter, with the capability for its data set. */
bool call_form(const struct form **out, struct call *c, const char *parameter,
               struct err *e) MUST_CHECK;
/* Whether the role may; else refused. */
bool call_may(struct call *c, enum capability needed, struct err *e) MUST_CHECK;
/* Refuse, false: "OPERATION: what"; service_call() appends the entry once no transaction is open any
 * more. */
bool call_deny(struct call *c, struct err *e, const char *id, const char *what);
bool call_may_read_form(struct call *c, const struct form *f, struct err *e) MUST_CHECK;
/* The same without refusing: what may not be read is left out of lists. */
bool call_reads_form(const struct call *c, const struct form *f);
/* A case is read with either data set, but what it says of offences (class C) only with the justice
 * set: such a variable, or an expression that reads one, is refused; `call_hide` empties them in a
 * record that is to be shown. */
bool call_reads_variable(const struct call *c, const struct variable *v);
bool call_may_read_variable(struct call *c, const struct variable *v, struct err *e) MUST_CHECK;
bool call_may_read_expression(struct call *c, const struct expr *x, struct err *e) MUST_CHECK;
void call_hide(const struct call *c, struct record *r);
/* Whether victim and justice data sets may be held against each other: with both capabilities and
 * a purpose that is a parameter of the call (L01). */
bool call_may_join(struct call *c, struct err *e) MUST_CHECK;
/* A variable of a form by name, with the capability to read it; the remedy names the nearest
 * one. */
bool call_variable(const struct variable **out, struct call *c, const struct form *f,
                   struct text name, struct err *e) MUST_CHECK;

/* {form, title} of the forms, {code, name} of the organisations, whose records may be seen. `owns`. */
struct json *call_form_choices(const struct call *c);
bool call_organisation_choices(struct json **out, struct call *c, struct err *e) MUST_CHECK;

/* An instant under a name, left out where it is 0. */
void set_instant_member(struct json *row, const char *key, int64_t at);

/* Commit the call's entry now: in a handler without transaction of its own, when it has filled
 * c->event and before it does what no rollback takes back (a file handed out, a key slot changed).
 * Should the act fail then, service_call() appends another entry that says "failed". */
bool call_entry_first(struct call *c, struct err *e) MUST_CHECK;

/* A write handler is about to make this file: it goes again when the transaction is not
 * committed. */
void call_makes(struct call *c, const char *path);

/* One entry of the log as operations return it, with its action in words. `owns`. */
struct json *audit_entry_row(const struct audit_entry *a);

/* Keep problems for service_problems(). */
void service_keep_problems(struct service *s, const struct problems *p);
struct json *problems_to_json(const struct problems *p);

void call_progress(struct call *c, const char *what, uint64_t done, uint64_t total);

#endif
