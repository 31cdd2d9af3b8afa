/* SPDX-License-Identifier: Apache-2.0
 *
 * core/plant.h - mistakes on purpose, to show that the simulator finds them. Only the simulator's own build of the core has them
 * (ANSER_PLANTED); in the server PLANTED() is the constant false and the compiler leaves nothing of it.
 */
#pragma once

enum plant {
	PLANT_NONE,
	PLANT_ACK_BEFORE_COMMIT,      /* the sender is told "safe" while the disk is still busy */
	PLANT_POP_ON_SEND,            /* out of the queue when it was sent, not when the client has it */
	PLANT_STORE_ERROR_IGNORED,    /* a failed commit counts as done */
	PLANT_WRONG_ORDER,            /* what waits is delivered newest first */
	PLANT_UNAVAILABLE_FORGOTTEN,  /* a session ends and nobody is told */
	PLANT_READ_THEN_SUBSCRIBE,    /* what arrives while the queue is being read is forgotten */
	PLANT_RELAYED_DROPPED,        /* relayed messages that the client did not get die with its session */
	PLANT_ROOM_SAID_TOO_SOON,     /* a room says a message while the disk is still busy with it */
	PLANT_ROOM_KEEPS_REACHING,    /* who is removed from a room goes on hearing what is said there */
	PLANTS
};

#ifdef ANSER_PLANTED
extern enum plant planted;
#define PLANTED(what) (planted == (what))
#else
#define PLANTED(what) 0
#endif
