// What a build was made of.
#ifndef CLOUDTRAIL_INTEGRITY_BUILD_H
#define CLOUDTRAIL_INTEGRITY_BUILD_H

// The commit that the build was given, "-modified" after it where files differ from it; empty where it was not given.
const char *cloudtrail_integrity_commit(void);

#endif
