/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Everything that will be done, decided before anything is done; --dry-run prints it.  [pure] */

#pragma once

#include "launcher/facts.h"

#define PLAN_CGROUP_PARENT "ownproc" /* every container's cgroup is ownproc/NAME */

/* One value for one file of a cgroup. */
typedef struct {
    const char *file;
    char *value;
    const char *flag; /* whose wish it is, for messages */
    bool optional;    /* nothing is lost if the kernel has no such file (no swap accounting) */
} CgroupSetting;

/* One directory "ownproc/NAME" in one hierarchy. */
typedef struct {
    unsigned version;
    CgroupController controller; /* one that lives there: names the hierarchy */
    bool has[CGROUP_N_CONTROLLERS];
    GArray *settings; /* of CgroupSetting, in the order to write them */
} PlanCgroup;

typedef struct {
    const RunOptions *options; /* borrowed, as is @user */
    const User *user;
    char *name, *hostname;
    unsigned namespaces; /* CLONE_NEW…, without CLONE_NEWTIME and CLONE_NEWCGROUP */
    bool time_namespace;
    GPtrArray *cgroups; /* of PlanCgroup; the one with the cpu controller is last */
    GPtrArray *mounts;  /* of const MountSpec, borrowed; parents before what lies below them */
    bool bind_files;    /* bind the daemon's files */
    bool private_daemon;
    const char *run_dir; /* of the daemon to register with, borrowed; NULL: none */
    char **env;
    const char *workdir;
    GPtrArray *notes; /* sentences: what is not as the reader may expect */
} Plan;

/* LAUNCH_ERROR_FAILED if this machine cannot do what @options ask. */
bool plan_make(const RunOptions *options, const Facts *facts, Plan *ret, GError **error);
void plan_clear(Plan *plan);

/* The plan as text, for people; one fact a line. */
void plan_print(const Plan *plan, GString *out);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Plan, plan_clear)
