/* SPDX-License-Identifier: Apache-2.0 */
#include "aborts.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hp_cmocka.h"

bool aborts(void (*work)(void *self), void *self)
{
    char nothing;

    return aborts_saying(work, self, &nothing, sizeof nothing);
}

bool aborts_saying(void (*work)(void *self), void *self, char *said,
                   size_t room)
{
    FILE *file = tmpfile();
    int status;

    assert_non_null(file);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (dup2(fileno(file), STDERR_FILENO) < 0)
            _exit(1);
        work(self);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    ssize_t size = pread(fileno(file), said, room - 1, 0);
    assert_true(size >= 0);
    said[size] = '\0';
    (void)fclose(file);
    if (WIFSIGNALED(status))
        assert_int_equal(WTERMSIG(status), SIGABRT);
    else
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFSIGNALED(status);
}
