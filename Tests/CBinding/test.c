/*
 * test ARCHIVE KEYS SIGNATURES FOLDER: everything that cloudtrail_integrity.h promises beside the findings themselves.
 * What it finds through storage of its own goes to FOLDER, to be compared with what the command finds.
 */
#define _XOPEN_SOURCE 700
#include <cloudtrail_integrity.h>
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

#define CHECK_ERROR(call, status, text) check_error(call, status, text, &error, __LINE__)

static void check_error(cti_status is, cti_status expected, const char *text, cti_error **error, int line)
{
    const char *message = cti_error_message(*error);
    if (is != expected || cti_error_status(*error) != expected || !strstr(message, text)) {
        fprintf(stderr, "test.c:%d: %d, not %d: %s\n", line, (int)is, (int)expected, message);
        exit(1);
    }
    cti_error_free(*error);
}

static char *content(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *bytes;
    long size;
    CHECK(file && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0);
    rewind(file);
    CHECK((bytes = malloc((size_t)size + 1)));
    CHECK((*length = fread(bytes, 1, (size_t)size, file)) == (size_t)size);
    bytes[size] = 0;
    fclose(file);
    return bytes;
}

/* ---- Storage of this program's own: a folder, with faults ---- */

enum fault { NONE, FAIL_OPEN, FAIL_READ, CLAIM_ONE_MORE, CLAIM_ALL, CHANGE, FAIL_LIST, BAD_KIND, HIDE_FOLDER };

struct folder {
    const char *root;
    /* A manifest, whose signatures come as metadata; or NULL. */
    const char *signatures;
    enum fault fault;
    int status;
    /* Not 0: every read takes this long. */
    long nanoseconds;
    pthread_mutex_t lock;
    long opened, closed;
};

struct file {
    FILE *stream;
    char name[256];
    int is_faulty;
};

static int list_below(struct folder *folder, cti_listing *listing, const char *path)
{
    char full[8192], below[4096];
    struct dirent *entry;
    struct stat status;
    int failure = 0;
    DIR *directory;
    snprintf(full, sizeof full, "%s/%s", folder->root, path);
    if (!(directory = opendir(full))) return CTI_READ_FAILED;
    while (!failure && (entry = readdir(directory))) {
        if (entry->d_name[0] == '.') continue;
        snprintf(below, sizeof below, "%s%s%s", path, *path ? "/" : "", entry->d_name);
        snprintf(full, sizeof full, "%s/%s", folder->root, below);
        if (lstat(full, &status) != 0)
            failure = CTI_READ_FAILED;
        else if (S_ISDIR(status.st_mode) && folder->fault == HIDE_FOLDER && strstr(below, "/CloudTrail/"))
            failure = cti_listing_add(
                listing, below, strlen(below), CTI_ENTRY_UNREADABLE_FOLDER, CTI_READ_PERMISSION) != CTI_OK;
        else if (S_ISDIR(status.st_mode))
            failure = list_below(folder, listing, below);
        else
            failure = cti_listing_add(
                listing, below, strlen(below), folder->fault == BAD_KIND ? 99 : CTI_ENTRY_FILE, 0) != CTI_OK;
    }
    closedir(directory);
    return failure;
}

static int list(void *context, cti_listing *listing)
{
    struct folder *folder = context;
    if (folder->fault == FAIL_LIST) return folder->status;
    list_below(folder, listing, "");
    /* Whatever is returned after cti_listing_add failed. */
    return CTI_READ_OK;
}

static int open_file(void *context, const char *path, size_t length, void **out)
{
    struct folder *folder = context;
    struct file *file;
    char full[4096];
    int is_log = strstr(path, "/CloudTrail/") != NULL;
    CHECK(strlen(path) == length);
    if (folder->fault == FAIL_OPEN && is_log) return folder->status;
    CHECK((file = malloc(sizeof *file)));
    snprintf(full, sizeof full, "%s/%s", folder->root, path);
    snprintf(file->name, sizeof file->name, "%s", strrchr(full, '/') + 1);
    CHECK((file->stream = fopen(full, "rb")));
    file->is_faulty = is_log;
    pthread_mutex_lock(&folder->lock);
    folder->opened++;
    pthread_mutex_unlock(&folder->lock);
    *out = file;
    return CTI_READ_OK;
}

static int read_file(void *context, void *opened, void *buffer, size_t capacity, size_t *count)
{
    struct folder *folder = context;
    struct file *file = opened;
    if (folder->nanoseconds) {
        struct timespec pause = {0, 0};
        pause.tv_nsec = folder->nanoseconds;
        nanosleep(&pause, NULL);
    }
    *count = fread(buffer, 1, capacity, file->stream);
    if (file->is_faulty && folder->fault == FAIL_READ) return folder->status;
    if (file->is_faulty && folder->fault == CLAIM_ONE_MORE) *count = capacity + 1;
    if (file->is_faulty && folder->fault == CLAIM_ALL) *count = SIZE_MAX;
    return CTI_READ_OK;
}

static void close_file(void *context, void *opened)
{
    struct folder *folder = context;
    struct file *file = opened;
    fclose(file->stream);
    free(file);
    pthread_mutex_lock(&folder->lock);
    folder->closed++;
    pthread_mutex_unlock(&folder->lock);
}

static uint64_t size_of_file(void *context, void *opened)
{
    struct file *file = opened;
    struct stat status;
    (void)context;
    CHECK(fstat(fileno(file->stream), &status) == 0);
    return (uint64_t)status.st_size;
}

static int metadata_of_file(void *context, void *opened, cti_metadata *metadata)
{
    struct folder *folder = context;
    struct file *file = opened;
    const char *line = folder->signatures ? strstr(folder->signatures, file->name) : NULL;
    const char *field = "\"signature\":", *begin;
    char value[4096] = "";
    if (!line) return CTI_READ_OK;
    CHECK((begin = strstr(line, field)));
    sscanf(begin + strlen(field), " \"%4095[0-9a-f]", value);
    CHECK(*value);
    CHECK(cti_metadata_add(metadata, "X-Amz-Meta-Signature", value) == CTI_OK);
    CHECK(cti_metadata_add(metadata, "signature-algorithm", "SHA256withRSA") == CTI_OK);
    CHECK(cti_metadata_add(metadata, "colour", "blue") == CTI_OK);
    CHECK(cti_metadata_add(metadata, "signature", NULL) == CTI_ERROR_ARGUMENT);
    return CTI_READ_OK;
}

static int is_unchanged(void *context, void *opened)
{
    struct folder *folder = context;
    struct file *file = opened;
    return folder->fault == CHANGE && file->is_faulty ? CTI_READ_CHANGED : CTI_READ_OK;
}

static cti_storage storage_of(struct folder *folder)
{
    cti_storage storage = {0};
    pthread_mutex_init(&folder->lock, NULL);
    storage.struct_size = sizeof storage;
    storage.context = folder;
    storage.list = list;
    storage.open = open_file;
    storage.read = read_file;
    storage.close = close_file;
    storage.size = size_of_file;
    storage.metadata = metadata_of_file;
    storage.unchanged = is_unchanged;
    return storage;
}

/* ---- What is found ---- */

struct findings {
    FILE *file;
    long count, limit;
    /* Findings that hold this text. */
    const char *text;
    long matches;
};

static int take_finding(void *context, const char *json, size_t length)
{
    struct findings *findings = context;
    CHECK(strlen(json) == length && json[0] == '{' && json[length - 1] == '}');
    if (findings->file) fprintf(findings->file, "%s\n", json);
    if (findings->text && strstr(json, findings->text)) findings->matches++;
    return ++findings->count == findings->limit;
}

/* Text that grows. */
struct text {
    char *bytes;
    size_t length, pieces, limit;
};

static int append(void *context, const char *piece, size_t length)
{
    struct text *text = context;
    CHECK(strlen(piece) == length);
    if (++text->pieces == text->limit) return -1;
    CHECK((text->bytes = realloc(text->bytes, text->length + length + 1)));
    memcpy(text->bytes + text->length, piece, length + 1);
    text->length += length;
    return 0;
}

static cti_report *validate(const cti_validator *validator, struct folder *folder, struct findings *findings)
{
    cti_storage storage = storage_of(folder);
    cti_source *source;
    cti_report *report;
    CHECK(cti_source_create(&storage, folder->root, &source, NULL) == CTI_OK);
    /* It was copied. */
    memset(&storage, 0xff, sizeof storage);
    CHECK(cti_validate(
        validator, (const cti_source *const *)&source, 1, NULL, take_finding, findings, &report, NULL) == CTI_OK);
    cti_source_free(source);
    CHECK(folder->opened == folder->closed);
    return report;
}

static void test_versions(void)
{
    CHECK(cti_abi_version() == CTI_ABI_VERSION);
    CHECK(strchr(cti_version(), '.'));
    CHECK(cti_error_status(NULL) == CTI_OK && !*cti_error_message(NULL));
}

static void test_nulls(const cti_validator *validator)
{
    cti_error *error = NULL;
    cti_keys *keys = cti_keys_create();
    cti_validator *made = (cti_validator *)keys;
    cti_source *source = (cti_source *)keys;
    cti_report *report = (cti_report *)keys;
    cti_monitor *monitor = cti_monitor_create();
    cti_progress progress = {0};
    cti_verdict verdict = CTI_VERDICT_VALID;
    cti_storage storage = {0};

    CHECK_ERROR(cti_keys_add(NULL, "", 0, "k", &error), CTI_ERROR_ARGUMENT, "keys is NULL");
    CHECK_ERROR(cti_keys_add(keys, NULL, 1, "k", &error), CTI_ERROR_ARGUMENT, "bytes is NULL");
    CHECK_ERROR(cti_keys_add(keys, "", SIZE_MAX, "k", &error), CTI_ERROR_ARGUMENT, "more bytes than there are");
    CHECK_ERROR(cti_keys_add(keys, "", 0, NULL, &error), CTI_ERROR_ARGUMENT, "name is NULL");
    CHECK_ERROR(cti_keys_add(keys, "", 0, "\xff", &error), CTI_ERROR_ARGUMENT, "name is not UTF-8");
    CHECK_ERROR(cti_validator_create(NULL, &made, &error), CTI_ERROR_ARGUMENT, "keys is NULL");
    CHECK(!made);
    CHECK_ERROR(cti_validator_create(keys, &made, &error), CTI_ERROR_ARGUMENT, "there are no public keys");
    CHECK_ERROR(cti_validator_create(keys, NULL, &error), CTI_ERROR_ARGUMENT, "validator is NULL");
    CHECK_ERROR(cti_validator_set(NULL, "jobs", "1", &error), CTI_ERROR_ARGUMENT, "validator is NULL");
    CHECK_ERROR(cti_validator_set((cti_validator *)keys, "jobs", "1", &error), CTI_ERROR_ARGUMENT, "no validator");
    CHECK_ERROR(cti_source_open_folder(NULL, &source, &error), CTI_ERROR_ARGUMENT, "path is NULL");
    CHECK(!source);
    CHECK_ERROR(cti_source_open_file(NULL, &source, &error), CTI_ERROR_ARGUMENT, "path is NULL");
    CHECK_ERROR(cti_source_open_descriptor(0, NULL, &source, &error), CTI_ERROR_ARGUMENT, "name is NULL");
    CHECK_ERROR(cti_source_create(NULL, "s", &source, &error), CTI_ERROR_ARGUMENT, "storage is NULL");
    CHECK_ERROR(cti_source_create(&storage, "s", &source, &error), CTI_ERROR_ARGUMENT, "struct_size");
    storage.struct_size = sizeof storage;
    CHECK_ERROR(cti_source_create(&storage, "s", &source, &error), CTI_ERROR_ARGUMENT, "list is NULL");
    CHECK_ERROR(
        cti_validate(validator, NULL, 0, NULL, NULL, NULL, &report, &error), CTI_ERROR_ARGUMENT, "there is no source");
    CHECK(!report);
    CHECK_ERROR(
        cti_validate(validator, NULL, 1, NULL, NULL, NULL, &report, &error), CTI_ERROR_ARGUMENT, "sources is NULL");
    CHECK_ERROR(
        cti_validate(validator, (const cti_source *const *)&source, 1, NULL, NULL, NULL, &report, &error),
        CTI_ERROR_ARGUMENT, "source is NULL");
    CHECK_ERROR(
        cti_validate(NULL, NULL, 0, NULL, NULL, NULL, &report, &error), CTI_ERROR_ARGUMENT, "validator is NULL");
    CHECK_ERROR(
        cti_validate(validator, NULL, 0, NULL, NULL, NULL, NULL, &error), CTI_ERROR_ARGUMENT, "report is NULL");
    CHECK(cti_validate(NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL) == CTI_ERROR_ARGUMENT);
    CHECK(cti_report_verdict(NULL) == CTI_VERDICT_NONE);
    CHECK_ERROR(
        cti_report_verdict_allowing(NULL, NULL, 0, &verdict, &error), CTI_ERROR_ARGUMENT, "report is NULL");
    CHECK(verdict == CTI_VERDICT_NONE);
    CHECK_ERROR(cti_report_write(NULL, "json", append, NULL, &error), CTI_ERROR_ARGUMENT, "report is NULL");
    CHECK(cti_listing_add(NULL, "a", 1, CTI_ENTRY_FILE, 0) == CTI_ERROR_ARGUMENT);
    CHECK(cti_metadata_add(NULL, "a", "b") == CTI_ERROR_ARGUMENT);
    CHECK(cti_monitor_progress(NULL, &progress) == CTI_ERROR_ARGUMENT);
    CHECK(cti_monitor_progress(monitor, NULL) == CTI_ERROR_ARGUMENT);
    CHECK(cti_monitor_progress(monitor, &progress) == CTI_ERROR_ARGUMENT);
    cti_monitor_cancel(NULL);
    cti_error_free(NULL);
    cti_validator_free(NULL);
    cti_source_free(NULL);
    cti_monitor_free(NULL);
    cti_report_free(NULL);
    cti_keys_free(NULL);
    cti_monitor_free(monitor);
    cti_keys_free(keys);
}

static void test_bad_input(cti_validator *validator)
{
    /* An empty text is never taken for "not asked". */
    static const char *const options[] = {"start-time", "end-time", "account-id", "region", "trail",   "bucket",
                                          "grace",      "max-age",  "jobs",       "readers", "verbose"};
    static const char chains[] =
        "{\"account\":\"111122223333\",\"region\":\"us-east-1\",\"trail\":\"t\",\"homeRegion\":\"us-east-1\"}\n"
        "{\"account\":\"111122223333\",\"region\":\"us-east-1\",\"trail\":\"t\",\"homeRegion\":\"us-east-1\","
        "\"since\":\"2026-03-01\"}\n";
    cti_error *error = NULL;
    cti_keys *keys = cti_keys_create();
    cti_source *source;
    CHECK_ERROR(
        cti_keys_add(keys, "{}", 2, "k\n.json", &error), CTI_ERROR_INPUT,
        "the key file 'k\\u{a}.json' cannot be used: ");
    CHECK_ERROR(
        cti_validator_set(validator, "strict", "", &error), CTI_ERROR_ARGUMENT, "there is no option 'strict'");
    CHECK_ERROR(
        cti_validator_set(validator, "start-time", "now", &error), CTI_ERROR_ARGUMENT,
        "The value 'now' is invalid for 'start-time': an ISO 8601 time");
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
        CHECK_ERROR(cti_validator_set(validator, options[i], "", &error), CTI_ERROR_ARGUMENT, "The value '' is invalid");
    CHECK_ERROR(cti_validator_add_expected_chains(validator, "", 0, &error), CTI_ERROR_INPUT, "names no chain");
    CHECK_ERROR(
        cti_validator_add_expected_chains(validator, chains, strlen(chains), &error), CTI_ERROR_INPUT,
        "line 2: the chain is named twice");
    CHECK_ERROR(cti_validator_set(validator, "jobs", NULL, &error), CTI_ERROR_ARGUMENT, "value is NULL");
    CHECK_ERROR(cti_validator_add_signatures(validator, "[", 1, &error), CTI_ERROR_INPUT, "line 1");
    CHECK_ERROR(cti_validator_add_expected_chains(validator, "{}", 2, &error), CTI_ERROR_INPUT, "line 1");
    CHECK_ERROR(
        cti_source_open_folder("/nonexistent", &source, &error), CTI_ERROR_INPUT,
        "the archive '/nonexistent' cannot be validated: there is no such folder");
    CHECK_ERROR(
        cti_source_open_file("/nonexistent", &source, &error), CTI_ERROR_INPUT,
        "the archive '/nonexistent' cannot be validated: ");
    CHECK_ERROR(
        cti_source_open_descriptor(-1, "nothing", &source, &error), CTI_ERROR_INPUT,
        "the archive 'nothing' cannot be validated: ");
    CHECK(!source);
    cti_keys_free(keys);
}

/* The findings are those of the command, and the report says the same in every way. */
static void test_storage(const cti_validator *validator, struct folder folder, const char *path)
{
    static const char *const everything[] = {"coverage-short", "log-unreferenced"};
    struct findings findings = {0};
    struct text json = {0}, lines = {0}, none = {0};
    const char *impossible = "log-modified";
    cti_error *error = NULL;
    cti_verdict verdict;
    cti_report *report;
    CHECK((findings.file = fopen(path, "w")));
    report = validate(validator, &folder, &findings);
    fclose(findings.file);
    CHECK(folder.opened > 100 && findings.count > 0);
    CHECK(cti_report_verdict(report) == CTI_VERDICT_NOT_VALID);
    CHECK(cti_report_verdict_allowing(report, everything, 2, &verdict, NULL) == CTI_OK);
    CHECK(verdict == CTI_VERDICT_NOT_VALID);
    CHECK_ERROR(
        cti_report_verdict_allowing(report, &impossible, 1, &verdict, &error), CTI_ERROR_ARGUMENT,
        "cannot be allowed: log-modified (values: ");
    CHECK(verdict == CTI_VERDICT_NONE);
    CHECK(cti_report_write(report, "json", append, &json, &error) == CTI_OK && !error);
    CHECK(cti_report_write(report, "jsonl", append, &lines, NULL) == CTI_OK);
    CHECK(strstr(json.bytes, "\"exit\":1,") && strstr(lines.bytes, "\"exit\":1,"));
    CHECK(strncmp(json.bytes, "{\"run\":{", 8) == 0 && strncmp(lines.bytes, "{\"record\":\"finding\"", 19) == 0);
    CHECK_ERROR(cti_report_write(report, "html", append, &none, &error), CTI_ERROR_ARGUMENT, "'html'");
    CHECK_ERROR(cti_report_write(report, "json", NULL, NULL, &error), CTI_ERROR_ARGUMENT, "write is NULL");
    none.limit = 3;
    CHECK_ERROR(cti_report_write(report, "jsonl", append, &none, &error), CTI_ERROR_STOPPED, "stopped");
    CHECK(none.pieces == 3);
    free(json.bytes);
    free(lines.bytes);
    free(none.bytes);
    cti_report_free(report);
}

/* What storage fails at becomes a finding with the reason, and no violation. */
static void test_faults(const cti_validator *validator, struct folder folder)
{
    static const struct {
        enum fault fault;
        int status;
        const char *reason;
    } faults[] = {
        {FAIL_OPEN, CTI_READ_FAILED, "\"reason\":\"io\""},
        {FAIL_OPEN, -7, "the storage failed with -7"},
        {FAIL_OPEN, CTI_READ_PERMISSION, "\"reason\":\"permission\""},
        {FAIL_READ, CTI_READ_VANISHED, "\"reason\":\"vanished\""},
        {FAIL_READ, CTI_READ_NOT_REGULAR_FILE, "\"reason\":\"not-a-regular-file\""},
        {CHANGE, 0, "\"reason\":\"changed\""},
        {CLAIM_ONE_MORE, 0, "more bytes than it was asked for"},
        {CLAIM_ALL, 0, "more bytes than it was asked for"},
        {HIDE_FOLDER, 0, "\"reason\":\"permission\""},
    };
    size_t number;
    for (number = 0; number < sizeof faults / sizeof *faults; number++) {
        struct folder broken = folder;
        struct findings findings = {0};
        cti_report *report;
        broken.fault = faults[number].fault;
        broken.status = faults[number].status;
        findings.text = faults[number].reason;
        report = validate(validator, &broken, &findings);
        CHECK(cti_report_verdict(report) != CTI_VERDICT_VALID);
        if (findings.matches < 10) {
            fprintf(stderr, "fault %d: %ld findings with %s\n", (int)number, findings.matches, findings.text);
            exit(1);
        }
        cti_report_free(report);
    }
}

static void test_listings(const cti_validator *validator, struct folder folder)
{
    static const struct {
        enum fault fault;
        const char *message;
        cti_status status;
    } faults[] = {
        {FAIL_LIST, "the archive could not be listed: the storage does not permit it", CTI_ERROR_INPUT},
        {BAD_KIND, "99 is not a kind of entry", CTI_ERROR_ARGUMENT},
    };
    size_t number;
    for (number = 0; number < sizeof faults / sizeof *faults; number++) {
        cti_storage storage = storage_of(&folder);
        cti_source *source;
        cti_report *report;
        cti_error *error;
        folder.fault = faults[number].fault;
        folder.status = CTI_READ_PERMISSION;
        CHECK(cti_source_create(&storage, "s", &source, NULL) == CTI_OK);
        CHECK_ERROR(
            cti_validate(validator, (const cti_source *const *)&source, 1, NULL, NULL, NULL, &report, &error),
            faults[number].status, faults[number].message);
        CHECK(!report);
        cti_source_free(source);
    }
}

static void *cancel_when_running(void *context)
{
    cti_monitor *monitor = context;
    struct timespec pause = {0, 1000000};
    cti_progress progress = {0};
    progress.struct_size = sizeof progress;
    do {
        nanosleep(&pause, NULL);
        CHECK(cti_monitor_progress(monitor, &progress) == CTI_OK);
    } while (progress.digests_read == 0);
    cti_monitor_cancel(monitor);
    return NULL;
}

static void test_cancellation(const cti_validator *validator, struct folder folder)
{
    cti_storage storage;
    cti_source *source;
    cti_report *report;
    cti_error *error;
    cti_monitor *monitor = cti_monitor_create();
    struct findings findings = {0};
    cti_progress progress = {0};
    pthread_t thread;
    folder.nanoseconds = 2000000;
    storage = storage_of(&folder);
    CHECK(cti_source_create(&storage, "s", &source, NULL) == CTI_OK);
    CHECK(pthread_create(&thread, NULL, cancel_when_running, monitor) == 0);
    CHECK_ERROR(
        cti_validate(validator, (const cti_source *const *)&source, 1, monitor, NULL, NULL, &report, &error),
        CTI_ERROR_CANCELLED, "there is no verdict");
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(!report && cti_report_verdict(report) == CTI_VERDICT_NONE);
    CHECK(folder.opened > 0 && folder.opened == folder.closed);
    /* It has watched one. */
    CHECK_ERROR(
        cti_validate(validator, (const cti_source *const *)&source, 1, monitor, NULL, NULL, &report, &error),
        CTI_ERROR_ARGUMENT, "make one for each");
    cti_monitor_free(monitor);

    /* Before it begins. */
    monitor = cti_monitor_create();
    cti_monitor_cancel(monitor);
    CHECK_ERROR(
        cti_validate(validator, (const cti_source *const *)&source, 1, monitor, NULL, NULL, &report, &error),
        CTI_ERROR_CANCELLED, "there is no verdict");
    cti_monitor_free(monitor);

    /* By the callback. */
    folder.nanoseconds = 0;
    findings.limit = 2;
    CHECK_ERROR(
        cti_validate(
            validator, (const cti_source *const *)&source, 1, NULL, take_finding, &findings, &report, &error),
        CTI_ERROR_CANCELLED, "there is no verdict");
    CHECK(!report && findings.count == 2);

    /* Not at all. */
    monitor = cti_monitor_create();
    CHECK(cti_validate(
        validator, (const cti_source *const *)&source, 1, monitor, NULL, NULL, &report, NULL) == CTI_OK);
    progress.struct_size = sizeof progress;
    CHECK(cti_monitor_progress(monitor, &progress) == CTI_OK);
    CHECK(progress.phase == CTI_PHASE_CONCLUSIONS && progress.digests_read == progress.digests_total);
    CHECK(progress.logs_settled > 0 && progress.bytes_read > 0 && progress.findings > 0);
    cti_report_free(report);
    cti_monitor_free(monitor);
    cti_source_free(source);
}

struct run {
    const cti_validator *validator;
    const cti_source *source;
    cti_verdict verdict;
};

static void *run(void *context)
{
    struct run *run = context;
    cti_report *report;
    CHECK(cti_validate(run->validator, &run->source, 1, NULL, NULL, NULL, &report, NULL) == CTI_OK);
    run->verdict = cti_report_verdict(report);
    cti_report_free(report);
    return NULL;
}

/* One validator and one source, used by several threads at once. */
static void test_threads(const cti_validator *validator, struct folder folder)
{
    cti_storage storage = storage_of(&folder);
    cti_source *source;
    struct run runs[3];
    pthread_t threads[3];
    int number;
    CHECK(cti_source_create(&storage, "s", &source, NULL) == CTI_OK);
    for (number = 0; number < 3; number++) {
        runs[number].validator = validator;
        runs[number].source = source;
        CHECK(pthread_create(&threads[number], NULL, run, &runs[number]) == 0);
    }
    for (number = 0; number < 3; number++) {
        CHECK(pthread_join(threads[number], NULL) == 0);
        CHECK(runs[number].verdict == CTI_VERDICT_NOT_VALID);
    }
    CHECK(folder.opened == folder.closed);
    cti_source_free(source);
}

int main(int argc, char **argv)
{
    cti_keys *keys = cti_keys_create();
    cti_validator *validator, *bare;
    size_t key_length, signatures_length;
    struct folder folder = {0};
    char *key_bytes, *signatures;
    char path[4096];
    CHECK(argc == 5);
    key_bytes = content(argv[2], &key_length);
    signatures = content(argv[3], &signatures_length);
    CHECK(cti_keys_add(keys, key_bytes, key_length, argv[2], NULL) == CTI_OK);
    CHECK(cti_validator_create(keys, &validator, NULL) == CTI_OK);
    CHECK(cti_validator_create(keys, &bare, NULL) == CTI_OK);
    CHECK(cti_validator_add_signatures(validator, signatures, signatures_length, NULL) == CTI_OK);
    CHECK(cti_validator_set(validator, "jobs", "3", NULL) == CTI_OK);
    free(key_bytes);
    cti_keys_free(keys);
    folder.root = argv[1];

    test_versions();
    test_nulls(validator);
    test_bad_input(validator);
    snprintf(path, sizeof path, "%s/storage.jsonl", argv[4]);
    test_storage(validator, folder, path);
    test_faults(validator, folder);
    test_listings(validator, folder);
    test_cancellation(validator, folder);
    test_threads(validator, folder);
    /* The signatures from the storage instead of from a manifest. */
    folder.signatures = signatures;
    snprintf(path, sizeof path, "%s/metadata.jsonl", argv[4]);
    test_storage(bare, folder, path);

    cti_validator_free(validator);
    cti_validator_free(bare);
    free(signatures);
    return 0;
}
