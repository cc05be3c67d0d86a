#ifndef STRANDLINE_CZSTD_SHIM_H
#define STRANDLINE_CZSTD_SHIM_H

// Only the stable part of the library: nothing behind ZSTD_STATIC_LINKING_ONLY.
#include <zstd.h>
#include <zstd_errors.h>

#endif
