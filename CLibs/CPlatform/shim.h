#ifndef CLOUDTRAIL_INTEGRITY_CPLATFORM_SHIM_H
#define CLOUDTRAIL_INTEGRITY_CPLATFORM_SHIM_H

// Extended attributes, which Swift's C library module leaves out.
#include <sys/xattr.h>

#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// The number of processors that the calling thread may use; 0 where the system does not tell. sched_getaffinity is a GNU
// extension, which Swift's C library module leaves out too.
static inline int platform_allowed_processors(void) {
    unsigned long mask[1024 / sizeof(unsigned long)];
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask);
    int count = 0;
    for (long word = 0; word < bytes / (long)sizeof(unsigned long); word++) count += __builtin_popcountl(mask[word]);
    return count;
}

// Opens the folder at a path below another, only to ask what it is, and follows no link on the way; -1 and errno where
// that fails: ENOSYS before Linux 5.6. The C library has no function for it, and the headers of a system may be older.
static inline int platform_look_up_folder(int root, const char *path) {
#ifdef SYS_openat2
    // As linux/openat2.h has it; the last are RESOLVE_NO_SYMLINKS and RESOLVE_BENEATH.
    struct { uint64_t flags, mode, resolve; } how = {0, 0, 0x04 | 0x08};
    how.flags = 010000000 /* O_PATH */ | O_DIRECTORY | O_CLOEXEC;
    return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
#else
    (void)root;
    (void)path;
    errno = ENOSYS;
    return -1;
#endif
}
#endif

#endif
