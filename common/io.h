/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The only open, read and write of files in /proc, /sys and cgroupfs: always below a directory fd,
 * O_CLOEXEC, bounded, safe against EINTR. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define IO_READ_MAX (16u << 20) /* bytes; whatever is longer is an error, not a larger buffer */

/* Opens @path below @dirfd with @flags | O_CLOEXEC.  Returns the fd, which the caller closes, or
 * -1. */
int io_open_at(int dirfd, const char *path, int flags, GError **error);

/* Reads the whole of @path below @dirfd.  Returns the text, NUL-terminated (the caller frees), and
 * its length in @ret_len (may be NULL).  Fails with READ_ERROR_GONE if it does not exist (any
 * more), else READ_ERROR_IO. */
char *io_read_at(int dirfd, const char *path, size_t *ret_len, GError **error);

/* The same for an open file, from offset 0 by pread(2).  @name is for messages. */
char *io_read_fd(int fd, const char *name, size_t *ret_len, GError **error);

/* The same, for files whose records (what the kernel's seq_file writes at once) are all shorter
 * than IO_RECORD_MAX: most of /proc, but not cpuinfo or mountinfo.  A read
 * that brings less than that was the last, so none is needed to see the end. */
#define IO_RECORD_MAX 2048u
char *io_read_records_at(int dirfd, const char *path, size_t *ret_len, GError **error);
char *io_read_records_fd(int fd, const char *name, size_t *ret_len, GError **error);

/* The same for an open file that the kernel writes at once (single_open(), and every file of a
 * cgroup but its lists of processes): a read that brings less than it was asked for was the last.
 */
char *io_read_record_fd(int fd, const char *name, size_t *ret_len, GError **error);

/* Writes @text to the existing file @path below @dirfd with one write(2), as cgroupfs and procfs
 * want. */
bool io_write_at(int dirfd, const char *path, const char *text, GError **error);

/* Writes all of @data to an open file of any kind, in as many write(2) as it takes.  False and
 * errno. */
bool io_write_all(int fd, const char *data, size_t len);
