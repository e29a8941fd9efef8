/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Renderers of what is below sys/devices/system.  [pure] */

#pragma once

#include "fs/view/view.h"

/* The kernel's own text: true for everybody, because it is a property of the processor or of the
 * kernel. */
void sys_own_text_render(const View *view, GString *out);
/* Its list of CPUs, as they are named in the container; those that are not shown are left out. */
void sys_own_list_render(const View *view, GString *out);
void sys_nothing_render(const View *view, GString *out); /* an empty line */
void sys_one_render(const View *view, GString *out);
void sys_zero_render(const View *view, GString *out);
void sys_no_smt_render(const View *view, GString *out); /* smt/control */

/* All CPUs: online, present and possible alike; and those of the package. */
void sys_cpu_list_render(const View *view, GString *out);
void sys_cpu_mask_render(const View *view, GString *out);
/* Of cpuN: its number, and itself as a set of CPUs. */
void sys_cpu_number_render(const View *view, GString *out);
void sys_cpu_self_mask_render(const View *view, GString *out);

/* Of cpuN/cache/indexM: which CPUs share it. */
void sys_cache_mask_render(const View *view, GString *out);
void sys_cache_list_render(const View *view, GString *out);

/* All memory nodes, and those that have CPUs. */
void sys_node_list_render(const View *view, GString *out);
void sys_node_has_cpu_render(const View *view, GString *out);
/* Of nodeN. */
void sys_node_cpulist_render(const View *view, GString *out);
void sys_node_cpumap_render(const View *view, GString *out);
void sys_node_distance_render(const View *view, GString *out);
void sys_node_meminfo_render(const View *view, GString *out);
void sys_node_numastat_render(const View *view, GString *out);
