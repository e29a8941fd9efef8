/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What this kernel's FUSE can do: it says so in the first request of each connection. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Bits of FUSE_INIT (linux:include/uapi/linux/fuse.h), flags2 above. */
#define FUSE_FEATURE_RESEND (UINT64_C(1) << 39)      /* Linux 6.9 */
#define FUSE_FEATURE_ALLOW_IDMAP (UINT64_C(1) << 40) /* Linux 6.12 */

/* Opens a connection that nobody sees and closes it again.  LAUNCH_ERROR_FAILED. */
bool fuse_features_read(uint64_t *ret, GError **error);
