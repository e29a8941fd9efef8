/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A folder that a test fills.  What cannot be done ends the test. */

#pragma once

/* Its path; the caller frees. */
char *folder_new(void);
/* The path of @path in @folder, whose directories are made; the caller frees. */
char *folder_inside(const char *folder, const char *path);
void folder_write(const char *folder, const char *path, const char *text);
/* Removes the file or directory @path with all in it. */
void folder_remove(const char *path);

/* For cmocka: one that is new for each test, its state. */
int folder_make(void **state);
int folder_drop(void **state);
