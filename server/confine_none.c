/* SPDX-License-Identifier: Apache-2.0
 *
 * In the place of confine.c where a compiler's instruments are built in: coverage is written beside the objects when the process
 * ends, sanitizers trace their own process, execute a symbolizer and write reports wherever they are told.
 */
#include "server/confine.h"

unsigned confine(const struct confines *c) { return 0; }
