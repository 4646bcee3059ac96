/* SPDX-License-Identifier: Apache-2.0
 *
 * Events between an isolated back end and the program, version 1: a preamble,
 * then frames. A frame is a kind (1 byte), the size of its payload (4 bytes)
 * and the payload. Numbers are little-endian. The writer runs in the process
 * of a back end that may have scribbled over anything, so the reader trusts
 * nothing. */
#ifndef HP_WIRE_H
#define HP_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "hp_backend.h"
#include "span.h"
#include "status.h"

/* First bytes of the stream. */
#define HP_WIRE_PREAMBLE "HPEV\1"
#define HP_WIRE_PREAMBLE_SIZE 5

#define HP_WIRE_HEAD_SIZE 5

/* A frame is never longer: strings of the format end at 64 KiB, but a security
 * descriptor may be longer, and a hostile one is. */
#define HP_WIRE_FRAME_SIZE (1u << 20)

/* Longest piece of DATA in one frame. */
#define HP_WIRE_DATA_SIZE (64u << 10)

/* Longest text in a frame, its NUL counted. */
#define HP_WIRE_TEXT_SIZE 256

/* Kinds of frames besides HP_EVENT_. */
#define HP_WIRE_IDENTITY 0x40u
#define HP_WIRE_END 0x41u
#define HP_WIRE_LATE 0x42u /* no payload; see session.h */

/* How the walk ended. */
struct hp_wire_end {
    uint32_t result; /* HP_WALK_ */
    uint32_t status; /* enum hp_status; HP_OK when the back end returned */
    char text[HP_WIRE_TEXT_SIZE];
};

struct hp_wire_identity {
    char name[HP_WIRE_TEXT_SIZE], version[HP_WIRE_TEXT_SIZE];
    uint32_t capabilities;
};

/* A frame that has been read; `field` is what event.u.damage.field points to.
 */
struct hp_wire_frame {
    uint32_t kind; /* HP_EVENT_ or HP_WIRE_ */
    struct hp_event event;
    struct hp_wire_end end;
    struct hp_wire_identity identity;
    char field[HP_WIRE_TEXT_SIZE];
};

/* Writes one frame to out[0..room) and sets *size to its size. Texts are cut.
 *
 * HP_OK
 * HP_E_PROTOCOL  the event is not well formed: unknown kind, too small a
 *                struct, a size that contradicts its pointer
 * HP_E_OUTPUT    it is larger than `room` or HP_WIRE_FRAME_SIZE */
enum hp_status hp_wire_put_event(uint8_t *out, size_t room, size_t *size,
                                 const struct hp_event *event);
enum hp_status hp_wire_put_end(uint8_t *out, size_t room, size_t *size,
                               const struct hp_wire_end *end);
enum hp_status hp_wire_put_late(uint8_t *out, size_t room, size_t *size);
enum hp_status hp_wire_put_identity(uint8_t *out, size_t room, size_t *size,
                                    const struct hp_wire_identity *identity);

/* What hp_wire_take found at the start of its input. */
enum hp_wire_found {
    HP_WIRE_BROKEN, /* no frame of this protocol */
    HP_WIRE_MORE,   /* the start of one: more bytes are needed */
    HP_WIRE_TAKEN   /* *frame is set, *size bytes were used */
};

/* Reads the frame at the start of `input`. The strings of the event point into
 * `input`; the texts are printable ASCII. */
enum hp_wire_found hp_wire_take(struct hp_wire_frame *frame, size_t *size,
                                struct hp_span input);

#endif
