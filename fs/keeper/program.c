/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What workers run, and what they are configured by: read together, when the keeper starts and when
 * it upgrades.  So a file that somebody breaks meanwhile is nobody's end when a worker dies. */

#include "fs/keeper/keeper_private.h"

#include "common/fd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define CONFIG_MAX (1u << 20) /* bytes */

static int
check(int binary)
{
    struct stat st;

    if (fstat(binary, &st) != 0)
        return errno;
    return S_ISREG(st.st_mode) && (st.st_mode & 0111) ? 0 : EACCES;
}

/* 0, or errno. */
static int
copy(int from, int to)
{
    char piece[4096];
    size_t total = 0;
    ssize_t n;

    while ((n = read(from, piece, sizeof piece)) > 0) {
        total += (size_t)n;
        if (total > CONFIG_MAX)
            return EFBIG;
        if (write(to, piece, (size_t)n) != n)
            return EIO;
    }
    return n < 0 ? errno : 0;
}

/* -1 in @ret: workers read it themselves, as it is no regular file, or there is none to read. */
static int
read_config(const KeeperConfig *config, int *ret)
{
    autofd from = -1, memory = -1;
    struct stat st;
    int code;

    *ret = -1;
    if (!config->config)
        return 0;
    from = open(config->config, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (from < 0 && (errno != ENOENT || !config->config_may_miss))
        return errno;
    if (from >= 0 && (fstat(from, &st) != 0 || !S_ISREG(st.st_mode)))
        return 0;
    memory = memfd_create("ownproc-config", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory < 0)
        return errno;
    code = from < 0 ? 0 : copy(from, memory);
    if (code != 0)
        return code;
    (void)fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    *ret = fd_steal(&memory);
    return 0;
}

int
program_open(Keeper *keeper, int binary, KeeperProgram *ret)
{
    autofd fd = binary;
    int code, config;

    if (fd < 0 && (fd = open(keeper->config->binary, O_RDONLY | O_CLOEXEC)) < 0)
        return errno;
    code = check(fd);
    if (code != 0)
        return code;
    code = read_config(keeper->config, &config);
    if (code != 0) {
        keeper_log(LOG_ERR, "cannot read %s: %s", keeper->config->config, strerror(code));
        return code;
    }
    *ret = (KeeperProgram){fd_steal(&fd), config, keeper->n_programs++};
    return 0;
}

void
program_close(KeeperProgram *program)
{
    fd_clear(&program->fd);
    fd_clear(&program->config);
}
