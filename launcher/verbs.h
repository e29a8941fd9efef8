/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One function for each verb; each prints its own errors and returns the exit code. */

#pragma once

int run_main(int argc, char **argv);
int gc_main(int argc, char **argv);
int ps_main(int argc, char **argv);
int view_main(int argc, char **argv);
int status_main(int argc, char **argv);
int upgrade_main(int argc, char **argv);
int shutdown_main(int argc, char **argv);
int metrics_main(int argc, char **argv);
int attach_main(int argc, char **argv);
int detach_main(int argc, char **argv);
int repair_main(int argc, char **argv);
int hook_main(int argc, char **argv);
int doctor_main(int argc, char **argv);
int docker_args_main(int argc, char **argv);
