/* SPDX-License-Identifier: Apache-2.0
 *
 * In the place of confine.c where coverage is measured: its counts are written beside the objects when the process ends.
 */
#include "server/confine.h"

unsigned confine(const struct confines *c) { return 0; }
