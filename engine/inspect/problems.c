/* SPDX-License-Identifier: Apache-2.0 */
#include "problems.h"

#include <string.h>

#include "damage.h"
#include "native.h"
#include "source.h"

/* Slots that remember problems, and how many are looked at for one: a hostile
 * hive may have all its problems meet in one slot. */
enum { SLOTS = 1 << 14, PROBES = 8 };

struct found {
    struct found *next;
    struct hp_problem problem;
};

struct judging {
    struct hp_map *map;
    struct found *first, **last;
    struct found **slots;
    bool no_memory;
};

static bool same(const struct hp_damage_event *a,
                 const struct hp_damage_event *b)
{
    return a->offset == b->offset && a->found == b->found &&
           a->status == b->status && a->action == b->action &&
           strcmp(a->field, b->field) == 0;
}

static size_t slot_of(const struct hp_damage_event *event)
{
    uint64_t mixed = (event->offset * 31 + event->found * 7 + event->status) *
                     UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(mixed >> 50);
}

/* The part that the event is about. What is about the walk is the base
 * block's. */
static uint32_t part_of(const struct hp_map *map,
                        const struct hp_damage_event *event)
{
    uint64_t position;

    if (strncmp(event->field, "walk.", 5) == 0 ||
        !hp_damage_position(event, &position))
        return 0;
    return (uint32_t)(hp_map_at(map, position) - map->parts);
}

static void take_damage(struct judging *j, const struct hp_damage_event *event)
{
    struct hp_map *map = j->map;
    struct hp_damage_event damage = *event;

    if (damage.field == NULL)
        damage.field = "";
    map->events++;
    map->costly += damage.action != HP_DAMAGE_NOTED;
    size_t slot = slot_of(&damage);
    for (size_t i = 0; i < PROBES; i++) {
        struct found *found = j->slots[(slot + i) % SLOTS];
        if (found != NULL && same(&found->problem.event, &damage)) {
            found->problem.times++;
            return;
        }
        if (found == NULL || i + 1 == PROBES) {
            slot = (slot + i) % SLOTS;
            break;
        }
    }
    struct found *found = hp_arena_alloc(map->arena, sizeof *found);
    j->no_memory |= found == NULL;
    if (found == NULL)
        return;
    found->problem = (struct hp_problem){part_of(map, &damage), 1, damage};
    j->slots[slot] = found;
    *j->last = found;
    j->last = &found->next;
    map->problem_count++;
}

static uint32_t take_event(void *self, const struct hp_event *event)
{
    struct judging *j = self;

    switch (event->kind) {
    case HP_EVENT_KEY_ENTER:
        j->map->keys++;
        break;
    case HP_EVENT_VALUE:
        j->map->values++;
        break;
    case HP_EVENT_DATA:
        j->map->data_bytes += event->u.data.size;
        break;
    case HP_EVENT_DAMAGE:
        take_damage(j, &event->u.damage);
        break;
    default:
        break;
    }
    return j->no_memory ? HP_STOP : HP_CONTINUE;
}

/* Puts the problems in the order of their parts, those of one part as they
 * were found. */
static bool sort(struct judging *j)
{
    struct hp_map *map = j->map;
    uint32_t next = 0;

    map->problems =
        hp_arena_array(map->arena, map->problem_count, sizeof *map->problems);
    if (map->problems == NULL)
        return false;
    for (const struct found *f = j->first; f != NULL; f = f->next)
        map->parts[f->problem.part].problem_count++;
    for (size_t i = 0; i < map->count; i++) {
        map->parts[i].first_problem = next;
        next += map->parts[i].problem_count;
        map->parts[i].problem_count = 0;
    }
    for (const struct found *f = j->first; f != NULL; f = f->next) {
        struct hp_part *part = &map->parts[f->problem.part];
        map->problems[part->first_problem + part->problem_count++] = f->problem;
    }
    return true;
}

bool hp_map_judge(struct hp_map *map)
{
    struct judging j = {.map = map};
    struct hp_sink sink = {sizeof sink, take_event, &j};
    const struct hp_source source = {
        .input = {.size = sizeof source.input,
                  .mode = HP_MODE_FORENSIC,
                  .image = map->image.ptr,
                  .image_size = map->image.len},
        .backend = &hp_backend_native,
    };

    j.last = &j.first;
    j.slots = hp_arena_array(map->arena, SLOTS, sizeof *j.slots);
    if (j.slots == NULL)
        return false;
    map->result = hp_source_walk(&source, false, &sink, NULL, NULL, 0);
    return map->result != HP_WALK_FAILED && !j.no_memory && sort(&j);
}
