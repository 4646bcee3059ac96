/* SPDX-License-Identifier: Apache-2.0 */
#include "hotfix.h"

#include "count.h"

#include <stdio.h>

#define STATE_INSTALLED 0x70u /* CurrentState of a package */

/* A line of each string, package and winner, and of the product type. */
#define EVIDENCE_MAX (HP_SOFTWARE_STRINGS + 2 * HP_SOFTWARE_ITEMS_MAX + 1)

struct version {
    uint32_t part[4];
    size_t parts;
};

static const struct version no_version;

/* The milestones that the hotfix was made for: its revision there, and the
 * last one of the branch (LDR) that it is on. Revisions of the other branch
 * (GDR), whatever their date, are smaller and lack it. */
static const struct {
    uint32_t major, minor, build;
    uint32_t fixed, last;
} milestones[] = {
    {6, 0, 6001, 22636, 23999},
    {6, 0, 6002, 22341, 23999},
    {6, 1, 7600, 20756, 21999},
};
enum { MILESTONES = HP_COUNT(milestones) };

/* Reads up to four numbers with dots between them. */
static struct version version_of(struct hp_text text)
{
    struct version version = no_version;
    bool digits = false;

    for (size_t i = 0; i < text.count && version.parts < 4; i++) {
        uint16_t unit = text.units[i];
        uint32_t *part = &version.part[version.parts];
        if (unit == '.' && digits) {
            version.parts++;
            digits = false;
        } else if (unit >= '0' && unit <= '9' && *part < 1000000) {
            *part = *part * 10 + (unit - (uint32_t)'0');
            digits = true;
        } else {
            return no_version;
        }
    }
    version.parts += digits ? 1 : 0;
    return version;
}

/* Index of the milestone of major.minor.build, or MILESTONES. */
static size_t milestone_of(const struct version *version)
{
    size_t i = 0;

    while (i < MILESTONES && (version->part[0] != milestones[i].major ||
                              version->part[1] != milestones[i].minor ||
                              version->part[2] != milestones[i].build))
        i++;
    return i;
}

/* Whether a Cryptsvc.dll of this version has the fix. */
static enum hp_hotfix_state state_of(struct hp_text text)
{
    struct version version = version_of(text);
    size_t milestone = milestone_of(&version);

    if (version.parts != 4 || milestone == MILESTONES)
        return HP_HOTFIX_UNKNOWN;
    return version.part[3] >= milestones[milestone].fixed &&
                   version.part[3] <= milestones[milestone].last
               ? HP_HOTFIX_FIXED
               : HP_HOTFIX_NOT_FIXED;
}

/* ---- evidence ---------------------------------------------------------- */

struct evidence {
    struct hp_text *lines;
    size_t count;
    struct hp_arena *arena;
};

/* Adds "where name: text note". */
static bool add_line(struct evidence *evidence, const char *where,
                     struct hp_text name, struct hp_text text, const char *note)
{
    struct hp_text parts[5] = {[1] = name, [3] = text};

    return hp_text_of(&parts[0], evidence->arena, where) &&
           hp_text_of(&parts[2], evidence->arena, ": ") &&
           hp_text_of(&parts[4], evidence->arena, note) &&
           hp_text_join(&evidence->lines[evidence->count++], evidence->arena,
                        parts, 5);
}

static const struct {
    enum hp_software_string string;
    const char *name;
} windows_strings[] = {{HP_SOFTWARE_PRODUCT, "ProductName"},
                       {HP_SOFTWARE_SERVICE_PACK, "CSDVersion"},
                       {HP_SOFTWARE_VERSION, "CurrentVersion"},
                       {HP_SOFTWARE_BUILD, "CurrentBuildNumber"},
                       {HP_SOFTWARE_BUILD_LAB, "BuildLab"}};

static bool add_strings(struct evidence *evidence,
                        const struct hp_software *software)
{
    static const char key[] = "SOFTWARE\\Microsoft\\Windows NT\\"
                              "CurrentVersion\\";

    for (size_t i = 0; i < HP_COUNT(windows_strings); i++) {
        struct hp_text text = software->strings[windows_strings[i].string],
                       name;
        if (text.count > 0 &&
            (!hp_text_of(&name, evidence->arena, windows_strings[i].name) ||
             !add_line(evidence, key, name, text, "")))
            return false;
    }
    return true;
}

static bool is_installed(const struct hp_package *package)
{
    return package->state.valid && package->state.number == STATE_INSTALLED;
}

static bool add_packages(struct evidence *evidence,
                         const struct hp_software *software)
{
    for (size_t i = 0; i < software->package_count; i++) {
        const struct hp_package *package = &software->packages[i];
        struct hp_text state = {NULL, 0};
        char digits[16];

        (void)snprintf(digits, sizeof(digits), "%u",
                       (unsigned)package->state.number);
        if (package->state.valid &&
            !hp_text_of(&state, evidence->arena, digits))
            return false;
        if (!add_line(evidence, "Component Based Servicing\\Packages\\",
                      package->name, state,
                      is_installed(package) ? " (installed)"
                                            : " (not installed)"))
            return false;
    }
    return true;
}

static bool add_winners(struct evidence *evidence,
                        const struct hp_software *software)
{
    static const char *const notes[] = {
        [HP_HOTFIX_UNKNOWN] = " (not a file of the hotfix)",
        [HP_HOTFIX_FIXED] = " (has the fix)",
        [HP_HOTFIX_NOT_FIXED] = " (lacks the fix)"};

    for (size_t i = 0; i < software->winner_count; i++) {
        const struct hp_winner *winner = &software->winners[i];
        if (!add_line(evidence, "SideBySide\\Winners\\", winner->component,
                      winner->version, notes[state_of(winner->version)]))
            return false;
    }
    return true;
}

static bool add_product_type(struct evidence *evidence,
                             struct hp_text product_type)
{
    struct hp_text name;

    return product_type.count == 0 ||
           (hp_text_of(&name, evidence->arena, "ProductType") &&
            add_line(evidence, "SYSTEM\\...\\Control\\ProductOptions\\", name,
                     product_type, ""));
}

/* ---- the verdict ------------------------------------------------------- */

/* major.minor.build of the Windows; parts 0 if it does not say. */
static struct version windows_of(const struct hp_software *software)
{
    struct version version = version_of(software->strings[HP_SOFTWARE_VERSION]);
    struct version build = version_of(software->strings[HP_SOFTWARE_BUILD]);

    /* From Windows 10 on CurrentVersion stays at 6.3. */
    if (software->major.valid && software->minor.valid)
        version = (struct version){
            {software->major.number, software->minor.number}, 2};
    if (version.parts != 2 || build.parts != 1)
        return no_version;
    version.part[2] = build.part[0];
    return version;
}

static bool any_installed(const struct hp_software *software)
{
    for (size_t i = 0; i < software->package_count; i++) {
        if (is_installed(&software->packages[i]))
            return true;
    }
    return false;
}

static bool any_winner(const struct hp_software *software,
                       enum hp_hotfix_state state)
{
    for (size_t i = 0; i < software->winner_count; i++) {
        if (state_of(software->winners[i].version) == state)
            return true;
    }
    return false;
}

static void decide(struct hp_hotfix *hotfix, enum hp_hotfix_state state,
                   const char *reason)
{
    hotfix->state = state;
    hotfix->reason = reason;
}

static void judge_windows(struct hp_hotfix *hotfix,
                          const struct hp_software *software,
                          const struct version *windows)
{
    bool is_sp1 = windows->part[0] == 6 && windows->part[1] == 1 &&
                  windows->part[2] == 7601;

    if (windows->parts == 0)
        decide(hotfix, HP_HOTFIX_UNKNOWN,
               "the SOFTWARE hive does not say which Windows it is from");
    else if (milestone_of(windows) == MILESTONES && !is_sp1)
        decide(hotfix, HP_HOTFIX_NOT_APPLICABLE,
               "there is no hotfix for this Windows: it was made for Vista "
               "SP1 and SP2, 7, Server 2008 and 2008 R2");
    else if (any_installed(software))
        decide(hotfix, HP_HOTFIX_FIXED, "a package of KB 980794 is installed");
    else if (any_winner(software, HP_HOTFIX_FIXED))
        decide(hotfix, HP_HOTFIX_FIXED,
               "Cryptsvc.dll is on the hotfix's branch and not older");
    else if (any_winner(software, HP_HOTFIX_NOT_FIXED))
        decide(hotfix, HP_HOTFIX_NOT_FIXED,
               "Cryptsvc.dll is older than the hotfix's, or on the branch "
               "that never got it");
    else if (is_sp1)
        decide(hotfix, HP_HOTFIX_UNKNOWN,
               "Service Pack 1 is younger than the hotfix and probably "
               "contains it, but nobody has confirmed that");
    else
        decide(hotfix, HP_HOTFIX_UNKNOWN,
               "no package of KB 980794 is installed, but the version of "
               "Cryptsvc.dll is not known");
}

static bool name_windows(struct hp_hotfix *hotfix, struct hp_arena *arena,
                         const struct version *windows)
{
    char digits[40];

    if (windows->parts == 0)
        return true;
    (void)snprintf(digits, sizeof(digits), "%u.%u.%u",
                   (unsigned)windows->part[0], (unsigned)windows->part[1],
                   (unsigned)windows->part[2]);
    return hp_text_of(&hotfix->version, arena, digits);
}

bool hp_hotfix_judge(struct hp_hotfix *hotfix, struct hp_arena *arena,
                     const struct hp_software *software,
                     struct hp_text product_type)
{
    struct evidence evidence = {.arena = arena};

    *hotfix = (struct hp_hotfix){.state = HP_HOTFIX_UNKNOWN};
    evidence.lines =
        hp_arena_array(arena, EVIDENCE_MAX, sizeof(struct hp_text));
    if (evidence.lines == NULL)
        return false;
    if (software == NULL) {
        decide(hotfix, HP_HOTFIX_UNKNOWN,
               "a SYSTEM hive alone cannot tell; the SOFTWARE hive can");
    } else {
        struct version windows = windows_of(software);
        hotfix->product = software->strings[HP_SOFTWARE_PRODUCT];
        hotfix->service_pack = software->strings[HP_SOFTWARE_SERVICE_PACK];
        judge_windows(hotfix, software, &windows);
        if (!name_windows(hotfix, arena, &windows) ||
            !add_strings(&evidence, software) ||
            !add_packages(&evidence, software) ||
            !add_winners(&evidence, software))
            return false;
    }
    if (!add_product_type(&evidence, product_type))
        return false;
    hotfix->evidence = evidence.lines;
    hotfix->evidence_count = evidence.count;
    return true;
}
