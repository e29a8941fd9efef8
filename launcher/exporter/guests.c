/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/exporter/guests.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

typedef struct {
    const void *guest;
    int fd;
} Guest;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards guests, n */
static Guest guests[GUESTS_MAX];                         /* the oldest first */
static unsigned n;

static void
leave(unsigned i)
{
    n--;
    memmove(&guests[i], &guests[i + 1], (n - i) * sizeof guests[0]);
}

void
guests_add(const void *guest, int fd)
{
    (void)pthread_mutex_lock(&lock);
    if (n == GUESTS_MAX) {
        (void)shutdown(guests[0].fd, SHUT_RDWR); /* still open: it has not been removed */
        leave(0);
    }
    guests[n++] = (Guest){guest, fd};
    (void)pthread_mutex_unlock(&lock);
}

void
guests_remove(const void *guest)
{
    (void)pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < n; i++)
        if (guests[i].guest == guest) {
            leave(i);
            break;
        }
    (void)pthread_mutex_unlock(&lock);
}
