/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How the engines of this machine would give their containers files: NRI, CDI, hooks, Docker's
 * runtime. */

#include "launcher/doctor/checks.h"

#include "common/fd.h"
#include "common/io.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_MAX (1 << 20) /* bytes: nobody writes more by hand */

/* True if the file @path below @dirfd has @word in it. */
static bool
file_says(int dirfd, const char *path, const char *word)
{
    autofd fd = openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    g_autofree char *text = NULL;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > CONFIG_MAX)
        return false;
    text = io_read_fd(fd, path, NULL, NULL);
    return text && strstr(text, word);
}

/* The first file in one of @directories that has @word in it; the caller frees. */
static char *
find_file(const char *const *directories, const char *word)
{
    for (size_t i = 0; directories[i]; i++) {
        g_autoptr(GDir) dir = g_dir_open(directories[i], 0, NULL);
        const char *name;

        while (dir && (name = g_dir_read_name(dir))) {
            g_autofree char *path = g_build_filename(directories[i], name, NULL);

            if (file_says(AT_FDCWD, path, word))
                return g_steal_pointer(&path);
        }
    }
    return NULL;
}

static bool
is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Engines that have NRI, and how it is switched on. */
static const struct {
    const char *name, *socket, *advice;
} nri_engines[] = {
    {"containerd", "/run/containerd/containerd.sock",
     "In /etc/containerd/config.toml: [plugins.\"io.containerd.nri.v1.nri\"] disable = false (1.7; "
     "2.0 has it on)."},
    {"CRI-O", "/run/crio/crio.sock", "In /etc/crio/crio.conf: [crio.nri] enable_nri = true."},
};

static const char *const nri_sockets[] = {"/run/nri/nri.sock", "/run/docker/nri.sock"};

/* Of all processes: who has no systemd started it otherwise. */
static bool
plugin_runs(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename("/proc", name, "comm", NULL);

        if (g_ascii_isdigit(*name) && file_says(AT_FDCWD, path, "ownproc-nri"))
            return true;
    }
    return false;
}

static void
check_nri(const Doctor *doctor)
{
    static const char plugins[] = "/opt/nri/plugins";
    bool socket = false, plugin = plugin_runs();

    for (size_t i = 0; i < G_N_ELEMENTS(nri_sockets); i++) {
        if (!is_there(nri_sockets[i]))
            continue;
        socket = true;
        if (plugin)
            CHECK_GOOD(doctor, "nri", "There is an NRI socket, %s, and ownproc-nri runs.",
                       nri_sockets[i]);
        else
            CHECK_SAY(doctor, "nri", FINDING_NOTE,
                      "With it no container needs a flag: systemctl enable --now ownproc-nri.",
                      "There is an NRI socket, %s, but ownproc-nri does not run.", nri_sockets[i]);
    }
    for (size_t i = 0; !is_there(nri_sockets[0]) && i < G_N_ELEMENTS(nri_engines); i++)
        if (is_there(nri_engines[i].socket))
            CHECK_SAY(doctor, "nri", FINDING_NOTE, nri_engines[i].advice,
                      "%s runs, without an NRI socket.", nri_engines[i].name);
    if (is_there(plugins) && !socket)
        CHECK_SAY(doctor, "nri", FINDING_NOTE, "Its plugins run when the engine has NRI on.",
                  "%s is there, but no NRI socket.", plugins);
}

/* What a file that says a word means for containers. */
static const struct {
    const char *check, *word, *with, *without, *advice;
    const char *directories[3];
} files[] = {
    {"cdi",
     "ownproc.dev/proc",
     "gives a container its files by --device ownproc.dev/proc=all",
     "No CDI spec names ownproc.dev/proc.",
     "Only needed for --device: copy the spec to /etc/cdi.",
     {"/etc/cdi", "/run/cdi"}},
    {"hooks",
     "ownproc",
     "is a hook for containers of Podman and CRI-O",
     "No hook of ours is in hooks.d.",
     "Only needed for Podman and CRI-O: copy the hook to /etc/containers/oci/hooks.d.",
     {"/etc/containers/oci/hooks.d", "/usr/share/containers/oci/hooks.d"}},
};

static void
check_files(const Doctor *doctor)
{
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = find_file(files[i].directories, files[i].word);

        if (path)
            CHECK_GOOD(doctor, files[i].check, "%s %s.", path, files[i].with);
        else
            CHECK_SAY(doctor, files[i].check, FINDING_NOTE, files[i].advice, "%s",
                      files[i].without);
    }
}

static void
check_docker(const Doctor *doctor)
{
    static const char config[] = "/etc/docker/daemon.json";

    if (!is_there("/run/docker.sock") && !is_there(config))
        return;
    if (!file_says(AT_FDCWD, config, "ownproc-runc"))
        CHECK_SAY(doctor, "docker", FINDING_NOTE,
                  "With ownproc-runc as default-runtime in "
                  "/etc/docker/daemon.json no container "
                  "needs a flag.",
                  "Docker's runtime is not ownproc-runc.");
    else if (file_says(AT_FDCWD, config, "default-runtime"))
        CHECK_GOOD(doctor, "docker",
                   "Docker's default runtime is set in %s, and ownproc-runc is "
                   "one of them.",
                   config);
    else
        CHECK_SAY(doctor, "docker", FINDING_NOTE, "Set default-runtime, or say --runtime.",
                  "Docker knows ownproc-runc, but not as its default.");
}

void
check_engines(const Doctor *doctor)
{
    check_nri(doctor);
    check_files(doctor);
    check_docker(doctor);
}
