/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/tasks.h"

#include "common/cgroup_walk.h"
#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "common/lines.h"
#include "fs/source/cgroup_level.h"
#include "fs/source/cgroup_versions.h"

#include <string.h>

#define STATE 3 /* fields of proc(5) */
#define STARTTIME 22

#define CGROUPS_MAX 1024u /* of a container: it may make as many as it likes */

/* The name stands in brackets and may contain brackets itself: what counts follows the last. */
bool
task_stat_parse(const char *text, size_t len, TaskStat *ret, GError **error)
{
    const char *name_end = memrchr(text, ')', len);
    TaskStat stat = {0};
    Span rest, word;
    int field = STATE;

    rest = name_end ? (Span){name_end + 1, len - (size_t)(name_end + 1 - text)} : (Span){0};
    for (; field <= STARTTIME && span_next_word(&rest, &word); field++) {
        if (field == STATE)
            stat.state = word.text[0];
        if (field == STARTTIME && !span_number(word, &stat.start, error))
            return false;
    }
    if (field <= STARTTIME) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "stat: no start time");
        return false;
    }
    *ret = stat;
    return true;
}

uint64_t
task_number_parse(const char *text, size_t len, unsigned level, unsigned *ret_levels)
{
    LineIter lines = lines_of(text, len);
    uint64_t number, found = 0;
    Span line, word;

    *ret_levels = 0;
    while (lines_next(&lines, &line)) {
        if (!span_next_word(&line, &word) || !span_equals(word, "NSpid:"))
            continue;
        while (span_next_word(&line, &word) && span_number(word, &number, NULL)) {
            ++*ret_levels;
            if (level == 0 || *ret_levels == level)
                found = number;
        }
        break;
    }
    return found;
}

typedef struct {
    int root_fd;
    TaskSample *sample;
    uint64_t newest_tid;
} Census;

/* A visit of CgroupWalk.  Not proc/TID/stat, though it exists: it sums over all threads of the
 * process. */
static bool
ask(pid_t id, void *data)
{
    uint64_t tid = (uint64_t)id; /* it is not negative */
    Census *census = data;
    TaskSample *sample = census->sample;
    g_autofree char *text = NULL;
    char path[64];
    TaskStat stat;
    size_t len;

    if (sample->n_asked >= TASKS_MAX)
        return false;
    sample->n_asked++;
    (void)g_snprintf(path, sizeof path,
                     "proc/%" G_GUINT64_FORMAT "/task/%" G_GUINT64_FORMAT "/stat", tid, tid);
    text = io_read_records_at(census->root_fd, path, &len, NULL);
    if (!text || !task_stat_parse(text, len, &stat, NULL))
        return true; /* it has ended, which threads do */
    sample->threads++;
    sample->running += stat.state == 'R' && id != sample->asker;
    sample->blocked += stat.state == 'D';
    if (stat.start > sample->newest_start)
        sample->newest_tid = 0; /* a number is given again */
    if (stat.start > sample->newest_start ||
        (stat.start == sample->newest_start && tid > census->newest_tid)) {
        sample->newest_start = stat.start;
        census->newest_tid = tid;
    }
    return true;
}

static void
remember_newest(const Census *census)
{
    TaskSample *sample = census->sample;
    g_autofree char *text = NULL;
    unsigned levels;
    uint64_t number;
    char path[32];
    size_t len;

    if (census->newest_tid == sample->newest_tid && sample->level == sample->newest_level)
        return; /* its number is as it was, and costs more than all else that is asked of it */

    (void)g_snprintf(path, sizeof path, "proc/%" G_GUINT64_FORMAT "/status", census->newest_tid);
    text = io_read_records_at(census->root_fd, path, &len, NULL);
    number = text ? task_number_parse(text, len, sample->level, &levels) : 0;
    if (number == 0)
        return;
    sample->last_pid = number;
    sample->newest_tid = census->newest_tid;
    sample->newest_level = sample->level;
}

/* The container's cgroup where CPU time is counted, else in any hierarchy in which it has one of
 * its own; *ret_where tells the hierarchies apart. */
static bool
find_own(const Cgroups *cgroups, CgroupLevel *ret, unsigned *ret_where, GError **error)
{
    static const CgroupController order[] = {CGROUP_CPUACCT, CGROUP_PIDS,   CGROUP_MEMORY,
                                             CGROUP_CPU,     CGROUP_CPUSET, CGROUP_FREEZER,
                                             CGROUP_DEVICES, CGROUP_IO,     CGROUP_HUGETLB};

    for (unsigned i = 0; i < G_N_ELEMENTS(order); i++) {
        if (!cgroup_level_of(cgroups, order[i], ret, error))
            return false;
        *ret_where = i;
        if (ret->dir)
            return true;
    }
    *ret_where = G_N_ELEMENTS(order);
    return cgroup_level_of_unified(cgroups, ret, error);
}

/* Numbers of different hierarchies are told apart by their top bits. */
#define ID_WHERE_SHIFT 60
G_STATIC_ASSERT(CGROUP_N_CONTROLLERS < 16);

bool
tasks_id(const Cgroups *cgroups, uint64_t *ret, GError **error)
{
    g_auto(CgroupLevel) level = {0};
    unsigned where;
    uint64_t id = 0;

    if (!find_own(cgroups, &level, &where, error))
        return false;
    if (level.dir)
        id = cgroup_directory_id(level.dir);
    *ret = id ^ (uint64_t)where << ID_WHERE_SHIFT;
    return true;
}

/* Threads that v1's freezer has stopped are in D, and wait for nothing. */
static bool
is_frozen(const Cgroups *cgroups)
{
    g_auto(CgroupLevel) level = {0};
    g_auto(HostText) state = {0};

    return cgroup_level_of(cgroups, CGROUP_FREEZER, &level, NULL) && level.dir &&
           level.version == 1 && cgroup_file_read(&level, "freezer.state", &state, NULL) &&
           state.text && !span_equals(cgroup_first_line(&state), "THAWED");
}

/* Of all threads, if the container has a pids cgroup: those, too, that were not asked. */
static bool
read_threads(const Cgroups *cgroups, uint64_t *threads, GError **error)
{
    g_auto(CgroupLevel) level = {0};

    if (!cgroup_level_of(cgroups, CGROUP_PIDS, &level, error))
        return false;
    return !level.dir || cgroup_file_number_or(&level, "pids.current", *threads, threads, error);
}

/* CPU time used, and the number of the cgroup that tells it; 0 if none of the container's own does.
 */
static bool
read_usage(const Cgroups *cgroups, TaskSample *ret, GError **error)
{
    g_auto(CgroupLevel) level = {0};

    if (!cgroup_level_of(cgroups, CGROUP_CPUACCT, &level, error))
        return false;
    if (!level.dir)
        return true;
    ret->id = cgroup_directory_id(level.dir);
    return level.version == 1 ? cgroup_v1_cpu_usage(&level, &ret->usage_usec, error)
                              : cgroup_v2_cpu_usage(&level, &ret->usage_usec, error);
}

static bool
take_census(int root_fd, const Cgroups *cgroups, TaskSample *sample, GError **error)
{
    g_auto(CgroupLevel) level = {0};
    Census census = {root_fd, sample, 0};
    CgroupWalk walk = {"tasks", CGROUPS_MAX, UINT_MAX, ask, &census};
    unsigned where;

    if (!find_own(cgroups, &level, &where, error))
        return false;
    if (level.version == 2)
        walk.file = "cgroup.threads";
    if (level.dir)
        cgroup_walk(&walk, cgroup_directory_fd(level.dir));
    if (census.newest_tid > 0)
        remember_newest(&census);
    if (sample->blocked > 0 && is_frozen(cgroups))
        sample->blocked = 0;
    return read_threads(cgroups, &sample->threads, error);
}

bool
tasks_sample(int root_fd, const CgroupLayout *layout, const CgroupPaths *container,
             TaskSample *sample, GError **error)
{
    TaskSample now = {.known = true,
                      .level = sample->level,
                      .last_pid = sample->last_pid,
                      .newest_start = sample->newest_start,
                      .newest_tid = sample->newest_tid,
                      .newest_level = sample->newest_level,
                      .asker = sample->asker};

    g_auto(CgroupsLast) last = {0};
    const Cgroups cgroups = {.layout = layout, .container = container, .last = &last};

    /* Before the census: what runs while that lasts is seen the next time. */
    if (!read_usage(&cgroups, &now, error))
        return false;
    if (sample->known && now.id != sample->id) {
        g_set_error(error, READ_ERROR, READ_ERROR_GONE, "another cgroup has taken its place");
        return false;
    }
    if (sample->known && now.id != 0 && now.usage_usec == sample->usage_usec) {
        sample->n_asked = 0;
        return true;
    }
    if (!take_census(root_fd, &cgroups, &now, error))
        return false;
    *sample = now;
    return true;
}
