/* SPDX-License-Identifier: Apache-2.0
 *
 * store/memory_people.h - STORE_INVITE_* and STORE_PEOPLE_* of the store in memory: rows "T hash" (an invitation) and "D id" (a display name) among
 * those of store/memory.c, whose rows "A name" it reads.
 */
#pragma once
#include "store/ordered.h"
#include "store/store.h"

/* 0 or a verdict about this request. */
int memory_people(struct ordered *rows, struct store_request *r);

/* Before an account is added: 0 when its name is free and its invitation, if there is one, has been used; else EXISTS, NOT_FOUND. */
int memory_invite_admits(struct ordered *rows, struct store_request *r);

/* The account goes: its invitations and its display name too. */
void memory_people_leave(struct ordered *rows, int64_t owner);
