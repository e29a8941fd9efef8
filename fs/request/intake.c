/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/intake.h"

#include "fs/keeper/recover.h"
#include "fs/request/fair.h"
#include "fs/request/lead.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* A read(2) that takes longer has waited for the request. */
#define AT_ONCE_USEC 5
/* So many in a row are a queue: while all threads answer; while another is in read(2), too, for it
 * may be on its way already, which takes longer than an answer. */
#define QUEUE_BUSY 2
#define QUEUE_IDLE 16
#define CACHE_LINE 64 /* of most machines: what only one thread writes to is not others' */

/* As long as requests come one by one no lock is taken: one thread leads (fs/request/lead.h), which
 * is in read(2) and answers.  Another helps while there are more than that one takes.
 *
 * While something waits in @fair no thread may be stuck in read(2), or it would not help.  So
 * O_NONBLOCK is set first, which sends back who enters it, and a signal who was in it. */
struct Intake {
    struct fuse_session *se; /* borrowed */
    IntakeWhose whose;
    void *data;
    Lead *lead;
    Slots *slots;
    GMutex lock; /* guards @fair; the others are written under it */
    Fair *fair;  /* of the numbers of slots */
    IntakePlace *places[INTAKE_PLACES_MAX];
    atomic_uint n_places;
    atomic_uint n_waiting; /* in @fair */
    atomic_int flags;      /* of the fd (fcntl(2)): with O_NONBLOCK while something waits */
};

struct IntakePlace {
    Intake *intake; /* borrowed */
    pthread_t thread;
    unsigned number;
    bool is_helping;        /* though it does not lead */
    atomic_bool is_reading; /* in read(2), or just before or after */
    unsigned n_at_once;     /* requests in a row for which it did not wait */
    bool is_left;           /* it does not answer what it began to */
    bool is_answering;      /* what is in its buffer, or ... */
    unsigned taken;         /* ... in this slot, if that had to wait */
};

Intake *
intake_new(struct fuse_session *se, const IntakeConfig *config)
{
    g_autoptr(Lead) lead = lead_new();
    g_autoptr(Slots) slots = lead ? slots_new(&config->slots) : NULL;
    Intake *intake;

    if (!slots)
        return NULL;
    intake = g_new0(Intake, 1);
    g_mutex_init(&intake->lock);
    intake->lead = g_steal_pointer(&lead);
    intake->se = se;
    intake->slots = g_steal_pointer(&slots);
    intake->whose = config->whose;
    intake->data = config->data;
    intake->fair = fair_new(NULL);
    atomic_init(&intake->flags, fcntl(fuse_session_fd(se), F_GETFL));
    return intake;
}

void
intake_free(Intake *intake)
{
    if (!intake)
        return;
    for (unsigned i = 0; i < intake->n_places; i++)
        g_aligned_free(intake->places[i]);
    fair_free(intake->fair);
    slots_free(intake->slots);
    lead_free(intake->lead);
    g_mutex_clear(&intake->lock);
    g_free(intake);
}

IntakePlace *
intake_enter(Intake *intake)
{
    IntakePlace *place = g_aligned_alloc0(1, sizeof *place, CACHE_LINE);
    unsigned number;

    place->intake = intake;
    place->thread = pthread_self();
    g_mutex_lock(&intake->lock);
    number = atomic_load(&intake->n_places);
    g_assert(number < INTAKE_PLACES_MAX);
    intake->places[number] = place;
    place->number = lead_enter(intake->lead);
    atomic_store(&intake->n_places, number + 1);
    g_mutex_unlock(&intake->lock);
    return place;
}

/* Under the lock. */
static void
set_nonblocking(Intake *intake, bool on)
{
    int old = atomic_load(&intake->flags), flags = on ? old | O_NONBLOCK : old & ~O_NONBLOCK;

    if (flags != old && fcntl(fuse_session_fd(intake->se), F_SETFL, flags) == 0)
        atomic_store(&intake->flags, flags);
}

static bool
is_more(const Intake *intake)
{
    struct pollfd fd = {.fd = fuse_session_fd(intake->se), .events = POLLIN};

    return poll(&fd, 1, 0) == 1 && (fd.revents & POLLIN);
}

static struct fuse_in_header
received_header(const IntakePlace *place)
{
    struct fuse_in_header header;

    memcpy(&header, slots_buffer(place->intake->slots, place->number), sizeof header);
    return header;
}

/* As read(2), but 0 once the connection has ended, and an errno as a negative number. */
static ssize_t
read_request(IntakePlace *place)
{
    Intake *intake = place->intake;
    ssize_t n;

    do
        n = slots_read(intake->slots, place->number, fuse_session_fd(intake->se));
    while (n < 0 && errno == ENOENT); /* somebody was interrupted before we had his request */
    if (n < 0 && errno == ENODEV)
        fuse_session_exit(intake->se);
    if (fuse_session_exited(intake->se) || (n < 0 && errno == ENODEV))
        return 0;
    return n < 0 ? -errno : n < (ssize_t)sizeof(struct fuse_in_header) ? -EIO : n;
}

/* Each answer is on its way already, and libfuse could not find a request that waits.  Once told,
 * the kernel sends no other (linux:fs/fuse/dev.c, no_interrupt); that the request may have been
 * answered meanwhile is no matter. */
static bool
refuse_interrupt(IntakePlace *place)
{
    const struct fuse_in_header header = received_header(place);
    const struct fuse_out_header answer = {
        .len = sizeof answer, .error = -ENOSYS, .unique = header.unique};
    G_GNUC_UNUSED ssize_t n;

    if (header.opcode != FUSE_INTERRUPT)
        return false;
    n = write(fuse_session_fd(place->intake->se), &answer, sizeof answer);
    slots_drop(place->intake->slots, place->number);
    return true;
}

/* Under the lock.  False if what was received must be answered first: it is too long to wait, or
 * too many do. */
static bool
put(IntakePlace *place, size_t len)
{
    Intake *intake = place->intake;
    const struct fuse_in_header header = received_header(place);
    unsigned which = slots_put(intake->slots, place->number, len);

    if (which == 0)
        return false;
    if (header.opcode == FUSE_FORGET || header.opcode == FUSE_BATCH_FORGET)
        fair_put_first(intake->fair, GUINT_TO_POINTER(which));
    else
        fair_put(intake->fair, intake->whose ? intake->whose(intake->data, header.nodeid) : 0,
                 GUINT_TO_POINTER(which));
    atomic_store(&intake->n_waiting, fair_waiting(intake->fair));
    return true;
}

/* Under the lock: takes what waits in the kernel.  Returns the length of what must be answered
 * first, 0 if there is no such. */
static size_t
drain(IntakePlace *place)
{
    ssize_t n;

    while (fair_waiting(place->intake->fair) < SLOTS_WAITING && (n = read_request(place)) > 0)
        if (!refuse_interrupt(place) && !put(place, (size_t)n))
            return (size_t)n;
    return 0;
}

/* Under the lock. */
static void
wake_readers(const Intake *intake)
{
    for (unsigned i = 0; i < atomic_load(&intake->n_places); i++)
        if (atomic_load(&intake->places[i]->is_reading))
            (void)pthread_kill(intake->places[i]->thread, INTAKE_SIGWAKE);
}

/* What was received, @len bytes. */
static struct fuse_buf
received(IntakePlace *place, size_t len)
{
    place->taken = 0;
    return (struct fuse_buf){.mem = slots_buffer(place->intake->slots, place->number), .size = len};
}

/* Under the lock.  Size 0 if others have taken all. */
static struct fuse_buf
take(Intake *intake, IntakePlace *place)
{
    struct fuse_buf next = {.size = 0};

    place->taken = GPOINTER_TO_UINT(fair_take(intake->fair));
    if (place->taken != 0)
        next.mem = slots_waiting(intake->slots, place->taken, &next.size);
    atomic_store(&intake->n_waiting, fair_waiting(intake->fair));
    return next;
}

/* The next of all that wait, here or in the kernel; @len is of one that was received, or 0. */
static struct fuse_buf
next_turn(IntakePlace *place, size_t len)
{
    Intake *intake = place->intake;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&intake->lock);
    struct fuse_buf next;
    size_t first = len;

    if (len > 0 || fair_waiting(intake->fair) > 0) {
        set_nonblocking(intake, true);
        if (len == 0 || put(place, len))
            first = drain(place);
    }
    next = first > 0 ? received(place, first) : take(intake, place);
    if (fair_waiting(intake->fair) > 0)
        wake_readers(intake);
    return next;
}

/* Waits for it if it has to.  As read_request(). */
static ssize_t
receive(IntakePlace *place)
{
    Intake *intake = place->intake;
    gint64 start;
    ssize_t n;

    if (atomic_load(&intake->flags) & O_NONBLOCK) {
        g_mutex_lock(&intake->lock);
        set_nonblocking(intake, fair_waiting(intake->fair) > 0);
        g_mutex_unlock(&intake->lock);
    }
    atomic_store(&place->is_reading, true);
    start = g_get_monotonic_time();
    n = read_request(place);
    if (g_get_monotonic_time() - start < AT_ONCE_USEC)
        place->n_at_once++;
    else
        place->n_at_once /= 2; /* not to 0: on a busy machine it may have had to wait for a CPU */
    atomic_store(&place->is_reading, false);
    return n;
}

static bool
is_anybody_reading(const Intake *intake)
{
    for (unsigned i = 0; i < atomic_load(&intake->n_places); i++)
        if (atomic_load(&intake->places[i]->is_reading))
            return true;
    return false;
}

/* Whether there may be more in the kernel than this thread and the others would take at once. */
static bool
is_queue(IntakePlace *place)
{
    const Intake *intake = place->intake;
    bool is_alone = atomic_load(&intake->n_places) == 1;

    if (!is_alone && (place->n_at_once < QUEUE_BUSY ||
                      (place->n_at_once < QUEUE_IDLE && is_anybody_reading(intake))))
        return false;
    if (is_more(intake))
        return true;
    place->n_at_once = 0;
    return false;
}

/* Whether there is something to do for this thread: it leads, or more waits than the leader can
 * take.  Otherwise it has slept, until it was time to look again or a signal came. */
static bool
is_wanted(IntakePlace *place)
{
    Intake *intake = place->intake;

    if (lead_is(intake->lead, place->number))
        return true;
    if (!place->is_helping && !lead_follow(intake->lead))
        return false;
    place->is_helping =
        atomic_load(&intake->n_waiting) > 0 || lead_take_over(intake->lead, place->number);
    return place->is_helping;
}

/* False once the connection has ended; size 0 if there is none yet. */
static bool
next_request(IntakePlace *place, struct fuse_buf *ret)
{
    Intake *intake = place->intake;
    size_t len = 0;
    ssize_t n;

    if (atomic_load(&intake->n_waiting) == 0) {
        n = receive(place);
        if (n <= 0 || refuse_interrupt(place))
            return n > 0 || n == -EINTR || n == -EAGAIN;
        len = (size_t)n;
        if (atomic_load(&intake->n_waiting) == 0 && !is_queue(place)) {
            *ret = received(place, len);
            return true;
        }
    }
    *ret = next_turn(place, len);
    return true;
}

/* Without room for it it would not be found again. */
static void
leave(IntakePlace *place)
{
    Intake *intake = place->intake;
    const uint8_t *buffer = slots_buffer(intake->slots, place->number);
    bool is_kept;

    g_mutex_lock(&intake->lock);
    is_kept = slots_leave(intake->slots, place->number, place->taken);
    g_mutex_unlock(&intake->lock);
    if (!is_kept)
        (void)recover_refuse(fuse_session_fd(intake->se), table_unique(buffer), EIO);
}

void
intake_end(IntakePlace *place)
{
    lead_end(place->intake->lead, place->number);
    if (place->is_answering && place->is_left)
        leave(place);
    else if (place->is_answering)
        slots_end(place->intake->slots, place->number, place->taken);
    place->is_answering = place->is_left = false;
}

void
intake_leave(IntakePlace *place)
{
    place->is_left = true;
}

void
intake_take_up(Intake *intake)
{
    slots_take_up(intake->slots, fuse_session_fd(intake->se));
}

static void
begin_answer(IntakePlace *place)
{
    place->is_answering = true;
    slots_begin(place->intake->slots, place->number, place->taken);
    lead_begin(place->intake->lead, place->number);
}

bool
intake_next(IntakePlace *place, struct fuse_buf *ret)
{
    bool goes_on;

    intake_end(place);
    *ret = (struct fuse_buf){.size = 0};
    if (!is_wanted(place))
        return true;
    goes_on = next_request(place, ret);
    if (ret->size > 0)
        begin_answer(place);
    return goes_on;
}

bool
intake_can_wait(const Intake *intake)
{
    return lead_has_other(intake->lead) && atomic_load(&intake->n_waiting) == 0 && !is_more(intake);
}

TableNegotiated *
intake_negotiated(const Intake *intake)
{
    return slots_negotiated(intake->slots);
}
