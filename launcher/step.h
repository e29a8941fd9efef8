/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A container is a list of small steps.  [pure apart from what the steps do] */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *what; /* completes "cannot …" */
    bool (*run)(void *context, GError **error);
    void (*undo)(void *context); /* may be NULL; must cope with a step that ran half */
} Step;

/* Runs all @n steps, or up to the first that fails: then its error is prefixed with "cannot WHAT: "
 * and it and all before it are undone, last first. */
bool steps_run(const Step *steps, size_t n, void *context, GError **error);

/* Undoes all @n steps, last first. */
void steps_undo(const Step *steps, size_t n, void *context);
