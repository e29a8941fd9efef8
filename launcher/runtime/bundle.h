/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The file config.json of a bundle, which is replaced as a whole or not at all. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>

#define BUNDLE_CONFIG_MAX (4u << 20) /* bytes; engines write some ten thousand */

typedef struct {
    int dir_fd;
    struct stat st; /* of the file that was read */
} Bundle;

/* Opens the directory @path and reads its config.json: a regular file, never through a symbolic
 * link, and never a wait for one.  Returns the text, NUL-terminated, which the caller frees.
 * READ_ERROR_*. */
char *bundle_read(const char *path, Bundle *ret, size_t *ret_len, GError **error);

/* Puts @text in its place, with the same owner and mode.  On failure nothing is left. */
bool bundle_replace(const Bundle *bundle, const char *text, GError **error);

void bundle_clear(Bundle *bundle);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bundle, bundle_clear)
