/* SPDX-License-Identifier: Apache-2.0
 *
 * Transcripts: commands, and what they said when all was well.
 *
 *     # a comment
 *     $ hiveproof enumerate --volume Q=absent SYSTEM
 *       what it wrote to standard output
 *     ! what it wrote to standard error
 *     ? 1
 *
 * Each SYSTEM.recipe in the folder (a name in capitals) is a hive SYSTEM for
 * the commands; the folder's other files are there too. */
#ifndef HP_TRANSCRIPT_H
#define HP_TRANSCRIPT_H

#include <stdio.h>

#include "cases.h"

/* Runs the commands of `item` again, in this process, in a new folder that is
 * removed afterwards, and writes the transcript that it is now. Standard error
 * must be a file that can be read and cut. */
void hp_transcript_run(FILE *out, const struct hp_case *item);

/* Most words of a command line, the program's name and NULL included. */
enum { HP_WORDS_MOST = 64 };

/* Splits `line`, which it changes, at blanks, but not in single quotes; words
 * ends with NULL. Returns the number of words, -1 for too many of them. */
int hp_words_split(char **words, char *line);

#endif
