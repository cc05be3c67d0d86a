#ifndef STRANDLINE_CZLIB_SHIM_H
#define STRANDLINE_CZLIB_SHIM_H

#include <zlib.h>

#endif
