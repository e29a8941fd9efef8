/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* All a renderer may look at. */

#pragma once

#include "fs/source/snapshot.h"
#include "fs/view/cpu_view.h"
#include "fs/view/disk_view.h"
#include "fs/view/load_view.h"

typedef struct {
    const Snapshot *snapshot; /* borrowed */
    unsigned number;          /* which CPU or node the file is of, as the reader names it */
    CpuSet cpus;              /* shown CPUs, the host's numbers; with NEED_CPUS */
    CpuView cpu;              /* with NEED_CPU_TIME.  Owned */
    LoadView load;            /* with NEED_THREADS; its averages with NEED_LOAD */
    DiskTotal disks;          /* with NEED_IO */
} View;
