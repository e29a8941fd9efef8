/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a request over the control socket does. */

#pragma once

#include "fs/control/request.h"
#include "fs/serve.h"

typedef struct {
    const Server *server;   /* borrowed; has a registry */
    const char *containers; /* where the bound tree is mounted; borrowed */
    uint64_t (*now)(void);  /* CLOCK_BOOTTIME in microseconds */
} ControlConfig;

/* What is to be answered to the request @text. */
GString *control_answer(const ControlConfig *config, const char *text, size_t len);
/* The answer that only tells why: "error EEXIST another container …". */
GString *control_answer_refusal(const GError *refusal);
