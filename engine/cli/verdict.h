/* SPDX-License-Identifier: Apache-2.0
 *
 * What verdicts and results mean, in the words that a person reads. */
#ifndef HP_VERDICT_H
#define HP_VERDICT_H

#include "enumerate.h"
#include "exit_codes.h"

/* A table's numbers of a Win32 code. */
struct hp_code_text {
    unsigned code;
    const char *hresult; /* "0x80070057" */
    const char *text;    /* the system's words */
};

/* The row of `code`, or NULL for HP_CODE_NONE. */
const struct hp_code_text *hp_code_text_of(unsigned code);

/* The first line of wbadmin's message. */
extern const char hp_failed_text[];

/* The exit code for a result. */
enum hp_exit hp_exit_of(enum hp_result result);

/* How bad a verdict is, for sorting: larger is worse, 0 is not worth a
 * line. */
int hp_verdict_weight(enum hp_verdict verdict);

/* One sentence: what the verdict means. */
const char *hp_verdict_reason(enum hp_verdict verdict);

/* One sentence: what cures it, for a driver or not; `nameable`: an entry of
 * ExcludedBinaryPaths can name the path (X3). */
const char *hp_verdict_cure(enum hp_verdict verdict, enum hp_profile profile,
                            bool driver, bool nameable);

#endif
