/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is wrong with a text, by itself and beside the one that the same reader saw before. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXTS_NUMBERS 14

/* What a reader remembers of a file; zeros at first. */
typedef struct {
    uint64_t when; /* 0: nothing */
    double numbers[TEXTS_NUMBERS];
} TextsSeen;

/* Empty, with a NUL in it, or without a newline at its end. */
bool texts_is_torn(const char *text, size_t len);

/* How many numbers of @text, which is NUL-terminated and was read at @now (steady_now()) from
 * @path, went back against @seen, which is brought up to date; says so on stderr.
 *
 * Of uptime and stat: what counts only upwards.  Of loadavg: averages that fell faster than without
 * a single runnable thread, as they would if a new worker began with nothing. */
unsigned texts_went_back(const char *path, const char *text, TextsSeen *seen, uint64_t now);
