/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include "command_words.h"

static const struct {
    const char *command, *words; /* the words, each with a ~ behind it */
    bool names_file;
} good[] = {
    {"tool", "tool~", false},
    {" \t tool\n-x\r\n ", "tool~-x~", false},
    {"tool {}", "tool~F~", true},
    {"tool --file={} {}.x", "tool~--file=F~F.x~", true},
    {"tool '{}' \"{}\"", "tool~F~F~", true},
    {"a 'b c' \"d e\" f\\ g", "a~b c~d e~f g~", false},
    {"a'b'\"c\"d", "abcd~", false},
    {"a '' \"\"", "a~~~", false},
    {"'a\\b' \"a\\b\" \"\\\"\\\\\\$\\`\" \\\\", "a\\b~a\\b~\"\\$`~\\~", false},
    {"a $b `c` | > * ? ~x; # & ( )", "a~$b~`c`~|~>~*~?~~x;~#~&~(~)~", false},
    {"a \\{} {\\}", "a~{}~{}~", false},
    {"a \\", "a~\\~", false},
    {"sh -c 'exec \"$0\"' {}", "sh~-c~exec \"$0\"~F~", true},
};

static void words__are_a_shells_without_its_powers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct hp_command_words words;
        char all[256] = "";
        assert_null(hp_command_split(&words, good[i].command, "F", NULL));
        for (size_t word = 0; word < words.count; word++) {
            strcat(all, words.words[word]);
            strcat(all, "~");
        }
        assert_string_equal(all, good[i].words);
        assert_int_equal(words.names_file, good[i].names_file);
        assert_null(words.words[words.count]);
    }
}

/* A file's name is no syntax. */
static void file__stays_one_word(void **state)
{
    struct hp_command_words words;
    (void)state;

    assert_null(hp_command_split(&words, "a {}", "x 'y\" {} \\z", NULL));
    assert_int_equal(words.count, 2);
    assert_string_equal(words.words[1], "x 'y\" {} \\z");
}

static void command__that_is_none_is_refused(void **state)
{
    static const char *const commands[] = {"",     " \t\n", "''",
                                           "a 'b", "a \"b", "a \"b\\\""};
    struct hp_command_words words;
    (void)state;

    for (size_t i = 0; i < COUNT_OF(commands); i++)
        assert_non_null(hp_command_split(&words, commands[i], "F", NULL));
}

static void command__has_an_end(void **state)
{
    static char long_one[HP_COMMAND_ROOM + 1], many[2 * HP_COMMAND_WORDS + 3];
    struct hp_command_words words;
    (void)state;

    memset(long_one, 'a', HP_COMMAND_ROOM - 1);
    assert_null(hp_command_split(&words, long_one, "F", NULL));
    long_one[HP_COMMAND_ROOM - 1] = 'a';
    assert_non_null(hp_command_split(&words, long_one, "F", NULL));
    for (size_t i = 0; i < HP_COMMAND_WORDS; i++)
        memcpy(many + 2 * i, "a ", 2);
    assert_null(hp_command_split(&words, many, "F", NULL));
    assert_int_equal(words.count, HP_COMMAND_WORDS);
    many[2 * HP_COMMAND_WORDS] = 'a';
    assert_non_null(hp_command_split(&words, many, "F", NULL));
}

static void logs__are_words_of_their_own(void **state)
{
    static const char *const logs[] = {"", "F.LOG1", "F L\"2"};
    struct hp_command_words words;
    (void)state;

    assert_null(
        hp_command_split(&words, "a {logs} x{logs} '{logs}'", "F", logs));
    assert_true(words.names_logs);
    assert_int_equal(words.count, 5);
    assert_string_equal(words.words[1], "F.LOG1");
    assert_string_equal(words.words[2], "F L\"2");
    assert_string_equal(words.words[3], "x{logs}");
    assert_string_equal(words.words[4], "{logs}");
    assert_null(hp_command_split(&words, "a {logs}", "F", NULL));
    assert_true(words.names_logs);
    assert_int_equal(words.count, 1);
    assert_null(hp_command_split(&words, "a {} x{logs}", "F", logs));
    assert_false(words.names_logs);
    assert_non_null(hp_command_split(&words, "{logs}", "F", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words__are_a_shells_without_its_powers),
        cmocka_unit_test(file__stays_one_word),
        cmocka_unit_test(command__that_is_none_is_refused),
        cmocka_unit_test(command__has_an_end),
        cmocka_unit_test(logs__are_words_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
