/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Is lxcfs there, too? */

#include "launcher/doctor/checks.h"

#include "common/io.h"
#include "common/mount_line.h"

#include <fcntl.h>

void
check_lxcfs(const Doctor *doctor)
{
    size_t len;
    g_autofree char *table = io_read_at(AT_FDCWD, "/proc/self/mountinfo", &len, NULL);
    LineIter lines = lines_of(table ? table : "", table ? len : 0);
    MountLine mount;
    Span line;

    while (lines_next(&lines, &line)) {
        g_autofree char *point = NULL;

        if (!mount_line_parse(line, &mount) || !span_equals(mount.type, MOUNT_LINE_LXCFS))
            continue;
        point = mount_line_path(mount.point);
        CHECK_SAY(doctor, "lxcfs", FINDING_NOTE,
                  "Containers that bind its files see its numbers; both can be used at a time.",
                  "lxcfs is mounted at %s.", point);
        return;
    }
    CHECK_GOOD(doctor, "lxcfs", "lxcfs is not mounted.");
}
