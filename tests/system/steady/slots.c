/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Looks into the table of a keeper that is at rest.
 *
 *     slots KEEPER_PID
 *
 * Prints "open N waiting N": requests that lie in it, and waiting slots that were ever used. */

#include "common/fd.h"
#include "tests/system/steady/keepers_table.h"

#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
    autofd fd = argc > 1 ? keepers_table_open(atoi(argv[1])) : -1;
    unsigned n_open = 0, n_waiting = 0;
    Table table;

    if (fd < 0 || table_map(fd, &table) != 0)
        return 1;
    for (unsigned i = 0; i < table.n_connections; i++) {
        n_waiting += atomic_load(&table_connection(&table, i)->n_waiting_used);
        for (unsigned j = 0; j < TABLE_PLACES; j++)
            n_open += table_unique(table_buffer(&table, i, j)) != 0;
        for (unsigned j = 0; j < TABLE_WAITING; j++)
            n_open += table_unique(table_waiting(&table, i, j)->bytes) != 0;
    }
    (void)printf("open %u waiting %u\n", n_open, n_waiting);
    table_unmap(&table);
    return 0;
}
