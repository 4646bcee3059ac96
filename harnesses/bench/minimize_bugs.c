/* SPDX-License-Identifier: Apache-2.0
 *
 * A reader of hives with bugs for scripts/bench-minimize: the one that HP_BUG
 * names ends it by abort(). What each needs is as in
 * engine/tests/cli/minimize_bugs.py. With HP_SESSION it is told one file name a
 * line and answers yes or no, in a process of its own for each.
 *
 * Input   a hive.
 * Oracles 1. it does not have what HP_BUG says.
 */
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "layout.h"

enum {
    BYTES_MOST = 4 << 20,
    KEYS_MOST = 1 << 16,
    DEEP = 40,
    RI_MOST = 8,
    VALUES_MOST = 1000
};

struct key {
    uint32_t at, depth;
};

/* A walk over keys, each once, and what was found on the way. */
struct reader {
    struct hp_span image;
    uint8_t seen[BYTES_MOST / CELL_ALIGN / 8]; /* a bit for each cell */
    bool deep, nested, twins, big;
    size_t count;
    struct key waiting[KEYS_MOST]; /* count of them; the rest is not cleared */
};

static uint32_t number(const struct reader *r, size_t at)
{
    uint32_t value = 0;

    (void)hp_span_u32(r->image, BASE_SIZE + at, &value);
    return value;
}

static uint16_t short_number(const struct reader *r, size_t at)
{
    uint16_t value = 0;

    (void)hp_span_u16(r->image, BASE_SIZE + at, &value);
    return value;
}

/* Bytes of the payload of the used cell at `at`; 0: there is none. */
static uint32_t room(const struct reader *r, uint32_t at)
{
    uint32_t size = UINT32_C(0) - number(r, at);

    if (at % CELL_ALIGN != 0 || at >= r->image.len || size < CELL_ALIGN ||
        size > r->image.len - at || size > INT32_MAX)
        return 0;
    return size - CELL_SIZE_FIELD;
}

static uint16_t signature(const struct reader *r, uint32_t at)
{
    return room(r, at) == 0 ? 0 : short_number(r, (size_t)at + 4);
}

static void meet_child(struct reader *r, const struct key *key, uint32_t child,
                       uint32_t nested, unsigned *names)
{
    size_t record = (size_t)child + 4;
    struct hp_span name;

    if (signature(r, child) != SIG_NK)
        return;
    r->nested = r->nested || nested > 1;
    if (hp_span_sub(r->image, BASE_SIZE + record + NK_NAME,
                    short_number(r, record + NK_NAME_LENGTH), &name)) {
        *names |= name.len == 4 && memcmp(name.ptr, "left", 4) == 0;
        *names |= 2U * (name.len == 5 && memcmp(name.ptr, "right", 5) == 0);
    }
    r->twins = r->twins || *names == 3;
    if (r->count < KEYS_MOST)
        r->waiting[r->count++] = (struct key){child, key->depth + 1};
}

static void read_list(struct reader *r, const struct key *key, uint32_t list,
                      unsigned *names)
{
    struct key lists[64] = {{list, 0}}; /* depth: ri above */
    size_t count = 1;

    while (count > 0) {
        struct key at = lists[--count];
        uint16_t kind = signature(r, at.at);
        bool wide = kind == SIG_LF || kind == SIG_LH, leaf = kind != SIG_RI;
        if (!wide && kind != SIG_LI && kind != SIG_RI)
            continue;
        uint32_t fit = (room(r, at.at) - 4) / (wide ? 8 : 4);
        uint32_t elements = short_number(r, (size_t)at.at + 4 + LIST_COUNT);
        for (uint32_t i = 0; i < elements && i < fit; i++) {
            uint32_t to = number(r, (size_t)at.at + 8 + i * (wide ? 8 : 4));
            if (leaf)
                meet_child(r, key, to, at.depth, names);
            else if (count < 64 && at.depth < RI_MOST)
                lists[count++] = (struct key){to, at.depth + 1};
        }
    }
}

static bool is_big(const struct reader *r, uint32_t value)
{
    size_t record = (size_t)value + 4;
    uint32_t size = number(r, record + VK_DATA_SIZE), whole = 0;
    uint32_t db = number(r, record + VK_DATA);

    if (signature(r, value) != SIG_VK || signature(r, db) != SIG_DB ||
        size <= DB_SEGMENT_MOST || size > INT32_MAX)
        return false;
    uint32_t count = short_number(r, (size_t)db + 4 + DB_COUNT);
    uint32_t list = number(r, (size_t)db + 4 + DB_LIST);
    for (uint32_t i = 0; i < count && whole < size; i++) {
        uint32_t part = room(r, number(r, (size_t)list + 4 + 4 * (size_t)i));
        whole += part < DB_SEGMENT_MOST ? part : DB_SEGMENT_MOST;
    }
    return whole >= size;
}

static void read_key(struct reader *r, const struct key *key)
{
    size_t record = (size_t)key->at + 4;
    uint32_t values = number(r, record + NK_VALUES);
    uint32_t count = number(r, record + NK_VALUE_COUNT);
    unsigned names = 0;

    r->deep = r->deep || key->depth >= DEEP;
    for (uint32_t i = 0; i < count && i < VALUES_MOST && !r->big; i++)
        r->big = is_big(r, number(r, (size_t)values + 4 + 4 * (size_t)i));
    if (number(r, record + NK_SUBKEY_COUNT) != 0)
        read_list(r, key, number(r, record + NK_SUBKEYS), &names);
}

static void read_keys(struct reader *r)
{
    uint32_t root = 0;

    (void)hp_span_u32(r->image, BASE_ROOT, &root);
    r->waiting[r->count++] = (struct key){root, 0};
    while (r->count > 0) {
        struct key key = r->waiting[--r->count];
        size_t bit = key.at / CELL_ALIGN;
        if (signature(r, key.at) != SIG_NK || bit / 8 >= sizeof r->seen ||
            (r->seen[bit / 8] >> bit % 8 & 1) != 0)
            continue;
        r->seen[bit / 8] |= (uint8_t)(1U << bit % 8);
        read_key(r, &key);
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct reader r;
    const char *bug = getenv("HP_BUG");

    memset(&r, 0, offsetof(struct reader, waiting));
    r.image = hp_span_of(data, size);
    if (size > BASE_SIZE && bug != NULL) {
        read_keys(&r);
        FUZZ_CHECK(!(strcmp(bug, "ri") == 0 && r.nested), "1: ri");
        FUZZ_CHECK(!(strcmp(bug, "db") == 0 && r.big), "1: db");
        FUZZ_CHECK(!(strcmp(bug, "depth") == 0 && r.deep), "1: depth");
        FUZZ_CHECK(!(strcmp(bug, "twins") == 0 && r.twins), "1: twins");
    }
    return 0;
}

/* Ends by abort() if the file shows the bug. */
static void run_file(const char *name)
{
    uint8_t *data = malloc(BYTES_MOST);
    int fd = open(name, O_RDONLY);
    ssize_t size = data == NULL || fd < 0 ? -1 : read(fd, data, BYTES_MOST);

    (void)signal(SIGABRT, SIG_DFL);
    if (size >= 0)
        (void)LLVMFuzzerTestOneInput(data, (size_t)size);
    _exit(EXIT_SUCCESS);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char line[4096];
    int status = 0;

    (void)argc;
    (void)argv;
    if (getenv("HP_SESSION") == NULL)
        return 0;
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        pid_t pid = fork();
        if (pid == 0)
            run_file(line);
        (void)waitpid(pid, &status, 0);
        (void)puts(WIFSIGNALED(status) ? "yes" : "no");
        (void)fflush(stdout);
    }
    exit(EXIT_SUCCESS);
}
