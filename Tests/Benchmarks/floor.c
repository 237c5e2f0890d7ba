/*
 * The floor: the least that anybody who checks an archive must do, and nothing else.
 *
 *     floor LIST THREADS            reads, gunzips and hashes (SHA-256) every file that LIST names, one a line
 *     floor --verify LIST THREADS   the same, and one RSA-2048 verify a file: the bare sum of a digest file
 *     floor --versions              the zlib and the OpenSSL that it runs on
 *
 * No discovery, no JSON, no comparing, no report. Paths are opened as they stand in LIST, from the working folder.
 * It prints one line: files, bytes as stored, bytes of content, seconds. A file that cannot be read or is no gzip
 * ends it with status 1: a floor that skips work is none.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <zlib.h>

#include "verify.h"

enum {
    /* A file below this size takes one read. A local file gives all that it has, so a short read is its end. */
    STORED_BYTES = 256 * 1024,
    /* Small enough that the hash finds in the second-level cache what inflate has just written. */
    CONTENT_BYTES = 128 * 1024,
    /* Few enough that the threads end together, many enough that nobody waits for the counter. */
    LARGEST_BATCH = 16,
};

struct list {
    char **paths;
    size_t count;
};

struct work {
    const struct list *list;
    size_t batch;
    int verifies;
    atomic_size_t next;
    const EVP_MD *sha256;
};

struct totals {
    uint64_t files;
    uint64_t stored;
    uint64_t content;
    /* What the hashes add up to, so that no compiler finds them to be for nothing. */
    uint8_t sum;
};

/* What a thread reuses from file to file. */
struct worker {
    pthread_t thread;
    struct work *work;
    struct totals totals;
    z_stream inflater;
    EVP_MD_CTX *hash;
    struct verifier verifier;
    unsigned char *stored;
    unsigned char *content;
};

static void fail(const char *path, const char *reason)
{
    fprintf(stderr, "floor: %s: %s\n", path, reason);
    exit(1);
}

/* Reads, gunzips and hashes one file. */
static void check_file(struct worker *worker, const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) fail(path, strerror(errno));
    z_stream *inflater = &worker->inflater;
    if (inflateReset(inflater) != Z_OK) fail(path, "inflateReset");
    if (EVP_DigestInit_ex2(worker->hash, NULL, NULL) != 1) fail(path, "EVP_DigestInit_ex2");

    int status = Z_OK;
    int is_whole = 0;
    inflater->avail_in = 0;
    while (status != Z_STREAM_END) {
        if (inflater->avail_in == 0) {
            if (is_whole) fail(path, "cut off");
            ssize_t count = read(file, worker->stored, STORED_BYTES);
            if (count < 0) fail(path, strerror(errno));
            is_whole = count < STORED_BYTES;
            inflater->next_in = worker->stored;
            inflater->avail_in = (uInt)count;
            worker->totals.stored += (uint64_t)count;
        }
        inflater->next_out = worker->content;
        inflater->avail_out = CONTENT_BYTES;
        /* With Z_FINISH, zlib keeps no window of a file that fits: it copies nothing. */
        status = inflate(inflater, is_whole ? Z_FINISH : Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) fail(path, "no gzip");
        size_t count = CONTENT_BYTES - inflater->avail_out;
        if (status == Z_BUF_ERROR && count == 0 && inflater->avail_in > 0) fail(path, "no gzip");
        if (EVP_DigestUpdate(worker->hash, worker->content, count) != 1) fail(path, "EVP_DigestUpdate");
        worker->totals.content += count;
    }
    close(file);

    unsigned char digest[EVP_MAX_MD_SIZE];
    if (EVP_DigestFinal_ex(worker->hash, digest, NULL) != 1) fail(path, "EVP_DigestFinal_ex");
    worker->totals.sum ^= digest[0];
    worker->totals.files += 1;
}

static void *run(void *argument)
{
    struct worker *worker = argument;
    struct work *work = worker->work;
    for (;;) {
        size_t first = atomic_fetch_add_explicit(&work->next, work->batch, memory_order_relaxed);
        if (first >= work->list->count) return NULL;
        size_t end = first + work->batch;
        if (end > work->list->count) end = work->list->count;
        for (size_t index = first; index < end; index++) {
            check_file(worker, work->list->paths[index]);
            if (work->verifies && !verifier_holds(&worker->verifier)) fail("the built-in signature", "does not verify");
        }
    }
}

static void prepare(struct worker *worker, struct work *work)
{
    memset(worker, 0, sizeof *worker);
    worker->work = work;
    worker->stored = malloc(STORED_BYTES);
    worker->content = malloc(CONTENT_BYTES);
    worker->hash = EVP_MD_CTX_new();
    if (!worker->stored || !worker->content || !worker->hash) fail("a thread", "out of memory");
    if (inflateInit2(&worker->inflater, 15 + 16) != Z_OK) fail("zlib", "inflateInit2");
    if (EVP_DigestInit_ex2(worker->hash, work->sha256, NULL) != 1) fail("libcrypto", "EVP_DigestInit_ex2");
    if (work->verifies && !verifier_open(&worker->verifier)) fail("libcrypto", "the built-in key");
}

/* Maps the list and ends each path where its line ends; nothing is copied. */
static struct list read_list(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) fail(path, strerror(errno));
    struct list list = {NULL, 0};
    size_t size = (size_t)status.st_size;
    if (size == 0) return list;
    char *text = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (text == MAP_FAILED) fail(path, strerror(errno));
    close(file);
    if (text[size - 1] != '\n') fail(path, "its last line has no end");
    size_t capacity = size / 100 + 16;
    list.paths = malloc(capacity * sizeof *list.paths);
    for (char *line = text, *end = text + size; line < end && list.paths;) {
        if (list.count == capacity) {
            capacity *= 2;
            list.paths = realloc(list.paths, capacity * sizeof *list.paths);
            if (!list.paths) break;
        }
        list.paths[list.count++] = line;
        line = memchr(line, '\n', (size_t)(end - line));
        *line++ = 0;
    }
    if (!list.paths) fail(path, "out of memory");
    return list;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "--versions") == 0) {
        printf("zlib %s\n%s\n", zlibVersion(), OpenSSL_version(OPENSSL_VERSION));
        return 0;
    }
    double begin = now();
    int verifies = count == 4 && strcmp(arguments[1], "--verify") == 0;
    long threads = count == 3 + verifies ? strtol(arguments[count - 1], NULL, 10) : 0;
    if (threads < 1 || threads > 1024) {
        fprintf(stderr, "usage: floor [--verify] LIST THREADS\n");
        return 64;
    }
    struct list list = read_list(arguments[count - 2]);
    struct work work = {.list = &list, .verifies = verifies, .sha256 = EVP_MD_fetch(NULL, "SHA256", NULL)};
    if (!work.sha256) fail("libcrypto", "EVP_MD_fetch");
    work.batch = list.count / ((size_t)threads * 256);
    if (work.batch < 1) work.batch = 1;
    if (work.batch > LARGEST_BATCH) work.batch = LARGEST_BATCH;

    struct worker *workers = calloc((size_t)threads, sizeof *workers);
    if (!workers) fail("the threads", "out of memory");
    for (long index = 0; index < threads; index++) prepare(&workers[index], &work);
    for (long index = 1; index < threads; index++) {
        if (pthread_create(&workers[index].thread, NULL, run, &workers[index]) != 0) fail("a thread", "cannot be made");
    }
    run(&workers[0]);
    struct totals totals = workers[0].totals;
    for (long index = 1; index < threads; index++) {
        pthread_join(workers[index].thread, NULL);
        totals.files += workers[index].totals.files;
        totals.stored += workers[index].totals.stored;
        totals.content += workers[index].totals.content;
        totals.sum ^= workers[index].totals.sum;
    }
    printf("files %llu stored %llu content %llu seconds %.6f sum %02x\n", (unsigned long long)totals.files,
           (unsigned long long)totals.stored, (unsigned long long)totals.content, now() - begin, totals.sum);
    return 0;
}
