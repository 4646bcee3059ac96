/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof - which service breaks the system state backup, and why. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "exit_codes.h"
#include "input.h"
#include "program.h"

/* Puts something behind each standard descriptor that the caller left closed,
 * so that no hive becomes one of them. It is opened for the wrong direction:
 * writing to a closed standard output stays the error that it was. */
static bool fill_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        /* The lowest free descriptor is this one. */
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    if (!fill_descriptors())
        return HP_EXIT_INPUT;
    /* A pipe that nobody reads any more is a write that fails. */
    (void)signal(SIGPIPE, SIG_IGN);
    hp_file_watch();
    return hp_program(argc, argv, STDOUT_FILENO);
}
