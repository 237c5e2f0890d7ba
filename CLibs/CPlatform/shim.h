#ifndef CLOUDTRAIL_INTEGRITY_CPLATFORM_SHIM_H
#define CLOUDTRAIL_INTEGRITY_CPLATFORM_SHIM_H

// Extended attributes, which Swift's C library module leaves out.
#include <sys/xattr.h>

#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
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

// What opens a folder to look up names in it, for which the right to read it is not needed; another GNU extension.
static inline int platform_open_to_search(void) {
#ifdef O_PATH
    return O_PATH;
#else
    return __O_PATH;
#endif
}

// Whether the file system of a folder counts the folders in it among the links of each folder, as find(1) relies on too.
static inline int platform_counts_subfolders(int folder) {
    struct statfs status;
    if (fstatfs(folder, &status) != 0) return 0;
    switch ((unsigned long)status.f_type) {
        case EXT4_SUPER_MAGIC: case XFS_SUPER_MAGIC: case TMPFS_MAGIC: return 1;
        default: return 0;
    }
}

// Whether something is mounted on a name in a folder: 0 where nothing is, 1 where something is or Linux before 5.8 does not
// tell.
static inline int platform_may_be_mount(int folder, const char *name) {
    struct statx status;
    const unsigned long long bit = STATX_ATTR_MOUNT_ROOT;
    if (syscall(SYS_statx, folder, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status) != 0) return 1;
    return (status.stx_attributes_mask & bit) == 0 || (status.stx_attributes & bit) != 0;
}

// Opens the folder at a path below another, only to ask what it is, and follows no link on the way; -1 and errno where
// that fails: ENOSYS before Linux 5.6. The C library has no function for it, and the headers of a system may be older.
static inline int platform_look_up_folder(int root, const char *path) {
#ifdef SYS_openat2
    // As linux/openat2.h has it; the last are RESOLVE_NO_SYMLINKS and RESOLVE_BENEATH.
    struct { uint64_t flags, mode, resolve; } how = {0, 0, 0x04 | 0x08};
    how.flags = (uint64_t)platform_open_to_search() | O_DIRECTORY | O_CLOEXEC;
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
