#ifndef CLOUDTRAIL_INTEGRITY_CPLATFORM_SHIM_H
#define CLOUDTRAIL_INTEGRITY_CPLATFORM_SHIM_H

// Extended attributes, which Swift's C library module leaves out.
#include <sys/xattr.h>

#endif
