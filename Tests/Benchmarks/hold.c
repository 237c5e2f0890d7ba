/*
 * Keeps the content of files in memory, so that no run that is called warm reads it from the disk: a kernel may take
 * the pages of files away that nobody has used for a while.
 *
 *     hold LIST
 *
 * It maps and locks every file that LIST names, one a line, from the working folder; prints a line when all are in
 * memory; and lets go when its standard input ends. Where memory may not be locked it says so and exits with 1.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    /* Below what a process may map by default (vm.max_map_count). */
    FILES_A_PROCESS = 60000,
};

static void fail(const char *path)
{
    fprintf(stderr, "hold: %s: %s\n", path, strerror(errno));
    exit(1);
}

static void hold(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) fail(path);
    struct stat status;
    if (fstat(file, &status) != 0) fail(path);
    if (status.st_size > 0) {
        size_t size = (size_t)status.st_size;
        void *content = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
        if (content == MAP_FAILED || mlock(content, size) != 0) fail(path);
    }
    close(file);
}

/* Holds the files of the list from `first` on; as many as one process can. Then waits for the end of the input. */
static void hold_part(FILE *list, size_t first, int ready)
{
    char *path = NULL;
    size_t capacity = 0;
    ssize_t length;
    for (size_t number = 0; (length = getline(&path, &capacity, list)) > 0 && number < first + FILES_A_PROCESS; number++) {
        if (number < first) continue;
        if (path[length - 1] == '\n') path[length - 1] = '\0';
        hold(path);
    }
    if (write(ready, "+", 1) != 1) fail("a pipe");
    close(ready);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) continue;
    exit(0);
}

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: hold LIST\n");
        return 64;
    }
    FILE *list = fopen(arguments[1], "r");
    if (!list) fail(arguments[1]);
    size_t files = 0;
    for (int byte; (byte = getc(list)) != EOF;) files += byte == '\n';
    fclose(list);
    int ready[2];
    if (pipe(ready) != 0) fail("a pipe");
    size_t parts = 0;
    for (size_t first = 0; first < files; first += FILES_A_PROCESS, parts++) {
        pid_t child = fork();
        if (child < 0) fail("a process");
        if (child > 0) continue;
        /* A place in the list of its own. */
        list = fopen(arguments[1], "r");
        if (!list) fail(arguments[1]);
        close(ready[0]);
        hold_part(list, first, ready[1]);
    }
    close(ready[1]);
    size_t held = 0;
    for (char byte; held < parts && read(ready[0], &byte, 1) == 1;) held++;
    if (held < parts) return 1;
    printf("%zu files are held\n", files);
    fflush(stdout);
    while (wait(NULL) > 0) continue;
    return 0;
}
