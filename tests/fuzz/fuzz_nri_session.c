/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever a runtime says, in whichever pieces: what we answer is frames that it can read.  The
 * first byte says how long the pieces are. */

#include "launcher/nri/mux.h"
#include "launcher/nri/policy.h"
#include "launcher/nri/session.h"
#include "launcher/nri/ttrpc.h"
#include "tests/fuzz/fuzz.h"

static void
configured(void *policy, const SessionRuntime *runtime)
{
    (void)policy_read(policy, runtime->config, NULL);
}

static void
decide(void *policy, const Subject *subject)
{
    const char *reason = NULL;

    if (policy_decide(policy, subject, &reason) != POLICY_MOUNT)
        g_assert(reason != NULL);
}

static void
synchronized(void *policy, const GPtrArray *subjects)
{
    for (guint i = 0; i < subjects->len; i++)
        decide(policy, subjects->pdata[i]);
}

static GPtrArray *
create(void *policy, Subject *subject)
{
    decide(policy, subject);
    return NULL;
}

static void
started(void *policy, Subject *subject)
{
    decide(policy, subject);
}

static void
baffled(void *policy, const char *sentence)
{
    (void)policy;
    g_assert(sentence != NULL);
}

static const SessionOps ops = {configured, synchronized, create, started, decide, decide, baffled};

static void
check_output(const GByteArray *out)
{
    const uint8_t *data = out->data;
    size_t len = out->len;
    MuxReader reader = {0};
    MuxPiece piece;
    TtrpcFrame frame;

    while (mux_read(&reader, &data, &len, &piece)) {
        g_assert(piece.len <= MUX_FRAME_MAX);
        g_assert(ttrpc_read(piece.data, piece.len, &frame) == (gssize)piece.len);
    }
    g_assert(!mux_is_midway(&reader));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Policy) policy = policy_new();
    g_autoptr(Session) session = session_new("ownproc", "90", &ops, policy);
    size_t step = size > 0 && data[0] > 0 ? data[0] : 1;
    bool good = true;

    for (size_t at = 1; good && at < size; at += step)
        good = session_feed(session, data + at, MIN(step, size - at), NULL);
    check_output(session_output(session));
    return 0;
}
