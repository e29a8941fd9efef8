/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/holdings.h"

#include "common/fd.h"
#include "fs/keeper/log.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

static int
make_shelf(size_t size)
{
    autofd fd = memfd_create("ownproc-shelf", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0 || ftruncate(fd, (off_t)size) != 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return keeper_fail(errno, "cannot make the shelf: %m");
    return fd_steal(&fd);
}

int
holdings_make_memory(Holdings *holdings, size_t shelf_size)
{
    Table table;

    holdings->table = table_create(holdings->n_connections);
    holdings->shelf = holdings->table < 0 ? -1 : make_shelf(shelf_size);
    if (holdings->shelf < 0 || table_map(holdings->table, &table) != 0)
        return -1;
    for (unsigned i = 0; i < holdings->n_connections; i++)
        memcpy(table_connection(&table, i)->name, holdings->connections[i].name, TABLE_NAME_MAX);
    table_unmap(&table);
    return 0;
}

void
holdings_clear(Holdings *holdings)
{
    fd_clear(&holdings->table);
    fd_clear(&holdings->shelf);
    fd_clear(&holdings->listener);
    for (unsigned i = 0; i < holdings->n_connections; i++)
        fd_clear(&holdings->connections[i].fd);
    for (unsigned i = 0; i < holdings->n_extras; i++)
        fd_clear(&holdings->extras[i].fd);
    holdings->n_connections = holdings->n_extras = 0;
}

bool
holdings_is_name(const char *name)
{
    size_t len = strnlen(name, TABLE_NAME_MAX);

    return len > 0 && len < TABLE_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

bool
holdings_add_connection(Holdings *holdings, const HoldingsConnection *connection)
{
    if (holdings->n_connections == TABLE_CONNECTIONS_MAX || !holdings_is_name(connection->name))
        return false;
    for (unsigned i = 0; i < holdings->n_connections; i++)
        if (strcmp(holdings->connections[i].name, connection->name) == 0)
            return false;
    holdings->connections[holdings->n_connections++] = *connection;
    return true;
}

bool
holdings_add_extra(Holdings *holdings, const char *name, int fd)
{
    HoldingsExtra *extra = &holdings->extras[holdings->n_extras];

    if (holdings->n_extras == HOLDINGS_EXTRAS_MAX || !holdings_is_name(name))
        return false;
    for (unsigned i = 0; i < holdings->n_extras; i++)
        if (strcmp(holdings->extras[i].name, name) == 0)
            return false;
    *extra = (HoldingsExtra){.fd = fd};
    memcpy(extra->name, name, strlen(name));
    holdings->n_extras++;
    return true;
}
