/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who is at the other end of a socket. */

#pragma once

#include "fs/reader/reader.h"

/* True if the process that connected @fd is root of the host: user id 0, in the daemon's own pid
 * and user namespaces (reader_is_host_root()). */
bool control_peer_is_host_root(int fd, const Readers *readers);
