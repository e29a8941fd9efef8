/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/same_file.h"

#include <sys/stat.h>

bool
same_file(const char *one, const char *other)
{
    struct stat a, b;

    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}
