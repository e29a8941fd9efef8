/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a request is answered: text in, text out. */

#pragma once

#include "launcher/tally.h"

#include <glib.h>

#define ANSWER_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8" /* of Prometheus' format */
#define ANSWER_TEXT_TYPE "text/plain; charset=utf-8"

typedef enum {
    ANSWER_METRICS,
    ANSWER_HEALTH,
    ANSWER_NOT_FOUND, /* 404 */
    ANSWER_METHOD,    /* 405 */
} AnswerKind;

/* What @method of @path asks for; HEAD is as GET. */
AnswerKind answer_kind(const char *method, const char *path);

/* Appends the counters of @tally to @out: ownproc_injected_total{route="nri"} and so on. */
void answer_append_tally(GString *out, const Tally *tally);
