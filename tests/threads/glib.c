/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What GLib's locks and counts of users order, told to ThreadSanitizer.  GLib is not built with it,
 * and makes its locks of futexes itself: TSan sees no lock, and reports whatever they guard.  In
 * a build with -Db_sanitize=thread these functions stand before GLib's, do what those do, and say
 * so.  Who waits for a signal comes after who sent it, which TSan does not know either.  Nothing is
 * suppressed: what is not ordered by them is found. */

#include <dlfcn.h>
#include <glib.h>
#include <pthread.h>
#include <sanitizer/tsan_interface.h>
#include <signal.h>
#include <stdatomic.h>

/* TSan's, without a header. */
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);

/* GLib's own function of the name @symbol; looked up once. */
#define REAL(symbol)                                                                               \
    ({                                                                                             \
        static _Atomic(typeof(&symbol)) real;                                                      \
        if (!atomic_load(&real))                                                                   \
            atomic_store(&real, (typeof(&symbol))dlsym(RTLD_NEXT, #symbol));                       \
        atomic_load(&real);                                                                        \
    })

static void
lock_begin(void *lock)
{
    __tsan_mutex_pre_lock(lock, 0);
}

static void
lock_end(void *lock)
{
    __tsan_mutex_post_lock(lock, 0, 0);
}

static void
unlock_begin(void *lock)
{
    (void)__tsan_mutex_pre_unlock(lock, 0);
}

static void
unlock_end(void *lock)
{
    __tsan_mutex_post_unlock(lock, 0);
}

void
g_mutex_lock(GMutex *mutex)
{
    lock_begin(mutex);
    REAL(g_mutex_lock)(mutex);
    lock_end(mutex);
}

void
g_mutex_unlock(GMutex *mutex)
{
    unlock_begin(mutex);
    REAL(g_mutex_unlock)(mutex);
    unlock_end(mutex);
}

/* Another one may be made in its place. */
void
g_mutex_clear(GMutex *mutex)
{
    __tsan_mutex_destroy(mutex, 0);
    REAL(g_mutex_clear)(mutex);
}

void
g_cond_wait(GCond *cond, GMutex *mutex)
{
    unlock_begin(mutex);
    unlock_end(mutex);
    REAL(g_cond_wait)(cond, mutex);
    lock_begin(mutex);
    lock_end(mutex);
}

gboolean
g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end)
{
    gboolean signalled;

    unlock_begin(mutex);
    unlock_end(mutex);
    signalled = REAL(g_cond_wait_until)(cond, mutex, end);
    lock_begin(mutex);
    lock_end(mutex);
    return signalled;
}

/* Who gives up the last reference comes after all who gave up theirs. */

static _Thread_local GDestroyNotify box_clear;

static void
box_clear_after_all(gpointer box)
{
    GDestroyNotify clear = box_clear; /* it may release others */

    __tsan_acquire(box);
    if (clear)
        clear(box);
}

void
g_atomic_rc_box_release_full(gpointer box, GDestroyNotify clear)
{
    __tsan_release(box);
    box_clear = clear;
    REAL(g_atomic_rc_box_release_full)(box, box_clear_after_all);
}

/* What is freed with the last reference cannot be told beforehand: so each comes after those
 * before. */
void
g_bytes_unref(GBytes *bytes)
{
    if (bytes) {
        __tsan_release(bytes);
        __tsan_acquire(bytes);
    }
    REAL(g_bytes_unref)(bytes);
}

void
g_async_queue_push(GAsyncQueue *queue, gpointer data)
{
    __tsan_release(queue);
    REAL(g_async_queue_push)(queue, data);
}

/* What it frees was another's, and is known to be its own only when it returns. */
gpointer
g_async_queue_pop(GAsyncQueue *queue)
{
    gpointer data;

    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    data = REAL(g_async_queue_pop)(queue);
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    __tsan_acquire(queue);
    return data;
}

static char signals; /* its address stands for all */

int
kill(pid_t pid, int sig)
{
    __tsan_release(&signals);
    return REAL(kill)(pid, sig);
}

int
pthread_kill(pthread_t thread, int sig)
{
    __tsan_release(&signals);
    return REAL(pthread_kill)(thread, sig);
}

int
sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
    int sig = REAL(sigwaitinfo)(set, info);

    __tsan_acquire(&signals);
    return sig;
}
