/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* CPU time on cgroup v1, for each CPU: linux:kernel/sched/cpuacct.c. */

#include "fs/source/cgroup_versions.h"

#include "common/error.h"
#include "common/number.h"
#include "fs/source/cgroup_level.h"

#include <stddef.h>

#define NSEC_PER_USEC 1000u

static bool
malformed(GError **error, const char *what)
{
    g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "%s", what);
    return false;
}

/* A row is "CPU user system", in nanoseconds. */
static bool
usage_all_row(Span row, GArray *usages, GError **error)
{
    Span cpu, user, system;
    CpuUsage usage;
    uint64_t number;

    if (!span_next_word(&row, &cpu) || !span_next_word(&row, &user) ||
        !span_next_word(&row, &system))
        return malformed(error, "a row is not three numbers");
    if (!span_number(cpu, &number, error) || !span_number(user, &usage.user, error) ||
        !span_number(system, &usage.system, error))
        return false;
    if (number >= CPUSET_MAX)
        return malformed(error, "no machine has so many CPUs");
    usage.user /= NSEC_PER_USEC;
    usage.system /= NSEC_PER_USEC;
    if (number >= usages->len)
        g_array_set_size(usages, (guint)number + 1);
    g_array_index(usages, CpuUsage, number) = usage;
    return true;
}

GArray *
cgroup_v1_usage_all_parse(const HostText *text, GError **error)
{
    g_autoptr(GArray) usages = g_array_new(FALSE, TRUE, sizeof(CpuUsage));
    LineIter lines = lines_of(text->text, text->len);
    bool good;
    Span line;

    good = lines_next(&lines, &line) && span_equals(line, "cpu user system");
    if (!good)
        (void)malformed(error, "the header is not 'cpu user system'");
    while (good && lines_next(&lines, &line))
        good = usage_all_row(line, usages, error);
    if (good && usages->len == 0)
        good = malformed(error, "no CPU");
    if (good)
        return g_steal_pointer(&usages);
    g_prefix_error(error, "cpuacct.usage_all: ");
    return NULL;
}

/* cpuacct.stat: how much of the whole was user time.  In ticks; only their ratio counts. */
typedef struct {
    uint64_t user, system;
} Ratio;

static const LineKey ratio_keys[] = {
    {"user", offsetof(Ratio, user)},
    {"system", offsetof(Ratio, system)},
};

GArray *
cgroup_v1_usage_percpu_parse(const HostText *percpu, const HostText *stat, GError **error)
{
    g_autoptr(GArray) usages = g_array_new(FALSE, FALSE, sizeof(CpuUsage));
    Span rest = cgroup_first_line(percpu), word;
    Ratio ratio = {0};

    if (!lines_read_keys(stat->text, stat->len, ratio_keys, G_N_ELEMENTS(ratio_keys), &ratio,
                         error)) {
        g_prefix_error(error, "cpuacct.stat: ");
        return NULL;
    }
    while (span_next_word(&rest, &word) && usages->len < CPUSET_MAX) {
        CpuUsage usage;
        uint64_t nsec;

        if (!span_number(word, &nsec, error)) {
            g_prefix_error(error, "cpuacct.usage_percpu: ");
            return NULL;
        }
        nsec /= NSEC_PER_USEC;
        usage.system = ratio.system == 0 ? 0
                                         : number_mul_div(nsec, ratio.system,
                                                          number_add(ratio.user, ratio.system));
        usage.user = number_sub(nsec, usage.system);
        g_array_append_val(usages, usage);
    }
    if (usages->len > 0)
        return g_steal_pointer(&usages);
    (void)malformed(error, "cpuacct.usage_percpu: no CPU");
    return NULL;
}

/* Before Linux 4.8. */
static GArray *
read_percpu(int dir, GError **error)
{
    g_auto(HostText) percpu = {0}, stat = {0};

    if (!cgroup_file_read(dir, "cpuacct.usage_percpu", &percpu, error) ||
        !cgroup_file_read(dir, "cpuacct.stat", &stat, error))
        return NULL;
    if (percpu.text && stat.text)
        return cgroup_v1_usage_percpu_parse(&percpu, &stat, error);
    (void)malformed(error, "the cgroup has no cpuacct.usage_percpu or no cpuacct.stat");
    return NULL;
}

bool
cgroup_v1_cpu_times(int dir, CgroupCpu *ret, GError **error)
{
    g_autoptr(GArray) usages = NULL;
    g_auto(HostText) all = {0};

    if (!cgroup_file_read(dir, "cpuacct.usage_all", &all, error))
        return false;
    usages = all.text ? cgroup_v1_usage_all_parse(&all, error) : read_percpu(dir, error);
    if (!usages)
        return false;
    ret->user = ret->nice = ret->system = 0;
    for (guint i = 0; i < usages->len; i++) {
        ret->user = number_add(ret->user, g_array_index(usages, CpuUsage, i).user);
        ret->system = number_add(ret->system, g_array_index(usages, CpuUsage, i).system);
    }
    ret->n_per_cpu = usages->len;
    g_free(ret->per_cpu);
    ret->per_cpu = (CpuUsage *)(void *)g_array_free(g_steal_pointer(&usages), FALSE);
    return true;
}
