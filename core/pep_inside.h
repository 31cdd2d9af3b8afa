/* SPDX-License-Identifier: Apache-2.0
 *
 * core/pep_inside.h - what the files of core/pep.h share.
 */
#pragma once
#include "core/pep.h"

/* Whether the two lists of groups (each followed by a zero byte) have one in common. */
bool pep_groups_meet(struct str some, struct str others);
