/*
 * matrix ARCHIVE KEYS SIGNATURES: what functions of a storage and callbacks may do to the library, each with what must come
 * of it. ARCHIVE is one in which all is valid.
 */
#define _XOPEN_SOURCE 700
#include <cloudtrail_integrity.h>
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

/* ---- The archive, in memory ---- */

struct file {
    char *path;
    char *bytes;
    size_t length;
};

static struct file files[4096];
static size_t file_count;

static void load(const char *root, const char *path)
{
    char full[8192], below[4096];
    struct dirent *entry;
    struct stat status;
    DIR *directory;
    snprintf(full, sizeof full, "%s/%s", root, path);
    CHECK((directory = opendir(full)));
    while ((entry = readdir(directory))) {
        struct file *file = &files[file_count];
        FILE *stream;
        if (entry->d_name[0] == '.') continue;
        snprintf(below, sizeof below, "%s%s%s", path, *path ? "/" : "", entry->d_name);
        snprintf(full, sizeof full, "%s/%s", root, below);
        CHECK(stat(full, &status) == 0);
        if (S_ISDIR(status.st_mode)) {
            load(root, below);
            continue;
        }
        CHECK(++file_count < sizeof files / sizeof *files);
        file->length = (size_t)status.st_size;
        CHECK((file->path = strdup(below)) && (file->bytes = malloc(file->length + 1)));
        CHECK((stream = fopen(full, "rb")) && fread(file->bytes, 1, file->length, stream) == file->length);
        fclose(stream);
    }
    closedir(directory);
}

static char *content(const char *path, size_t *length)
{
    struct stat status;
    char *bytes;
    FILE *stream;
    CHECK(stat(path, &status) == 0 && (bytes = malloc((size_t)status.st_size + 1)) && (stream = fopen(path, "rb")));
    CHECK((*length = fread(bytes, 1, (size_t)status.st_size, stream)) == (size_t)status.st_size);
    fclose(stream);
    return bytes;
}

/* ---- A storage that does something at one of its functions ---- */

enum function { LIST, ENTRY, OPEN, READ, CLOSE, SIZE, METADATA, UNCHANGED, FINDING, FUNCTIONS };

enum lie {
    HONEST, NO_COUNT, COUNT_TOO_LARGE, COUNT_HUGE, SIZE_ZERO, SIZE_LESS, SIZE_MORE, SIZE_HUGE, STATUS_ODD, LISTED_TWICE,
    LISTED_AND_GONE, NUL_IN_NAME, NOT_UTF8, LONG_NAME, ODD_NAMES, HUGE_LENGTH, NULL_PATH, LIES
};

struct test {
    const cti_validator *validator;
    cti_source *source;
    cti_monitor *monitor;
    enum function function;
    /* The call of that function at which something is done; 0 for never. */
    long at;
    void (*act)(struct test *);
    enum lie lie;
    long nanoseconds;
    pthread_mutex_t lock;
    long calls[FUNCTIONS];
    long opened, closed, readers, most_readers;
    int acted;
    cti_verdict inner;
    int owns_validator;
};

struct handle {
    const struct file *file;
    size_t offset;
};

static void called(struct test *test, enum function function)
{
    int acts;
    pthread_mutex_lock(&test->lock);
    acts = ++test->calls[function] == test->at && function == test->function;
    if (acts) test->acted = 1;
    pthread_mutex_unlock(&test->lock);
    if (acts && test->act) test->act(test);
}

static int add(cti_listing *listing, const char *path, size_t length)
{
    return cti_listing_add(listing, path, length, CTI_ENTRY_FILE, 0) != CTI_OK;
}

static int list(void *context, cti_listing *listing)
{
    struct test *test = context;
    size_t number;
    const char *folder = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/";
    char name[70000];
    called(test, LIST);
    for (number = 0; number < file_count; number++) {
        called(test, ENTRY);
        if (add(listing, files[number].path, strlen(files[number].path))) return CTI_READ_FAILED;
        if (test->lie == LISTED_TWICE && add(listing, files[number].path, strlen(files[number].path)))
            return CTI_READ_FAILED;
    }
    switch (test->lie) {
    case LISTED_AND_GONE:
        sprintf(name, "%sgone.json.gz", folder);
        return add(listing, name, strlen(name));
    case NUL_IN_NAME:
        sprintf(name, "%snul.json.gz", folder);
        name[strlen(folder) + 1] = 0;
        return add(listing, name, strlen(folder) + 11);
    case NOT_UTF8:
        sprintf(name, "%s\xff\xfe\xed\xa0\x80", folder);
        return add(listing, name, strlen(name));
    case LONG_NAME:
        memset(name, 'x', sizeof name);
        return add(listing, name, sizeof name);
    case ODD_NAMES:
        return add(listing, "", 0) || add(listing, "/", 1) || add(listing, "..", 2) || add(listing, "../../x", 7)
            || add(listing, "a//b", 4) || add(listing, "/etc/passwd", 11);
    case HUGE_LENGTH:
        CHECK(cti_listing_add(listing, "x", SIZE_MAX, CTI_ENTRY_FILE, 0) == CTI_ERROR_ARGUMENT);
        /* What was not taken makes the listing fail, whatever is returned. */
        return CTI_READ_OK;
    case NULL_PATH:
        CHECK(cti_listing_add(listing, NULL, 1, CTI_ENTRY_FILE, 0) == CTI_ERROR_ARGUMENT);
        return CTI_READ_OK;
    default: return CTI_READ_OK;
    }
}

static int open_file(void *context, const char *path, size_t length, void **out)
{
    struct test *test = context;
    struct handle *handle;
    size_t number;
    called(test, OPEN);
    for (number = 0; number < file_count; number++)
        if (strlen(files[number].path) == length && memcmp(files[number].path, path, length) == 0) break;
    if (number == file_count) return CTI_READ_VANISHED;
    CHECK((handle = malloc(sizeof *handle)));
    handle->file = &files[number];
    handle->offset = 0;
    pthread_mutex_lock(&test->lock);
    test->opened++;
    pthread_mutex_unlock(&test->lock);
    *out = handle;
    return CTI_READ_OK;
}

static int read_file(void *context, void *opened, void *buffer, size_t capacity, size_t *count)
{
    struct test *test = context;
    struct handle *handle = opened;
    size_t rest = handle->file->length - handle->offset, length = rest < capacity ? rest : capacity;
    pthread_mutex_lock(&test->lock);
    if (++test->readers > test->most_readers) test->most_readers = test->readers;
    pthread_mutex_unlock(&test->lock);
    called(test, READ);
    if (test->nanoseconds) {
        struct timespec pause = {0, 0};
        pause.tv_nsec = test->nanoseconds;
        nanosleep(&pause, NULL);
    }
    memcpy(buffer, handle->file->bytes + handle->offset, length);
    handle->offset += length;
    if (test->lie != NO_COUNT) *count = length;
    if (test->lie == COUNT_TOO_LARGE) *count = capacity + 1;
    if (test->lie == COUNT_HUGE) *count = SIZE_MAX / 2 + 2;
    pthread_mutex_lock(&test->lock);
    test->readers--;
    pthread_mutex_unlock(&test->lock);
    return test->lie == STATUS_ODD ? -12345 : CTI_READ_OK;
}

static void close_file(void *context, void *opened)
{
    struct test *test = context;
    called(test, CLOSE);
    free(opened);
    pthread_mutex_lock(&test->lock);
    test->closed++;
    pthread_mutex_unlock(&test->lock);
}

static uint64_t size_of_file(void *context, void *opened)
{
    struct test *test = context;
    const struct handle *handle = opened;
    called(test, SIZE);
    switch (test->lie) {
    case SIZE_ZERO: return 0;
    case SIZE_LESS: return handle->file->length / 2;
    case SIZE_MORE: return handle->file->length * 1000 + 1;
    case SIZE_HUGE: return UINT64_MAX;
    default: return handle->file->length;
    }
}

static int metadata_of_file(void *context, void *opened, cti_metadata *metadata)
{
    (void)opened;
    called(context, METADATA);
    CHECK(cti_metadata_add(metadata, "signature", "\xff") == CTI_ERROR_ARGUMENT);
    CHECK(cti_metadata_add(metadata, "\xff", "00") == CTI_ERROR_ARGUMENT);
    return CTI_READ_OK;
}

static int is_unchanged(void *context, void *opened)
{
    (void)opened;
    called(context, UNCHANGED);
    return CTI_READ_OK;
}

static int take_finding(void *context, const char *json, size_t length)
{
    CHECK(strlen(json) == length);
    called(context, FINDING);
    return 0;
}

static void prepare(struct test *test)
{
    cti_storage storage = {0};
    CHECK(pthread_mutex_init(&test->lock, NULL) == 0);
    storage.struct_size = sizeof storage;
    storage.context = test;
    storage.list = list;
    storage.open = open_file;
    storage.read = read_file;
    storage.close = close_file;
    storage.size = size_of_file;
    storage.metadata = metadata_of_file;
    storage.unchanged = is_unchanged;
    CHECK(cti_source_create(&storage, "memory", &test->source, NULL) == CTI_OK);
    CHECK((test->monitor = cti_monitor_create()));
}

/* Validates, and frees what the test did not. */
static cti_status validate(struct test *test, cti_verdict *verdict, char **text)
{
    const cti_source *source;
    cti_report *report;
    cti_error *error;
    cti_status status;
    prepare(test);
    source = test->source;
    status = cti_validate(
        test->validator, &source, 1, test->monitor, take_finding, test, &report, &error);
    *verdict = cti_report_verdict(report);
    CHECK((status == CTI_OK) == (report != NULL));
    if (text) *text = strdup(cti_error_message(error));
    cti_error_free(error);
    cti_report_free(report);
    cti_source_free(test->source);
    cti_monitor_free(test->monitor);
    CHECK(test->opened == test->closed);
    pthread_mutex_destroy(&test->lock);
    return status;
}

/* ---- What is done in a function ---- */

static void cancel(struct test *test)
{
    cti_monitor_cancel(test->monitor);
}

static void validate_again(struct test *test)
{
    struct test inner = {0};
    inner.validator = test->validator;
    CHECK(validate(&inner, &test->inner, NULL) == CTI_OK);
}

/* With what the outer one uses. */
static void validate_the_same(struct test *test)
{
    const cti_source *source = test->source;
    cti_report *report;
    cti_error *error;
    CHECK(cti_validate(test->validator, &source, 1, test->monitor, NULL, NULL, &report, &error) == CTI_ERROR_ARGUMENT);
    CHECK(!report && strstr(cti_error_message(error), "make one for each"));
    cti_error_free(error);
    test->at = -1;
    CHECK(cti_validate(test->validator, &source, 1, NULL, NULL, NULL, &report, NULL) == CTI_OK);
    test->inner = cti_report_verdict(report);
    cti_report_free(report);
}

static void free_all(struct test *test)
{
    cti_source_free(test->source);
    cti_monitor_free(test->monitor);
    test->source = NULL;
    test->monitor = NULL;
    if (test->owns_validator) {
        cti_validator_free((cti_validator *)test->validator);
        test->validator = NULL;
    }
}

static void fork_once(struct test *test)
{
    int status;
    pid_t child = fork();
    (void)test;
    CHECK(child >= 0);
    /* It may not use the library, and need not be clean. */
    if (child == 0) kill(getpid(), SIGKILL);
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static const char *const names[] = {"list", "entry", "open", "read", "close", "size", "metadata", "unchanged", "finding"};

static void test_actions(const cti_validator *validator, const cti_validator *bare, cti_validator *(*make)(void))
{
    static const struct {
        void (*act)(struct test *);
        cti_status status;
        const char *name;
    } actions[] = {
        {cancel, CTI_ERROR_CANCELLED, "cancel"},
        {validate_again, CTI_OK, "validate another"},
        {validate_the_same, CTI_OK, "validate the same"},
        {free_all, CTI_OK, "free"},
        {fork_once, CTI_OK, "fork"},
    };
    static const long moments[] = {1, 9};
    size_t action, function, moment;
    for (action = 0; action < sizeof actions / sizeof *actions; action++)
        for (function = 0; function < FUNCTIONS; function++)
            for (moment = 0; moment < sizeof moments / sizeof *moments; moment++) {
                struct test test = {0};
                cti_verdict verdict, expected = function == FINDING ? CTI_VERDICT_NOT_PROVEN : CTI_VERDICT_VALID;
                cti_status status;
                if (function == LIST && moment > 0) continue;
                if (function == FINDING && moment > 0) continue;
                /* Findings there are without signatures alone. */
                test.validator = function == FINDING ? bare : validator;
                if (actions[action].act == free_all && function != FINDING) {
                    test.validator = make();
                    test.owns_validator = 1;
                }
                test.function = (enum function)function;
                test.at = moments[moment];
                test.act = actions[action].act;
                test.inner = expected;
                status = validate(&test, &verdict, NULL);
                if (actions[action].status != CTI_OK) expected = CTI_VERDICT_NONE;
                if (status != actions[action].status || verdict != expected || !test.acted
                    || (expected != CTI_VERDICT_NONE && test.inner != expected)) {
                    fprintf(
                        stderr, "%s at %s %ld: status %d, verdict %d, inner %d, acted %d\n", actions[action].name,
                        names[function], moments[moment], (int)status, (int)verdict, (int)test.inner, test.acted);
                    exit(1);
                }
            }
}

static void test_lies(const cti_validator *validator)
{
    /* None of them is a violation. */
    static const struct {
        cti_status status;
        cti_verdict verdict;
    } expected[LIES] = {
        {CTI_OK, CTI_VERDICT_VALID},
        /* NO_COUNT, COUNT_TOO_LARGE, COUNT_HUGE */
        {CTI_OK, CTI_VERDICT_NOT_PROVEN}, {CTI_OK, CTI_VERDICT_NOT_PROVEN}, {CTI_OK, CTI_VERDICT_NOT_PROVEN},
        /* SIZE_ZERO, SIZE_LESS, SIZE_MORE, SIZE_HUGE */
        {CTI_OK, CTI_VERDICT_VALID}, {CTI_OK, CTI_VERDICT_VALID}, {CTI_OK, CTI_VERDICT_VALID},
        {CTI_OK, CTI_VERDICT_VALID},
        /* STATUS_ODD, LISTED_TWICE, LISTED_AND_GONE */
        {CTI_OK, CTI_VERDICT_NOT_PROVEN}, {CTI_OK, CTI_VERDICT_VALID}, {CTI_OK, CTI_VERDICT_NOT_PROVEN},
        /* NUL_IN_NAME, NOT_UTF8, LONG_NAME, ODD_NAMES */
        {CTI_OK, CTI_VERDICT_NOT_PROVEN}, {CTI_OK, CTI_VERDICT_NOT_PROVEN}, {CTI_OK, CTI_VERDICT_VALID},
        {CTI_OK, CTI_VERDICT_VALID},
        /* HUGE_LENGTH, NULL_PATH */
        {CTI_ERROR_ARGUMENT, CTI_VERDICT_NONE}, {CTI_ERROR_ARGUMENT, CTI_VERDICT_NONE},
    };
    size_t lie;
    for (lie = 0; lie < LIES; lie++) {
        struct test test = {0};
        cti_verdict verdict;
        cti_status status;
        char *text;
        test.validator = validator;
        test.lie = (enum lie)lie;
        status = validate(&test, &verdict, &text);
        if (status != expected[lie].status || verdict != expected[lie].verdict) {
            fprintf(stderr, "lie %d: status %d, verdict %d: %s\n", (int)lie, (int)status, (int)verdict, text);
            exit(1);
        }
        free(text);
    }
}

/* ---- Threads ---- */

struct cancellation {
    cti_monitor *monitor;
    long nanoseconds;
};

static void *cancel_later(void *context)
{
    const struct cancellation *cancellation = context;
    struct timespec pause = {0, 0};
    pause.tv_nsec = cancellation->nanoseconds;
    nanosleep(&pause, NULL);
    cti_monitor_cancel(cancellation->monitor);
    return NULL;
}

static void test_cancellation_at_any_moment(const cti_validator *validator)
{
    long moment;
    for (moment = 0; moment < 10; moment++) {
        struct test test = {0};
        struct cancellation cancellation;
        const cti_source *source;
        cti_report *report;
        cti_status status;
        pthread_t thread;
        test.validator = validator;
        prepare(&test);
        source = test.source;
        cancellation.monitor = test.monitor;
        cancellation.nanoseconds = moment * 3000000;
        CHECK(pthread_create(&thread, NULL, cancel_later, &cancellation) == 0);
        status = cti_validate(validator, &source, 1, test.monitor, NULL, NULL, &report, NULL);
        CHECK(pthread_join(thread, NULL) == 0);
        CHECK(status == CTI_ERROR_CANCELLED ? !report : cti_report_verdict(report) == CTI_VERDICT_VALID);
        CHECK(test.opened == test.closed);
        cti_report_free(report);
        cti_source_free(test.source);
        cti_monitor_free(test.monitor);
    }
}

static void *run(void *context)
{
    struct test *test = context;
    const cti_source *source = test->source;
    cti_report *report;
    CHECK(cti_validate(test->validator, &source, 1, NULL, NULL, NULL, &report, NULL) == CTI_OK);
    CHECK(cti_report_verdict(report) == CTI_VERDICT_VALID);
    cti_report_free(report);
    return NULL;
}

/* Several validations of one source, which is slow, so that each reads it by several threads. */
static void test_threads(const cti_validator *validator)
{
    struct test test = {0};
    pthread_t threads[3];
    size_t number;
    test.validator = validator;
    test.nanoseconds = 1500000;
    prepare(&test);
    for (number = 0; number < 3; number++) CHECK(pthread_create(&threads[number], NULL, run, &test) == 0);
    for (number = 0; number < 3; number++) CHECK(pthread_join(threads[number], NULL) == 0);
    CHECK(test.most_readers > 3 && test.opened == test.closed);
    cti_source_free(test.source);
    cti_monitor_free(test.monitor);
}

/* ---- Reports ---- */

struct writing {
    cti_report *report;
    long pieces;
};

static int free_the_report(void *context, const char *text, size_t length)
{
    struct writing *writing = context;
    CHECK(strlen(text) == length);
    if (++writing->pieces == 2) cti_report_free(writing->report);
    return 0;
}

static void test_report_freed_while_written(const cti_validator *validator)
{
    struct test test = {0};
    struct writing writing = {0};
    const cti_source *source;
    test.validator = validator;
    prepare(&test);
    source = test.source;
    CHECK(cti_validate(validator, &source, 1, NULL, NULL, NULL, &writing.report, NULL) == CTI_OK);
    CHECK(cti_report_write(writing.report, "jsonl", free_the_report, &writing, NULL) == CTI_OK);
    CHECK(writing.pieces > 2);
    cti_source_free(test.source);
    cti_monitor_free(test.monitor);
}

static void test_fork_afterwards(const cti_validator *validator)
{
    struct test test = {0};
    cti_verdict verdict;
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    test.validator = validator;
    CHECK(validate(&test, &verdict, NULL) == CTI_OK && verdict == CTI_VERDICT_VALID);
    if (child == 0) kill(getpid(), SIGKILL);
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* ---- All of them ---- */

static char *key_bytes, *signatures;
static size_t key_length, signatures_length;

static cti_validator *make_bare(void)
{
    cti_keys *keys = cti_keys_create();
    cti_validator *validator;
    CHECK(cti_keys_add(keys, key_bytes, key_length, "keys.json", NULL) == CTI_OK);
    CHECK(cti_validator_create(keys, &validator, NULL) == CTI_OK);
    CHECK(cti_validator_set(validator, "jobs", "2", NULL) == CTI_OK);
    cti_keys_free(keys);
    return validator;
}

static cti_validator *make_validator(void)
{
    cti_validator *validator = make_bare();
    CHECK(cti_validator_add_signatures(validator, signatures, signatures_length, NULL) == CTI_OK);
    return validator;
}

int main(int argc, char **argv)
{
    cti_validator *validator, *bare;
    CHECK(argc == 4);
    load(argv[1], "");
    key_bytes = content(argv[2], &key_length);
    signatures = content(argv[3], &signatures_length);
    validator = make_validator();
    bare = make_bare();

    test_lies(validator);
    test_actions(validator, bare, make_validator);
    test_cancellation_at_any_moment(validator);
    test_threads(validator);
    test_report_freed_while_written(bare);
    test_fork_afterwards(validator);

    cti_validator_free(validator);
    cti_validator_free(bare);
    while (file_count > 0) {
        file_count--;
        free(files[file_count].path);
        free(files[file_count].bytes);
    }
    free(key_bytes);
    free(signatures);
    return 0;
}
