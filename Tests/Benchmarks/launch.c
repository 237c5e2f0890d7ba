/*
 * Runs a command and writes what it took, in one line:
 *
 *     launch RESULT COMMAND [ARGUMENT]...
 *
 *     status  seconds  user-seconds  system-seconds  peak-KiB
 *
 * A program this small, and not the harness, because Linux counts into a child's peak memory what its parent had
 * when it made the child; and starting a process from Python takes longer than the command's own start-up.
 */

#define _GNU_SOURCE

#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

int main(int count, char **arguments)
{
    extern char **environ;
    if (count < 3) {
        fprintf(stderr, "usage: launch RESULT COMMAND [ARGUMENT]...\n");
        return 64;
    }
    struct timespec begin, end;
    struct rusage usage;
    pid_t child;
    int status;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    int error = posix_spawnp(&child, arguments[2], NULL, NULL, arguments + 2, environ);
    if (error != 0) {
        fprintf(stderr, "launch: %s: %s\n", arguments[2], strerror(error));
        return 71;
    }
    if (wait4(child, &status, 0, &usage) != child) {
        perror("launch");
        return 71;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    FILE *result = fopen(arguments[1], "w");
    if (!result) {
        perror(arguments[1]);
        return 74;
    }
    fprintf(result, "%d %.6f %.6f %.6f %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) * 1e-9,
            seconds(usage.ru_utime), seconds(usage.ru_stime), usage.ru_maxrss);
    return fclose(result) == 0 ? 0 : 74;
}
