/* SPDX-License-Identifier: Apache-2.0
 *
 * The files that `conform` reads and writes. */
#ifndef HP_CONFORM_FILES_H
#define HP_CONFORM_FILES_H

#include "new_file.h"
#include "options.h"
#include "report.h"

struct hp_conform_files {
    struct hp_new_file files[HP_CONFORM_FILES];
    bool wanted[HP_CONFORM_FILES];
    bool tells_all; /* with --private: below findings/ */
};

/* Reads the known failures, if a file was named, into run->known. */
enum hp_exit hp_conform_read_known(struct hp_conform_run *run,
                                   struct hp_known *known,
                                   const struct hp_options *options);

/* Makes the files before anything runs, so that a run is not lost because one
 * of them cannot be had. `discreet`: the run is about somebody else's parser.
 * HP_EXIT_GOOD, or a message was printed and no file is left. */
enum hp_exit hp_conform_files_open(struct hp_conform_files *files,
                                   const struct hp_options *options,
                                   bool discreet);

/* Takes them away again. */
void hp_conform_files_discard(struct hp_conform_files *files);

/* Counts, writes all of them, and the text to `output`; returns the verdict of
 * the run. */
enum hp_exit hp_conform_finish(struct hp_conform_files *files,
                               struct hp_conform_run *run,
                               struct hp_output *output);

#endif
