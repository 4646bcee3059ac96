/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "scrub_parts.h"

/* A self-relative security descriptor: four offsets, two lists, SIDs. */
enum {
    SD_REVISION = 0,
    SD_CONTROL = 2,
    SD_OWNER = 4,
    SD_GROUP = 8,
    SD_SACL = 12,
    SD_DACL = 16,
    SD_SIZE = 20,
    SID_REVISION = 0,
    SID_COUNT = 1,
    SID_SIZE = 8,
    SID_COUNT_MOST = 15,
    ACL_REVISION = 0,
    ACL_SIZE = 2,
    ACL_COUNT = 4,
    ACL_HEADER = 8,
    ACE_TYPE = 0,
    ACE_FLAGS = 1,
    ACE_LENGTH = 2,
    ACE_SID = 8,          /* of the common types */
    ACE_OBJECT_FLAGS = 8, /* of those for objects: which GUIDs there are */
    ACE_OBJECT_SID = 12,
    GUID_SIZE = 16,
    TYPE_MOST = 0x15,
    REVISION_MOST = 4,
    FILLER = 'x'
};

static bool is_object(uint8_t type)
{
    return (type >= 5 && type <= 8) || type == 0x0b || type == 0x0c ||
           type == 0x0f || type == 0x10;
}

static uint8_t small(uint8_t byte, uint8_t most)
{
    return byte <= most ? byte : FILLER;
}

/* The revision and the count; what identifies somebody is filler. */
static void copy_sid(uint8_t *to, struct hp_span from, size_t at)
{
    if (at > from.len || from.len - at < SID_SIZE)
        return;
    to[at + SID_REVISION] =
        small(hp_at_u8(from, at + SID_REVISION), REVISION_MOST);
    to[at + SID_COUNT] = small(hp_at_u8(from, at + SID_COUNT), SID_COUNT_MOST);
}

static void copy_ace(uint8_t *to, struct hp_span acl, size_t at)
{
    uint8_t type = hp_at_u8(acl, at + ACE_TYPE);
    size_t sid = at + ACE_SID;
    uint32_t which;

    to[at + ACE_TYPE] = small(type, TYPE_MOST);
    to[at + ACE_FLAGS] = hp_at_u8(acl, at + ACE_FLAGS);
    if (is_object(type)) {
        if (!hp_span_u32(acl, at + ACE_OBJECT_FLAGS, &which))
            return;
        which &= 3;
        hp_scrub_put(to + at + ACE_OBJECT_FLAGS, 4, which);
        sid = at + ACE_OBJECT_SID + ((which & 1) + (which >> 1)) * GUID_SIZE;
    }
    copy_sid(to, acl, sid);
}

static void copy_acl(uint8_t *to, struct hp_span sd, size_t offset)
{
    struct hp_span acl;

    if (offset > sd.len || sd.len - offset < ACL_HEADER)
        return;
    (void)hp_span_sub(sd, offset, sd.len - offset, &acl);
    to += offset;
    uint16_t size = hp_at_u16(acl, ACL_SIZE);
    to[ACL_REVISION] = small(hp_at_u8(acl, ACL_REVISION), REVISION_MOST);
    hp_scrub_blank(to + 1, acl.ptr + 1, 1);
    hp_scrub_put(to + ACL_SIZE, 2,
                 size <= acl.len ? size : hp_scrub_wild16(size));
    uint16_t count = hp_at_u16(acl, ACL_COUNT);
    hp_scrub_put(to + ACL_COUNT, 2,
                 count <= acl.len / 4 ? count : hp_scrub_wild16(count));
    hp_scrub_blank(to + 6, acl.ptr + 6, 2);
    size_t at = ACL_HEADER;
    for (; count > 0 && acl.len - at >= 4; count--) {
        uint16_t length = hp_at_u16(acl, at + ACE_LENGTH);
        bool whole = length >= 4 && length <= acl.len - at;
        hp_scrub_put(to + at + ACE_LENGTH, 2,
                     whole ? length : hp_scrub_wild16(length));
        copy_ace(to, acl, at);
        if (!whole)
            return;
        at += length;
    }
}

void hp_scrub_descriptor(uint8_t *to, struct hp_span from)
{
    static const uint8_t parts[] = {SD_OWNER, SD_GROUP, SD_SACL, SD_DACL};

    memset(to, FILLER, from.len);
    if (from.len < SD_SIZE)
        return;
    to[SD_REVISION] = small(hp_at_u8(from, SD_REVISION), REVISION_MOST);
    hp_scrub_blank(to + 1, from.ptr + 1, 1);
    hp_scrub_put(to + SD_CONTROL, 2, hp_at_u16(from, SD_CONTROL));
    for (size_t i = 0; i < sizeof parts; i++) {
        uint32_t offset = hp_at_u32(from, parts[i]);
        hp_scrub_put(to + parts[i], 4,
                     offset <= from.len ? offset : hp_scrub_wild(offset));
        if (offset == 0)
            continue;
        if (parts[i] < SD_SACL)
            copy_sid(to, from, offset);
        else
            copy_acl(to, from, offset);
    }
}
