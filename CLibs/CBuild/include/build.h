// What a build was made of.
#ifndef CLOUDTRAIL_INTEGRITY_BUILD_H
#define CLOUDTRAIL_INTEGRITY_BUILD_H

// The commit that the build was told of, "-modified" behind it where files differ from it; empty where it was not told.
const char *cloudtrail_integrity_commit(void);

#endif
