/* SPDX-License-Identifier: EUPL-1.2 */
/* Part of the table of operations: accounts, sessions, second factors, keys for programs. */
#include "service/operation_macros.h"
#include "service/operations.h"
#include "store/security_key.h"

enum { SECRET_MAX = 256, CODE_MAX = 64, ACCOUNT_MAX = 64, FULL_NAME_MAX = 200, LABEL_MAX = 80 };

// clang-format off
#define SECRET_ARG(n, needed, longest, what) \
    {.name = n, .type = PARAM_TEXT, .required = needed, .min = needed ? 1 : 0, .max = longest, \
     .summary = what, .secret = true}
#define ACCOUNT_ARG(needed) LINE_ARG("account", needed, ACCOUNT_MAX, "name of the account")
#define HALF .half_open = true
/* Rows that say more of themselves than the usual macros can. */
#define ROW_WITH(n, what, params, cap, tx, action, handler_name, spec, ...) \
    {{.name = n, .summary = what, .parameter = params, .capability = cap, .transaction = tx, \
      .audit = action, .repository_required = true, .reach = REACH_DESK, .result = spec, \
      __VA_ARGS__}, handler_name}
#define SESSION_RESULT "session state"
#define ACCOUNT_RESULT \
    "account name role role_title role_label organisation organisation_name language state " \
    "active? invited? disabled? has_factor? security_keys# " \
    "needs_factor? added_by added_at signed_in_at activation_until"
#define CHOICES_RESULT "roles[role title label chosen?] organisations[code name chosen?]"
// clang-format on

static const struct parameter_spec no_parameter[] = {END_ARG};

static const struct parameter_spec open_parameter[] = {
    ACCOUNT_ARG(true), SECRET_ARG("password", true, SECRET_MAX, "password"),
    LINE_ARG("purpose", false, PURPOSE_LONGEST, "why case data will be consulted"), END_ARG};

static const struct parameter_spec second_parameter[] = {
    SECRET_ARG("code", false, CODE_MAX, "code of the authenticator, or a recovery code"),
    SECRET_ARG("password", false, SECRET_MAX, "password, where the account has no second factor"),
    SECRET_ARG("key", false, WEBAUTHN_BROUGHT_MAX, "what a browser brought from a security key"),
    END_ARG};

static const struct parameter_spec key_add_parameter[] = {
    SECRET_ARG("key", true, WEBAUTHN_BROUGHT_MAX, "what a browser brought from a new security key"),
    LINE_ARG("label", true, SECURITY_KEY_LABEL_MAX, "what the key is, to know it by"), END_ARG};

static const struct parameter_spec key_number_parameter[] = {
    INT_ARG_NEEDED("number", 1, INT64_MAX, "number of the security key"), END_ARG};

static const struct parameter_spec purpose_parameter[] = {
    LINE_ARG("purpose", true, PURPOSE_LONGEST, "why case data will be consulted"), END_ARG};

static const struct parameter_spec whose_parameter[] = {ACCOUNT_ARG(false), END_ARG};

static const struct parameter_spec end_parameter[] = {INT_ARG_NEEDED("number", 1, INT64_MAX,
                                                                     "number of the session"),
                                                      ACCOUNT_ARG(false), END_ARG};

static const struct parameter_spec setup_parameter[] = {
    SECRET_ARG("code", true, CODE_MAX, "code that the server has printed"),
    ACCOUNT_ARG(true),
    LINE_ARG("name", true, FULL_NAME_MAX, "name of its owner"),
    SECRET_ARG("password", true, SECRET_MAX, "password"),
    LINE_ARG("language", false, 16, "language of the pages"),
    END_ARG};

static const struct parameter_spec activate_parameter[] = {
    ACCOUNT_ARG(true), SECRET_ARG("code", true, CODE_MAX, "activation code"),
    SECRET_ARG("password", true, SECRET_MAX, "password"), END_ARG};

static const struct parameter_spec add_parameter[] = {
    ACCOUNT_ARG(true),
    LINE_ARG("name", true, FULL_NAME_MAX, "name of its owner"),
    LINE_ARG("role", true, 40, "role"),
    LINE_ARG("organisation", false, 64, "code of its organisation"),
    LINE_ARG("language", false, 16, "language of the pages"),
    END_ARG};

static const struct parameter_spec change_parameter[] = {
    ACCOUNT_ARG(true), LINE_ARG("role", false, 40, "role"),
    LINE_ARG("organisation", false, 64, "code of its organisation; empty: none"),
    CHOICE_ARG("state", "enabled|disabled", "whether it may sign in"), END_ARG};

static const struct parameter_spec reset_parameter[] = {ACCOUNT_ARG(true), END_ARG};

static const struct parameter_spec password_parameter[] = {
    SECRET_ARG("old", true, SECRET_MAX, "password as it is now"),
    SECRET_ARG("password", true, SECRET_MAX, "new password"), END_ARG};

static const struct parameter_spec duress_parameter[] = {
    SECRET_ARG("old", true, SECRET_MAX, "password as it is now"),
    SECRET_ARG("password", false, SECRET_MAX, "password for threats; empty: none"), END_ARG};

static const struct parameter_spec language_parameter[] = {LINE_ARG("language", true, 16,
                                                                    "language of the pages"),
                                                           END_ARG};

static const struct parameter_spec code_parameter[] = {SECRET_ARG("code", true, CODE_MAX,
                                                                  "code of the authenticator"),
                                                       END_ARG};

static const struct parameter_spec token_parameter[] = {
    LINE_ARG("label", true, LABEL_MAX, "what the key is for, to know it by"),
    {.name = "operations",
     .type = PARAM_LIST,
     .required = true,
     .max = 80,
     .summary = "operations that it may ask for"},
    LINE_ARG("organisation", false, 64, "code of the organisation whose records it sees"),
    LINE_ARG("purpose", true, PURPOSE_LONGEST, "why case data will be consulted"),
    INT_ARG_NEEDED("days", 1, 90, "days it is good for"),
    END_ARG};

static const struct parameter_spec token_number_parameter[] = {
    INT_ARG_NEEDED("number", 1, INT64_MAX, "number of the key"), END_ARG};

static const struct operation_row account_rows[] = {
    /* These write their entry with what they change, whether they let in or refuse. */
    ROW_OPEN("session.open", "sign in", open_parameter, TX_NONE, "none", op_session_open,
             SESSION_RESULT),
    ROW_WITH("session.second", "show the second factor", second_parameter, CAP_NONE, TX_NONE,
             "none", op_session_second, SESSION_RESULT, HALF),
    ROW_WITH("session.close", "sign out", no_parameter, CAP_NONE, TX_WRITE, "session.close",
             op_session_close, "", HALF),
    ROW_WITH(
        "session.info", "who is signed in, and what they may do", no_parameter, CAP_NONE, TX_READ,
        "none", op_session_info,
        "account name role role_title role_label organisation organisation_name language purpose "
        "state "
        "fresh? idle_seconds# longest_seconds# "
        "has_factor? has_authenticator? security_keys# needs_factor? needs_key? key_wanted_at "
        "recovery_left# signed_in_at capabilities[] "
        "weakened[] demo?",
        HALF),
    ROW_DESK("session.purpose", "say why case data will be consulted", purpose_parameter, CAP_SELF,
             TX_WRITE, "session.open", op_session_purpose, "purpose"),
    ROW_DESK("session.list", "list sessions", whose_parameter, CAP_SELF, TX_READ, "none",
             op_session_list, "sessions[number# state source began_at seen_at this?]"),
    ROW_DESK("session.end", "end a session", end_parameter, CAP_SELF, TX_WRITE, "session.close",
             op_session_end, "number#"),
    ROW_OPEN("setup.state", "whether there is an administrator yet", no_parameter, TX_READ, "none",
             op_setup_state, "needed? weakened[] demo?"),
    ROW("setup.code", "a code that lets the first administrator in", no_parameter,
        CAP_ACCOUNT_CHANGE, TX_WRITE, "account.change", op_setup_code),
    ROW_OPEN("setup.finish", "make the first administrator", setup_parameter, TX_NONE, "none",
             op_setup_finish, SESSION_RESULT),
    ROW_OPEN("account.activate", "choose a password with an activation code", activate_parameter,
             TX_NONE, "none", op_account_activate, SESSION_RESULT),
    ROW_DESK("account.list", "list accounts", no_parameter, CAP_ACCOUNT_CHANGE, TX_READ, "none",
             op_account_list, "accounts[" ACCOUNT_RESULT "]"),
    ROW_DESK("account.show", "one account, and what it can be given", reset_parameter,
             CAP_ACCOUNT_CHANGE, TX_READ, "none", op_account_show,
             ACCOUNT_RESULT " own? " CHOICES_RESULT),
    ROW_DESK("account.choices", "roles and organisations that an account can be given",
             no_parameter, CAP_ACCOUNT_CHANGE, TX_READ, "none", op_account_choices, CHOICES_RESULT),
    ROW_DESK_FRESH("account.add", "invite somebody", add_parameter, CAP_ACCOUNT_CHANGE, TX_WRITE,
                   "account.change", op_account_add, "account code until"),
    ROW_DESK_FRESH("account.change", "change role, organisation or state of an account",
                   change_parameter, CAP_ACCOUNT_CHANGE, TX_WRITE, "account.change",
                   op_account_change, ACCOUNT_RESULT),
    ROW_DESK_FRESH("account.reset", "invite somebody anew, who has lost password or factor",
                   reset_parameter, CAP_ACCOUNT_CHANGE, TX_WRITE, "account.change",
                   op_account_reset, "account code until"),
    ROW_DESK("account.password", "change one's own password", password_parameter, CAP_SELF, TX_NONE,
             "none", op_account_password, SESSION_RESULT),
    ROW_DESK_FRESH("account.duress", "choose a password that opens an empty register under threat",
                   duress_parameter, CAP_SELF, TX_NONE, "none", op_account_duress, "account"),
    ROW_DESK("account.language", "choose the language of the pages", language_parameter, CAP_SELF,
             TX_WRITE, "account.change", op_account_language, "language"),
    ROW_WITH("factor.begin", "begin to set up an authenticator", no_parameter, CAP_NONE, TX_WRITE,
             "factor.change", op_factor_begin, "secret uri qr{size# path}", HALF,
             .fresh_required = true),
    ROW_WITH("factor.confirm", "confirm it with its first code", code_parameter, CAP_NONE, TX_NONE,
             "none", op_factor_confirm, "recovery_codes[] session state", HALF),
    ROW_WITH("factor.challenge", "what a security key is to sign, to be shown", no_parameter,
             CAP_NONE, TX_NONE, "none", op_factor_challenge, "challenge name keys[] codes?", HALF),
    ROW_WITH("factor.key_begin", "begin to register a security key", no_parameter, CAP_NONE,
             TX_WRITE, "factor.change", op_factor_key_begin,
             "challenge name register user account title keys[]", HALF, .fresh_required = true),
    ROW_WITH("factor.key_add", "register it with what it answered", key_add_parameter, CAP_NONE,
             TX_NONE, "none", op_factor_key_add, "recovery_codes[] session state", HALF),
    ROW_DESK("factor.keys", "list one's own security keys", no_parameter, CAP_SELF, TX_READ, "none",
             op_factor_keys, "keys[number# label added_at used_at removable?]"),
    ROW_DESK_FRESH("factor.key_remove", "remove a security key", key_number_parameter, CAP_SELF,
                   TX_WRITE, "factor.change", op_factor_key_remove, "number#"),
    ROW_DESK_FRESH("recovery.renew", "fresh recovery codes", no_parameter, CAP_SELF, TX_WRITE,
                   "factor.change", op_recovery_renew, "recovery_codes[]"),
    ROW_DESK_FRESH("token.add", "make a key for a program", token_parameter, CAP_SELF, TX_WRITE,
                   "token.change", op_token_add, "token until"),
    ROW_DESK("token.choices", "operations that a key for a program can be made for", no_parameter,
             CAP_SELF, TX_READ, "none", op_token_choices, "operations[name summary]"),
    ROW_DESK("token.list", "list one's own keys for programs", no_parameter, CAP_SELF, TX_READ,
             "none", op_token_list,
             "tokens[number# label operations[] organisation purpose state added_at until "
             "used_at good? over? revoked?]"),
    ROW_DESK("token.revoke", "revoke a key for a program", token_number_parameter, CAP_SELF,
             TX_WRITE, "token.change", op_token_revoke, "number#"),
};

const struct operation_part account_operations = {account_rows,
                                                  sizeof account_rows / sizeof *account_rows};
