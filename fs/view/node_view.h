/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The memory nodes a container is shown: those it may use, renumbered 0 … M-1.  [pure]  Formulas
 * and reasons: docs/FILES.md. */

#pragma once

#include "fs/source/nodes.h"
#include "fs/view/memory_view.h"

/* Which of the shown CPUs belong to the @index-th node, as they are named in the container.  Each
 * belongs to one node: to the first if its own is not shown. */
CpuSet node_view_cpus(const MemoryNodes *nodes, const CpuSet *shown, unsigned index);

/* What of @whole is on the @index-th node: all if there is one, else the part that this node has of
 * the memory of those shown.  Never more than @whole all together. */
MemoryView node_view_memory(const MemoryNodes *nodes, const MemoryView *whole, unsigned index);
