/* SPDX-License-Identifier: EUPL-1.2 */
/* Linear programs by GLPK's simplex method, integer ones by its branch and bound.
 *
 * GLPK ends the process when one of its own checks fails, unless an error hook leaves by longjmp;
 * after that its whole environment (one for each thread) must be thrown away with every program in
 * it. `generation` counts these accidents: a program made before the last one is dead and answers
 * LP_GIVEN_UP. */
#include "disclosure/lp.h"

#include "base/mem.h"

#include <glpk.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>

enum { NODE_ITERATIONS = 30 };

struct lp {
    glp_prob *problem;
    uint64_t generation;
    uint64_t *work;
    double *value; /* of the last answer */
    size_t n_col;
    bool begun; /* a basis exists */
    bool dead;
    int *index; /* scratch for a row, 1-based */
    double *coef;
    size_t cap_index, cap_coef;
    size_t node, node_max;
};

static _Thread_local uint64_t generation;
static _Thread_local size_t n_program; /* of this thread */
static _Thread_local jmp_buf accident;
static _Thread_local size_t fail_after;

static void on_accident(void *info)
{
    (void)info;
    longjmp(accident, 1);
}

/* Every use of GLPK stands between these two; after an accident control comes back to BEGIN_GLPK's
 * else branch. */
#define BEGIN_GLPK(lp)                             \
    if (!lp_alive(lp)) {                           \
    } else if (setjmp(accident) != 0) lp_died(lp); \
    else
static bool lp_alive(struct lp *lp)
{
    if (lp->dead || lp->generation != generation) {
        lp->dead = true;
        return false;
    }
    glp_error_hook(on_accident, NULL);
    return true;
}

static void lp_died(struct lp *lp)
{
    glp_free_env();
    generation++;
    lp->dead = true;
}

static void make_problem(struct lp *lp)
{
    glp_term_out(GLP_OFF);
    lp->problem = glp_create_prob();
    glp_set_obj_dir(lp->problem, GLP_MIN);
    if (lp->n_col > 0) glp_add_cols(lp->problem, (int)lp->n_col);
    for (size_t j = 0; j < lp->n_col; j++) glp_set_col_bnds(lp->problem, (int)j + 1, GLP_LO, 0, 0);
}

struct lp *lp_new(size_t n_col, uint64_t *work)
{
    struct lp *lp = mem_new(1, sizeof *lp);
    lp->n_col = n_col;
    lp->work = work;
    lp->generation = generation;
    n_program++;
    lp->value = mem_new(n_col, sizeof *lp->value);
    lp->dead = n_col >= INT_MAX / 4;
    BEGIN_GLPK(lp) make_problem(lp);
    return lp;
}

void lp_free(struct lp *lp)
{
    if (lp == NULL) return;
    if (lp->problem != NULL) {
        BEGIN_GLPK(lp) glp_delete_prob(lp->problem);
    }
    if (--n_program == 0) glp_free_env(); /* nothing of the solver outlives its programs */
    mem_free(lp->value);
    mem_free(lp->index);
    mem_free(lp->coef);
    mem_free(lp);
}

static int bound_type(double low, double high)
{
    if (isinf(low)) return isinf(high) ? GLP_FR : GLP_UP;
    if (isinf(high)) return GLP_LO;
    return low < high ? GLP_DB : GLP_FX;
}

void lp_add_row(struct lp *lp, const size_t *column, const double *coef, size_t n, double low,
                double high)
{
    MEM_GROW(lp->index, lp->cap_index, n + 1);
    MEM_GROW(lp->coef, lp->cap_coef, n + 1);
    for (size_t i = 0; i < n; i++) {
        lp->index[i + 1] = (int)column[i] + 1;
        lp->coef[i + 1] = coef[i];
    }
    lp->begun = false;
    BEGIN_GLPK(lp)
    {
        int row = glp_add_rows(lp->problem, 1);
        glp_set_row_bnds(lp->problem, row, bound_type(low, high), low, high);
        glp_set_mat_row(lp->problem, row, (int)n, lp->index, lp->coef);
    }
}

void lp_bounds(struct lp *lp, size_t column, double low, double high)
{
    BEGIN_GLPK(lp) glp_set_col_bnds(lp->problem, (int)column + 1, bound_type(low, high), low, high);
}

void lp_cost(struct lp *lp, size_t column, double cost)
{
    BEGIN_GLPK(lp) glp_set_obj_coef(lp->problem, (int)column + 1, cost);
}

/* ---------------------------------------------------------------- solving */

/* Steps of one iteration, about; and of beginning to solve. Fitted to measured times: some forty
 * million steps are a second of a machine of 2020. */
static uint64_t iteration_steps(const struct lp *lp)
{
    uint64_t n_row = (uint64_t)glp_get_num_rows(lp->problem);
    return 20 + n_row + lp->n_col / 4 + n_row * n_row / 1000;
}

static uint64_t begin_steps(const struct lp *lp)
{
    return 8 * (uint64_t)lp->n_col;
}

static int iterations_left(const struct lp *lp)
{
    uint64_t left = *lp->work / iteration_steps(lp);
    return left > INT_MAX ? INT_MAX : (int)left;
}

static void charge(struct lp *lp, uint64_t steps)
{
    *lp->work -= steps < *lp->work ? steps : *lp->work;
}

static void charge_iterations(struct lp *lp, int iterations)
{
    charge(lp, begin_steps(lp) + (uint64_t)iterations * iteration_steps(lp));
}

static int simplex(struct lp *lp)
{
    glp_smcp how;
    glp_init_smcp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.meth = GLP_DUALP;
    how.it_lim = iterations_left(lp);
    if (how.it_lim == 0) {
        *lp->work = 0;
        return GLP_EITLIM;
    }
    if (!lp->begun) {
        glp_scale_prob(lp->problem, GLP_SF_SKIP | GLP_SF_EQ | GLP_SF_2N);
        glp_adv_basis(lp->problem, 0);
        lp->begun = true;
    }
    int before = glp_get_it_cnt(lp->problem);
    int result = glp_simplex(lp->problem, &how);
    charge_iterations(lp, glp_get_it_cnt(lp->problem) - before);
    if (result == GLP_EBADB || result == GLP_ESING || result == GLP_ECOND || result == GLP_EFAIL) {
        glp_std_basis(lp->problem); /* numbers went bad: once more from the beginning */
        how.meth = GLP_PRIMAL;
        how.it_lim = iterations_left(lp);
        before = glp_get_it_cnt(lp->problem);
        result = glp_simplex(lp->problem, &how);
        charge_iterations(lp, glp_get_it_cnt(lp->problem) - before);
    }
    if (result == GLP_EITLIM) *lp->work = 0;
    return result;
}

static void maybe_fail(void)
{
    if (fail_after > 0 && --fail_after == 0) longjmp(accident, 1);
}

static enum lp_answer status_answer(int status)
{
    if (status == GLP_OPT) return LP_SOLVED;
    if (status == GLP_NOFEAS) return LP_IMPOSSIBLE;
    if (status == GLP_UNBND) return LP_UNBOUNDED;
    return LP_GIVEN_UP;
}

enum lp_answer lp_solve(struct lp *lp)
{
    volatile enum lp_answer answer = LP_GIVEN_UP;
    BEGIN_GLPK(lp)
    {
        maybe_fail();
        if (simplex(lp) == 0) answer = status_answer(glp_get_status(lp->problem));
        if (answer == LP_SOLVED)
            for (size_t j = 0; j < lp->n_col; j++)
                lp->value[j] = glp_get_col_prim(lp->problem, (int)j + 1);
    }
    return answer;
}

static void count_nodes(glp_tree *tree, void *info)
{
    struct lp *lp = info;
    if (glp_ios_reason(tree) != GLP_ISELECT) return;
    charge(lp, NODE_ITERATIONS * iteration_steps(lp)); /* GLPK does not say how many they were */
    if (lp->node++ >= lp->node_max || *lp->work == 0) glp_ios_terminate(tree);
}

static enum lp_answer branch_and_bound(struct lp *lp)
{
    int result = simplex(lp), status = glp_get_status(lp->problem);
    if (result != 0) return LP_GIVEN_UP;
    if (status != GLP_OPT) return status_answer(status);
    for (size_t j = 0; j < lp->n_col; j++) glp_set_col_kind(lp->problem, (int)j + 1, GLP_IV);
    glp_iocp how;
    glp_init_iocp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.cb_func = count_nodes;
    how.cb_info = lp;
    how.tm_lim = INT_MAX;
    how.br_tech = GLP_BR_MFV;
    how.bt_tech = GLP_BT_BLB;
    lp->node = 0;
    glp_intopt(lp->problem, &how);
    status = glp_mip_status(lp->problem);
    if (status == GLP_OPT || status == GLP_FEAS)
        for (size_t j = 0; j < lp->n_col; j++)
            lp->value[j] = glp_mip_col_val(lp->problem, (int)j + 1);
    for (size_t j = 0; j < lp->n_col; j++) glp_set_col_kind(lp->problem, (int)j + 1, GLP_CV);
    return status == GLP_FEAS ? LP_SOLVED : status_answer(status);
}

enum lp_answer lp_solve_integer(struct lp *lp, size_t node_max)
{
    volatile enum lp_answer answer = LP_GIVEN_UP;
    lp->node_max = node_max;
    BEGIN_GLPK(lp)
    {
        maybe_fail();
        answer = branch_and_bound(lp);
    }
    return answer;
}

bool lp_failed(const struct lp *lp)
{
    return lp->dead || lp->generation != generation;
}

double lp_value(const struct lp *lp, size_t column)
{
    return lp->value[column];
}

void lp_fail_after(size_t n)
{
    fail_after = n;
}
