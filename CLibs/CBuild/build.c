#include "build.h"

#ifndef CLOUDTRAIL_INTEGRITY_COMMIT
#define CLOUDTRAIL_INTEGRITY_COMMIT ""
#endif

const char *cloudtrail_integrity_commit(void) { return CLOUDTRAIL_INTEGRITY_COMMIT; }
