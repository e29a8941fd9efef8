/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What `ownproc doctor` looks at: each adds its findings, at least one. */

#pragma once

#include "launcher/doctor/findings.h"

#define CHECK_PATIENCE_SEC 3 /* what does not answer by then is stuck */

typedef struct {
    const char *tree, *run_dir; /* the daemon's */
    GPtrArray *findings;
} Doctor;

void check_kernel(const Doctor *doctor);
void check_cgroups(const Doctor *doctor);
void check_daemon(const Doctor *doctor);
void check_runtimes(const Doctor *doctor);
void check_engines(const Doctor *doctor);
void check_lxcfs(const Doctor *doctor);
void check_containers(const Doctor *doctor);

#define CHECK_GOOD(doctor, check, ...)                                                             \
    findings_add((doctor)->findings, &(Finding){check, FINDING_GOOD, NULL, NULL}, __VA_ARGS__)
#define CHECK_SAY(doctor, check, state, advice, ...)                                               \
    findings_add((doctor)->findings, &(Finding){check, state, NULL, advice}, __VA_ARGS__)
