/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the command may do as root: docker's 14 capabilities (moby: oci/caps/defaults.go). */

#pragma once

#include "launcher/users.h"

/* Becomes @user with only those capabilities: effective and permitted for root, none for others,
 * bounding for both; inheritable and ambient are empty.  Sets no_new_privs. */
bool caps_drop(const User *user, GError **error);

/* "chown dac_override …" or "none", for people. */
char *caps_describe(uid_t uid);
