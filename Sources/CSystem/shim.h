#ifndef STRANDLINE_CSYSTEM_SHIM_H
#define STRANDLINE_CSYSTEM_SHIM_H

#include <malloc.h>

#endif
