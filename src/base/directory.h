/* SPDX-License-Identifier: MIT */
/* Directories: made, synced, locked, and freed of what a killed run left. */
#ifndef MP_BASE_DIRECTORY_H
#define MP_BASE_DIRECTORY_H

#include <stdbool.h>

#include "base/error.h"

/* How the names of temporary files begin, here and in outfile. */
#define DIRECTORY_TEMP_PREFIX ".mnistprep-tmp-"

/* Makes it and its parents; an existing directory is fine. */
bool MUST_USE directory_make(const char *path, struct error *err);

/* Could directory_make make it, or is it there, and could files come into it?
 * As far as that can be told without trying. */
bool MUST_USE directory_can_make(const char *path, struct error *err);

/* Puts a rename in the directory of `path` on disk. */
bool MUST_USE directory_sync_of(const char *path, struct error *err);

/* An exclusive lock on the directory itself, held until it is released. It
 * leaves no file, and no dead process can hold it. Where the file system has
 * no locks it is as if granted: a lock only saves work here, and what is
 * written is right without it. */
struct directory_lock {
    int fd_plus_1; /* 0: not held */
};

/* How long to wait for another process, and whom to tell. */
struct directory_wait {
    unsigned timeout_s;
    /* After one second, and every ten from then on; holder is the process, 0
     * when it cannot be told. May be NULL. */
    void (*waiting)(void *context, const char *path, long holder,
                    unsigned waited_s);
    void *context;
};

/* A signal ends the waiting; FAIL_NETWORK (try again) when the time is up. */
bool MUST_USE directory_lock(struct directory_lock *lock, const char *path,
                             const struct directory_wait *wait,
                             struct error *err);
void directory_unlock(struct directory_lock *lock);

/* Is nobody at work any more on what process `pid` has made at `path`? When
 * there is no such process, or when nothing was changed for a day: the number
 * may be another's by now, or have been given on another machine or in another
 * container, as that of a living process is here. What such a one makes right
 * now looks abandoned from here: only the lock keeps us off it. */
bool directory_is_abandoned(const char *path, long pid);

/* Removes temporary files and folders that are abandoned. Never fails: what
 * cannot be removed stays. Call it with the lock held. */
void directory_sweep(const char *path);

#endif
