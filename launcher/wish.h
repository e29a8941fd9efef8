/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What somebody decided of a container, or of its pod, by an annotation.  [pure] */

#pragma once

#define WISH_ANNOTATION "ownproc.dev/inject"

typedef enum {
    WISH_NONE,
    WISH_YES,
    WISH_NO,
    WISH_UNKNOWN, /* neither "true" nor "false" */
} Wish;

/* What the annotation's @value means; NULL: there is no annotation. */
Wish wish_of(const char *value);
