#ifndef CLOUDTRAIL_INTEGRITY_CZLIB_SHIM_H
#define CLOUDTRAIL_INTEGRITY_CZLIB_SHIM_H

#include <zlib.h>

// zlib exports these as macros over functions that take its version, which Swift does not import.
static inline int cloudtrail_inflate_init(z_streamp stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}

static inline int cloudtrail_deflate_init(z_streamp stream, int level, int window_bits) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}

#endif
