/* SPDX-License-Identifier: Apache-2.0 */
#include "blame.h"

#include "layout.h"

/* Judgements that search stop when this part of the reads is spent. */
#define READS_SHARE 4

/* Cells before a broken one that are suspected. */
#define SUSPECTS 8

/* The integers at hive offset `at`; 0 outside the bins. */
static uint16_t half(const struct hp_hive *hive, size_t at)
{
    struct hp_span bins = hive->bins;

    return at <= bins.len && bins.len - at >= 2 ? hp_counted_u16(bins, at) : 0;
}

static uint32_t word(const struct hp_hive *hive, size_t at)
{
    struct hp_span bins = hive->bins;

    return at <= bins.len && bins.len - at >= 4 ? hp_counted_u32(bins, at) : 0;
}

/* The field at `field` of the payload of the cell at `cell`. */
static uint16_t half_of(const struct hp_hive *hive, size_t cell, size_t field)
{
    return half(hive, cell + CELL_SIZE_FIELD + field);
}

static uint32_t word_of(const struct hp_hive *hive, size_t cell, size_t field)
{
    return word(hive, cell + CELL_SIZE_FIELD + field);
}

/* The bytes of the cell at `cell`, free or not. */
static uint32_t size_of(const struct hp_hive *hive, size_t cell)
{
    uint32_t raw = word(hive, cell);

    return raw > INT32_MAX ? UINT32_C(0) - raw : raw;
}

/* True if the cell at `cell` is made for a payload of `need` bytes. */
static bool is_tight(const struct hp_hive *hive, size_t cell, size_t need)
{
    size_t size = (CELL_SIZE_FIELD + need + CELL_ALIGN - 1) / CELL_ALIGN;

    return need != 0 && size_of(hive, cell) == size * CELL_ALIGN;
}

static bool is_allocated(const struct hp_hive *hive, size_t cell)
{
    return cell % CELL_ALIGN == 0 && word(hive, cell) > INT32_MAX &&
           size_of(hive, cell) <= hive->bins.len - cell;
}

static bool is_list(uint16_t signature)
{
    return signature == SIG_LF || signature == SIG_LH || signature == SIG_LI ||
           signature == SIG_RI;
}

/* All signatures are two small letters. Asked of every eighth byte of a broken
 * hive: most are not even that. */
static bool is_letters(uint16_t signature)
{
    return (signature & 0xE0E0) == 0x6060;
}

static bool is_known(uint16_t signature)
{
    if (!is_letters(signature))
        return false;
    return (signature == SIG_NK) | (signature == SIG_VK) |
           (signature == SIG_SK) | (signature == SIG_DB) |
           (signature == SIG_LF) | (signature == SIG_LH) |
           (signature == SIG_LI) | (signature == SIG_RI);
}

static size_t element_size(uint16_t signature)
{
    return signature == SIG_LF || signature == SIG_LH ? LIST_ELEMENT_LONG
                                                      : LIST_ELEMENT_SHORT;
}

static bool is_big(const struct hp_hive *hive, size_t vk)
{
    return word_of(hive, vk, VK_DATA_SIZE) > DB_SEGMENT_MOST &&
           hive->minor >= DB_LEAST_MINOR;
}

/* Payload of the cell that holds a vk's data, or its db. */
static size_t data_need(const struct hp_hive *hive, size_t vk)
{
    return is_big(hive, vk) ? DB_SIZE : word_of(hive, vk, VK_DATA_SIZE);
}

/* Payload that the record at `cell` needs by its own counts; 0 when it has no
 * signature. */
static size_t own_need(const struct hp_hive *hive, size_t cell)
{
    uint16_t signature = half_of(hive, cell, 0);

    switch (signature) {
    case SIG_NK:
        return (size_t)NK_NAME + half_of(hive, cell, NK_NAME_LENGTH);
    case SIG_VK:
        return (size_t)VK_NAME + half_of(hive, cell, VK_NAME_LENGTH);
    case SIG_SK:
        return (size_t)SK_DESCRIPTOR + word_of(hive, cell, SK_DESCRIPTOR_SIZE);
    case SIG_DB:
        return DB_SIZE;
    default:
        return is_list(signature)
                   ? LIST_ELEMENTS + element_size(signature) *
                                         half_of(hive, cell, LIST_COUNT)
                   : 0;
    }
}

static bool could_be_vk(const struct hp_hive *hive, size_t cell)
{
    uint32_t size = word_of(hive, cell, VK_DATA_SIZE);

    if (size_of(hive, cell) < CELL_SIZE_FIELD + VK_NAME ||
        half_of(hive, cell, VK_FLAGS) > VK_FLAG_COMPRESSED)
        return false;
    return (size & VK_INLINE) != 0
               ? (size & ~VK_INLINE) <= VK_INLINE_MOST
               : is_allocated(hive, word_of(hive, cell, VK_DATA));
}

static bool could_be_list(const struct hp_hive *hive, size_t cell)
{
    uint32_t first = word_of(hive, cell, LIST_ELEMENTS);
    uint16_t signature = half_of(hive, first, 0);

    return is_allocated(hive, first) &&
           (signature == SIG_NK || is_list(signature));
}

static bool could_be_db(const struct hp_hive *hive, size_t cell)
{
    uint32_t list = word_of(hive, cell, DB_LIST);

    return is_allocated(hive, list) &&
           is_allocated(hive, word_of(hive, list, 0));
}

/* True if what `ref` leads to is, but for its first four bytes, such a record
 * as its owner expects. */
static bool could_be(const struct hp_hive *hive, struct hp_ref ref)
{
    size_t cell = ref.target;

    switch (ref.anomaly) {
    case HP_A_BASE_ROOT:
    case HP_A_LIST_ELEMENT:
        return is_tight(hive, cell,
                        (size_t)NK_NAME + half_of(hive, cell, NK_NAME_LENGTH));
    case HP_A_VALUES_ELEMENT:
        return could_be_vk(hive, cell);
    case HP_A_NK_SUBKEYS:
    case HP_A_RI_ELEMENT:
        return could_be_list(hive, cell);
    case HP_A_VK_DATA:
        return is_big(hive, ref.owner)
                   ? could_be_db(hive, cell)
                   : is_tight(hive, cell, data_need(hive, ref.owner));
    case HP_A_NK_CLASS:
        return is_tight(hive, cell, half_of(hive, ref.owner, NK_CLASS_LENGTH));
    case HP_A_NK_VALUES:
        return is_tight(hive, cell,
                        (size_t)4 * word_of(hive, ref.owner, NK_VALUE_COUNT));
    case HP_A_DB_LIST:
        return is_tight(hive, cell,
                        (size_t)4 * half_of(hive, ref.owner, DB_COUNT));
    default:
        return false;
    }
}

/* What a judgement may still read to search. */
static uint64_t reads_left(const struct hp_hive *hive)
{
    uint64_t most = hive->read_limit / READS_SHARE;

    return hive->reads < most ? most - hive->reads : 0;
}

static bool may_search(const struct hp_hive *hive)
{
    return reads_left(hive) > 0;
}

/* Places that are looked at together. */
#define TOGETHER 8

/* The places from `cell` on, TOGETHER at a time and at most `most`, where not
 * even two letters are. */
static size_t skip_letterless(struct hp_span bins, size_t cell, uint64_t most)
{
    struct hp_span group;
    size_t steps = 0;
    bool letters = false;

    while (most - steps >= TOGETHER &&
           hp_span_sub(bins, cell + CELL_SIZE_FIELD + steps * CELL_ALIGN,
                       (size_t)TOGETHER * CELL_ALIGN, &group)) {
        for (size_t i = 0; i < TOGETHER; i++)
            letters |= is_letters(hp_at_u16(group, i * CELL_ALIGN));
        if (letters)
            break;
        steps += TOGETHER;
    }
    return steps;
}

/* Sets *at to the first place from there on where a cell with a known signature
 * may start, and counts the reads at once. */
static bool find_known(size_t *at, struct hp_hive *hive)
{
    struct hp_span bins = hp_span_of(hive->bins.ptr, hive->bins.len);
    uint64_t most = reads_left(hive);
    size_t skipped = skip_letterless(bins, *at, most);
    uint64_t steps = skipped;
    uint16_t signature = 0;
    size_t cell = *at + skipped * CELL_ALIGN;

    for (; steps < most &&
           hp_span_u16(bins, cell + CELL_SIZE_FIELD, &signature) &&
           !is_known(signature);
         steps++)
        cell += CELL_ALIGN;
    *at = cell;
    hive->reads += steps;
    return steps < most && is_known(signature);
}

/* Sets *cell to the start of the cell around `at`, where none starts. */
static bool find_around(size_t *cell, struct hp_hive *hive, size_t at)
{
    size_t bit = at / CELL_ALIGN;

    while (bit > 0 && may_search(hive)) {
        uint8_t starts = hive->starts[(bit - 1) / 8];
        size_t step = bit % 8 == 0 && starts == 0 ? 8 : 1;
        bit -= step;
        hive->reads += step;
        if ((starts >> bit % 8 & 1) != 0) {
            *cell = bit * CELL_ALIGN;
            return true;
        }
    }
    return false;
}

/* True if cells tile the bytes from `at` to exactly `end`. */
static bool is_tiled(const struct hp_hive *hive, size_t at, size_t end)
{
    while (at < end && may_search(hive)) {
        uint32_t size = size_of(hive, at);
        if (size == 0 || size % CELL_ALIGN != 0)
            return false;
        at += size;
    }
    return at == end;
}

struct hp_error hp_blame_reference(struct hp_hive *hive, struct hp_ref ref,
                                   enum hp_status status)
{
    size_t cell = ref.target;
    struct hp_error error;
    bool guilty = false;

    if (status == HP_E_CELL_START) {
        guilty = find_around(&cell, hive, ref.target) &&
                 is_tiled(hive, ref.target, cell + size_of(hive, cell));
    } else if (status != HP_E_CELL_OFFSET) {
        guilty = could_be(hive, ref);
    }
    if (guilty)
        hp_fail(&error, status, cell, "cell.size", word(hive, cell));
    else
        hp_fail(&error, status, ref.owner, hp_anomaly_row(ref.anomaly)->field,
                ref.target);
    return error;
}

struct hp_error hp_blame_signature(struct hp_hive *hive, struct hp_ref ref,
                                   uint16_t expected, const char *field,
                                   uint16_t found)
{
    uint16_t wrong = expected ^ found;
    bool half_right = (wrong & 0xff) == 0 || wrong >> 8 == 0;
    struct hp_error error;

    if ((half_right && !is_known(found)) || could_be(hive, ref))
        hp_fail(&error, HP_E_SIGNATURE, ref.target, field, found);
    else
        hp_fail(&error, HP_E_SIGNATURE, ref.owner,
                hp_anomaly_row(ref.anomaly)->field, ref.target);
    return error;
}

/* What the records of the hive say about some cells. */
struct evidence {
    struct hp_hive *hive;
    size_t from, to; /* no suspect is or reaches outside */
    size_t count;
    struct suspect {
        size_t cell, size;
        size_t need;   /* payload; 0: nobody says */
        bool is_cell;  /* a cell does start there */
        bool swallows; /* and inside it, which must not be */
    } suspects[SUSPECTS];
};

/* Some record says that a cell starts at `cell` and holds `need` bytes. */
static void testify(struct evidence *e, uint32_t cell, size_t need)
{
    if (cell < e->from || cell > e->to)
        return;
    for (size_t i = 0; i < e->count; i++) {
        struct suspect *suspect = &e->suspects[i];
        if (cell > suspect->cell && cell - suspect->cell < suspect->size)
            suspect->swallows = true;
        if (suspect->cell != cell)
            continue;
        suspect->is_cell = true;
        suspect->need = need > suspect->need ? need : suspect->need;
    }
}

/* The `count` offsets that stand at hive offset `at`, every `stride` bytes. */
static void testify_all(struct evidence *e, size_t at, size_t count,
                        size_t stride)
{
    const struct hp_hive *hive = e->hive;

    for (; count > 0 && at < hive->bins.len && may_search(hive); count--) {
        testify(e, word(hive, at), 0);
        at += stride;
    }
}

static void testify_nk(struct evidence *e, size_t nk)
{
    uint32_t values = word_of(e->hive, nk, NK_VALUES);
    size_t count = word_of(e->hive, nk, NK_VALUE_COUNT);

    testify(e, word_of(e->hive, nk, NK_SUBKEYS), 0);
    testify(e, word_of(e->hive, nk, NK_SECURITY), 0);
    testify(e, word_of(e->hive, nk, NK_CLASS),
            half_of(e->hive, nk, NK_CLASS_LENGTH));
    testify(e, values, 4 * count);
    testify_all(e, (size_t)values + CELL_SIZE_FIELD, count, 4);
}

/* What the record at `cell`, if it is one in use, says about other cells. */
static void testify_record(struct evidence *e, size_t cell)
{
    uint16_t signature = half_of(e->hive, cell, 0);
    size_t count = half_of(e->hive, cell, LIST_COUNT);

    if (!is_allocated(e->hive, cell))
        return;
    if (signature == SIG_NK) {
        testify_nk(e, cell);
    } else if (signature == SIG_VK &&
               (word_of(e->hive, cell, VK_DATA_SIZE) & VK_INLINE) == 0) {
        testify(e, word_of(e->hive, cell, VK_DATA), data_need(e->hive, cell));
    } else if (signature == SIG_DB) {
        uint32_t list = word_of(e->hive, cell, DB_LIST);
        testify(e, list, 4 * count);
        testify_all(e, (size_t)list + CELL_SIZE_FIELD, count, 4);
    } else if (is_list(signature)) {
        testify_all(e, cell + CELL_SIZE_FIELD + LIST_ELEMENTS, count,
                    element_size(signature));
    }
}

/* Of the cells of the bin before `broken` the first of the last ones: those are
 * suspects beside it. */
static size_t first_suspect(const struct hp_hive *hive, size_t bin,
                            size_t broken)
{
    size_t first = bin + BIN_HEADER_SIZE, count = 0;

    for (size_t at = first; at < broken; at += size_of(hive, at))
        if (++count >= SUSPECTS)
            first += size_of(hive, first);
    return first;
}

static void suspect(struct evidence *e, size_t cell)
{
    size_t need = own_need(e->hive, cell);

    e->suspects[e->count++] = (struct suspect){
        cell, size_of(e->hive, cell), need,
        is_tight(e->hive, cell, need) && is_allocated(e->hive, cell), false};
}

/* True if the size of `suspect` cannot be true: it is too small for its
 * content, swallows another cell, or says free of a cell in use. */
static bool is_refuted(const struct evidence *e, const struct suspect *suspect)
{
    return suspect->swallows ||
           suspect->size < CELL_SIZE_FIELD + suspect->need ||
           (suspect->is_cell && !is_allocated(e->hive, suspect->cell));
}

/* True if `suspect` leads to a word that is no size and is itself no better:
 * it may be no cell, or it reaches into empty space that it does not need. */
static bool is_doubtful(const struct evidence *e, const struct suspect *suspect)
{
    uint32_t next = word(e->hive, suspect->cell + suspect->size);

    if (!suspect->is_cell)
        return next % CELL_ALIGN != 0 || next == 0;
    return next == 0 && suspect->need != 0 &&
           !is_tight(e->hive, suspect->cell, suspect->need);
}

/* Goes from the last suspect that surely is a cell to the first one that can
 * be told a liar. */
static size_t judge(const struct evidence *e)
{
    size_t last = e->count - 1, i = last;

    while (i > 0 && !e->suspects[i].is_cell)
        i--;
    while (i < last && !is_refuted(e, &e->suspects[i]) &&
           (i + 1 < last || !is_doubtful(e, &e->suspects[i])))
        i++;
    return e->suspects[i].cell;
}

/* The word at `at`, where a bin may start, is nearly its signature. The end of
 * all bins is as good. */
static bool is_bin(const struct hp_hive *hive, size_t at)
{
    uint32_t wrong = word(hive, at) ^ BIN_SIGNATURE_VALUE;
    int right = 0;

    for (int i = 0; i < 4; i++)
        right += (wrong >> 8 * i & 0xff) == 0;
    return right >= 2 || at == hive->bins.len;
}

size_t hp_blame_tiling(struct hp_hive *hive, size_t bin, size_t end,
                       size_t broken)
{
    struct evidence e = {.hive = hive};

    if (word(hive, broken) == BIN_SIGNATURE_VALUE || !is_bin(hive, end))
        return bin;
    for (size_t at = first_suspect(hive, bin, broken); at < broken;
         at += size_of(hive, at))
        suspect(&e, at);
    suspect(&e, broken);
    if (e.suspects[0].cell == bin + BIN_HEADER_SIZE)
        e.suspects[0].is_cell = true;
    e.from = e.suspects[0].cell;
    e.to = broken + e.suspects[e.count - 1].size;
    for (size_t at = 0; find_known(&at, hive); at += CELL_ALIGN)
        testify_record(&e, at);
    return judge(&e);
}

/* True if behind the last element of the list at `list` stand `missing` others
 * that lead to keys below `owner`, or to lists if it is an ri. */
static bool has_more(const struct hp_hive *hive, size_t list, size_t missing,
                     uint32_t owner)
{
    uint16_t signature = half_of(hive, list, 0);
    size_t element = element_size(signature);
    size_t at = LIST_ELEMENTS + element * half_of(hive, list, LIST_COUNT);

    for (size_t i = 0; i < missing; i++, at += element) {
        uint32_t other = word_of(hive, list, at);
        if (at + CELL_SIZE_FIELD >= size_of(hive, list) ||
            !is_allocated(hive, other))
            return false;
        if (signature == SIG_RI ? !is_list(half_of(hive, other, 0))
                                : word_of(hive, other, NK_PARENT) != owner)
            return false;
    }
    return true;
}

uint32_t hp_blame_total(struct hp_hive *hive, uint32_t owner, uint32_t top,
                        size_t missing)
{
    size_t count = half_of(hive, top, LIST_COUNT);

    if (half_of(hive, top, 0) != SIG_RI)
        return has_more(hive, top, missing, owner) ? top : owner;
    if (has_more(hive, top, 1, owner))
        return top;
    for (size_t i = 0; i < count && may_search(hive); i++) {
        uint32_t leaf = word_of(hive, top, LIST_ELEMENTS + 4 * i);
        if (has_more(hive, leaf, missing, owner))
            return leaf;
    }
    return owner;
}

bool hp_blame_value(struct hp_hive *hive, uint32_t list, size_t count,
                    size_t needed)
{
    size_t room = size_of(hive, list) / 4,
           most = count > needed ? count : needed;
    size_t real = 0;

    while (real < most && real + 1 < room &&
           is_allocated(hive, word_of(hive, list, 4 * real)))
        real++;
    return real != needed;
}
