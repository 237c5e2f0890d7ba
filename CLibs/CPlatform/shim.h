#ifndef CLOUDTRAIL_INTEGRITY_CPLATFORM_SHIM_H
#define CLOUDTRAIL_INTEGRITY_CPLATFORM_SHIM_H

// Extended attributes, which Swift's C library module leaves out.
#include <sys/xattr.h>

#ifdef __linux__
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
#endif

#endif
