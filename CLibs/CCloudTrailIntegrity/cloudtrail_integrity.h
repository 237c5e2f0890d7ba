/*
 * cloudtrail_integrity.h: proves, offline, that a downloaded AWS CloudTrail archive is what AWS delivered, and names
 * every file that was modified, deleted, added or left unproven.
 *
 *     cti_keys_create, cti_keys_add                 the public keys, which are trusted because you say so
 *     cti_validator_create, cti_validator_set       what to validate and how
 *     cti_source_open_folder, cti_source_open_file, cti_source_create
 *                                                   where the archive is: a folder, a tar or zip file, or storage of
 *                                                   your own
 *     cti_validate                                  judges it
 *     cti_report_verdict, cti_report_write          the verdict, and all that was found
 *
 * THE VERDICT is cti_report_verdict() and nothing else. Never take an empty list of findings for one, nor CTI_OK: that
 * only says that there is a report. An archive without any digest file has few findings and is not proven.
 *
 * OWNERSHIP. What a function hands out through a `**` belongs to the caller, who frees it with the cti_..._free of its
 * type, once; a NULL is freed without effect. A handle that was freed must not be used again. Handles do not need each
 * other after the call that was given both: keys may be freed once a validator was created, sources and the validator
 * once cti_validate() has returned. The library copies what it is given and keeps no pointer of the caller's, but for
 * the functions and the context of a cti_storage.
 *
 * OUT-PARAMETERS are written by every call, also by one that fails: a handle is then NULL, a verdict CTI_VERDICT_NONE.
 * What they held before is not looked at.
 *
 * ERRORS. A cti_status other than CTI_OK says that what was asked for was not done. `error` may be NULL; else it gets a
 * cti_error with the message, or NULL where all went well. A NULL where a handle or a pointer is needed is
 * CTI_ERROR_ARGUMENT and no crash. Nothing is thrown across this interface, and nothing may be thrown across it: no C++
 * exception and no longjmp may leave a callback. As in any Swift program the process ends when there is no memory left.
 *
 * TEXT is UTF-8. Text that goes in ends with a NUL unless a length is given beside it; text that comes out ends with a
 * NUL, which is not counted in its length. Paths and keys in an archive are bytes and need not be UTF-8: JSON shows
 * such a one with replacement characters and, in `detail`, as hex. Text in findings may come from whoever wrote the
 * archive: JSON is safe to show as it is, what you decode from it must be escaped for where you show it.
 *
 * THREADS. The library starts threads of its own within cti_validate() and has ended them when that returns; it
 * installs no signal handler and keeps no state outside of the handles. A handle may be used by one thread at a time,
 * with these exceptions: cti_monitor_cancel and cti_monitor_progress may be called by any thread at any time; keys, a
 * validator, a source or a report may be used by several threads at once as long as none of them changes or frees it. A
 * process that forks while a validation runs must not use the library in the child before it has called exec.
 *
 * VERSIONS. What is declared here stays as it is as long as CTI_ABI_VERSION, which is the number in the library's
 * soname, stays the same; functions, enumerators and members at the end of a struct may be added. Structs that the
 * caller fills begin with their size for that reason; members that the caller does not know of are as if NULL. A
 * program needs a library that is not older than the header it was compiled with.
 */
#ifndef CLOUDTRAIL_INTEGRITY_H
#define CLOUDTRAIL_INTEGRITY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ---- */

/* The version of this interface. */
#define CTI_ABI_VERSION 1

/* The version of the interface that the library has: CTI_ABI_VERSION when it was built. */
uint32_t cti_abi_version(void);

/* The version of the library, such as "0.1.0". Never freed. */
const char *cti_version(void);

/* ---- Errors ---- */

/* How a call ended. */
typedef enum cti_status {
    CTI_OK = 0,
    /* NULL where something is needed, an unknown option, a bad value: the calling program is wrong. */
    CTI_ERROR_ARGUMENT = 1,
    /*
     * Keys, signatures or a list of chains that cannot be used; a source that is not there or cannot be listed; a clock
     * that is set back, where an age is asked for.
     */
    CTI_ERROR_INPUT = 2,
    /* Stopped by cti_monitor_cancel() or by the callback for findings. There is no verdict. */
    CTI_ERROR_CANCELLED = 3,
    /* The callback that takes a report stopped it. */
    CTI_ERROR_STOPPED = 4,
    /* libcrypto or zlib failed, or the library has an error. There is no verdict. */
    CTI_ERROR_INTERNAL = 5
} cti_status;

/* What went wrong. */
typedef struct cti_error cti_error;

/* What the call returned; CTI_OK for NULL. */
cti_status cti_error_status(const cti_error *error);

/* What is wrong and where, in one line that is safe to show; "" for NULL. It lives as long as the error. */
const char *cti_error_message(const cti_error *error);

void cti_error_free(cti_error *error);

/* ---- Public keys ---- */

/* A set of public keys. */
typedef struct cti_keys cti_keys;

/* An empty set. */
cti_keys *cti_keys_create(void);

void cti_keys_free(cti_keys *keys);

/*
 * Adds the keys of a file: an answer of `aws cloudtrail list-public-keys`. They are trusted because the caller says so;
 * they must not come from where the archive came from.
 *
 *   bytes, length  The content of the file.
 *   name           What the report calls it.
 *
 * CTI_ERROR_INPUT when it is no such answer, or a fingerprint is not that of its key or stands for another key already;
 * nothing is added then.
 */
cti_status cti_keys_add(cti_keys *keys, const void *bytes, size_t length, const char *name, cti_error **error);

/* ---- Validator ---- */

/* What to validate and how. */
typedef struct cti_validator cti_validator;

/* A validator with the keys that are in the set now, at least one, and the default of every option. */
cti_status cti_validator_create(const cti_keys *keys, cti_validator **validator, cti_error **error);

void cti_validator_free(cti_validator *validator);

/*
 * Sets an option. Names and values are those of the command `cloudtrail-integrity validate`:
 *
 *   start-time, end-time    The delivery time that must be proven, ISO 8601: 2026-03-01T00:00:00Z, or a date, which is
 *                           its midnight in UTC.
 *   account-id, region, trail
 *                           Report on these alone; each call adds one. A trail is a name or an ARN.
 *   bucket                  The bucket the archive came from, to be compared with.
 *   grace                   How long a log file may wait for its digest: 90s, 90m, 3h, 2d. Default 150m.
 *   max-age                 Instead of an end: how long before a validation begins coverage must reach, such as 3h.
 *   max-log-size, max-digest-size
 *                           The largest uncompressed file: bytes, or with K, M, G, T. Default 8G and 256M.
 *   max-inflate-ratio       Content to compressed bytes, beyond 1 GiB of content. Default 256.
 *   max-digest-entries, max-json-depth, max-key-length
 *                           Default 1000000, 32, and 1024 bytes.
 *   findings-per-folder     Findings of one kind and folder that stand by themselves; one more sums up the others.
 *                           Default 10000.
 *   jobs                    Threads that compute. Default: the number of processors that the process may use.
 *   readers                 Threads that read, where storage is slow. Default 16, or as many as compute.
 *   verbose                 true lists every proven file in the report. Default false.
 *
 * Where it is not said that calls add up, the last one counts. CTI_ERROR_ARGUMENT for another name or a bad value.
 */
cti_status cti_validator_set(cti_validator *validator, const char *name, const char *value, cti_error **error);

/*
 * Adds signatures of digest files that were kept outside the archive: the content of a signature manifest, of an output
 * of `rclone lsjson -R -M`, or of lines of `s5cmd head`.
 */
cti_status cti_validator_add_signatures(
    cti_validator *validator, const void *bytes, size_t length, cti_error **error);

/*
 * Adds chains that must be in the archive: JSON Lines of account, region, trail, homeRegion and perhaps since and until.
 * CTI_ERROR_INPUT for a list that names none, has a member of another name, or names a chain in two ways.
 */
cti_status cti_validator_add_expected_chains(
    cti_validator *validator, const void *bytes, size_t length, cti_error **error);

/* ---- Sources ---- */

/* Where an archive, or a part of one, is kept. */
typedef struct cti_source cti_source;

/*
 * The folder at `path`, which is bytes. It is never written to, no link below it is followed, and the report calls it
 * by its path. CTI_ERROR_INPUT when it is not there or may not be read.
 */
cti_status cti_source_open_folder(const char *path, cti_source **source, cti_error **error);

/*
 * The tar or zip file at `path`, which is bytes: tar plain or compressed with gzip, bzip2, xz or zstd. Nothing is
 * extracted. CTI_ERROR_INPUT when it is not there, may not be read or is not an archive, and in a library that was built
 * without the package trait ArchiveFiles.
 */
cti_status cti_source_open_file(const char *path, cti_source **source, cti_error **error);

/*
 * What comes out of a descriptor, such as 0, from where it stands: as for a file. It stays the caller's and must stay
 * open as long as the source; a tar archive that comes through a pipe can be validated once.
 */
cti_status cti_source_open_descriptor(int descriptor, const char *name, cti_source **source, cti_error **error);

/* Why storage cannot do what it was asked for. */
typedef enum cti_read_status {
    CTI_READ_OK = 0,
    /* The storage failed; any other number than those here means this too. */
    CTI_READ_FAILED = 1,
    /* It may not be read. */
    CTI_READ_PERMISSION = 2,
    /* It was listed and is not there any more. */
    CTI_READ_VANISHED = 3,
    /* A link, a device, a FIFO or a socket. */
    CTI_READ_NOT_REGULAR_FILE = 4,
    /* It changed while it was read. */
    CTI_READ_CHANGED = 5
} cti_read_status;

/* What a listing came upon. */
typedef enum cti_entry_kind {
    /* A file that can be opened. */
    CTI_ENTRY_FILE = 0,
    /* A symbolic link: never followed. */
    CTI_ENTRY_LINK = 1,
    /* A device, FIFO or socket: never opened. */
    CTI_ENTRY_SPECIAL = 2,
    /* A folder whose content could not be listed: nothing below it is called missing. */
    CTI_ENTRY_UNREADABLE_FOLDER = 3
} cti_entry_kind;

/* Takes what a listing comes upon; valid until `list` returns, on its thread. */
typedef struct cti_listing cti_listing;

/*
 * Adds a file, or something that stands in the way of finding files.
 *
 *   path, length  Below the root, components separated by '/', no '/' in front: bytes.
 *   kind          A cti_entry_kind.
 *   reason        A cti_read_status: why a folder could not be listed; not looked at for anything else.
 *
 * When it does not return CTI_OK, such as after a cancellation, `list` should return, whatever with.
 */
cti_status cti_listing_add(cti_listing *listing, const char *path, size_t length, int kind, int reason);

/* Takes the S3 user metadata of an object; valid until `metadata` returns, on its thread. */
typedef struct cti_metadata cti_metadata;

/*
 * Adds what S3 keeps of an object under `name`. Three names matter: signature, signature-algorithm and
 * backfill-generation-timestamp, in any case and with or without x-amz-meta- in front; others have no effect.
 */
cti_status cti_metadata_add(cti_metadata *metadata, const char *name, const char *value);

/*
 * Storage of the caller's own: a disk image, a case database. It is called by several threads at once, for one file by
 * one thread at a time. Functions return a cti_read_status; what they fail at becomes a finding that says so, and is
 * never called tampering.
 */
typedef struct cti_storage {
    /* sizeof(cti_storage) */
    size_t struct_size;
    /* Given to every function; it must live as long as the source. */
    void *context;

    /* Calls cti_listing_add() with everything that is there. Failing means that the source cannot be validated. */
    int (*list)(void *context, cti_listing *listing);

    /* Opens a file that was listed for one pass from its beginning. What is put into *file is given to the functions
     * below; it may be NULL. The path does not outlive the call. */
    int (*open)(void *context, const char *path, size_t length, void **file);

    /* Puts the next bytes into buffer, at most capacity, and their number into *count; 0 is the end. A greater number
     * than capacity, or none, counts as a failure. */
    int (*read)(void *context, void *file, void *buffer, size_t capacity, size_t *count);

    /* Closes a file that open() opened; called once for each. */
    void (*close)(void *context, void *file);

    /* The functions from here on may be NULL. */

    /* The size of the file as it is stored, in bytes; 0 where it is not known. Nothing is read beyond it once the
     * content is whole: bytes behind a size that is too small are not seen. */
    uint64_t (*size)(void *context, void *file);

    /* Calls cti_metadata_add() with the metadata that was kept of the object, if any. */
    int (*metadata)(void *context, void *file, cti_metadata *metadata);

    /* Asked after the last read(): CTI_READ_CHANGED where the file is not what it was when it was opened. */
    int (*unchanged)(void *context, void *file);
} cti_storage;

/*
 * A source that is reached through `storage`, which is copied. The report puts `name` and a '/' in front of its paths.
 */
cti_status cti_source_create(const cti_storage *storage, const char *name, cti_source **source, cti_error **error);

/* Not while a validation uses it. */
void cti_source_free(cti_source *source);

/* ---- Monitor ---- */

/* Watches one validation from any thread, and stops it. */
typedef struct cti_monitor cti_monitor;

/* What a validation is at; the phases follow each other in this order. */
typedef enum cti_phase {
    CTI_PHASE_WAITING = 0,
    CTI_PHASE_LISTING = 1,
    CTI_PHASE_DIGEST_FILES = 2,
    CTI_PHASE_LOG_FILES = 3,
    CTI_PHASE_CONCLUSIONS = 4
} cti_phase;

/* How far a validation is. The numbers may lag behind by a few files for each thread. */
typedef struct cti_progress {
    /* sizeof(cti_progress), set by the caller */
    size_t struct_size;
    /* A cti_phase. */
    int phase;
    /* Files that were found; log files only once the digest files were read. */
    uint64_t digests_total;
    uint64_t digests_read;
    uint64_t logs_total;
    /* Hashed or, where a range or a filter leaves them out, passed over. */
    uint64_t logs_settled;
    /* Stored bytes that were read of the digest files or, once those were begun, of the log files. */
    uint64_t bytes_read;
    /* Since the digest files, or the log files, were begun. */
    uint64_t elapsed_nanoseconds;
    /* Since a file was last finished. */
    uint64_t idle_nanoseconds;
    /* Violations and unverified so far, in files that are there; no verdict. */
    uint64_t findings;
} cti_progress;

/* A monitor for one validation. */
cti_monitor *cti_monitor_create(void);

void cti_monitor_free(cti_monitor *monitor);

/* Makes the validation end with CTI_ERROR_CANCELLED at the next file or piece of a file, or as soon as it begins. */
void cti_monitor_cancel(cti_monitor *monitor);

cti_status cti_monitor_progress(const cti_monitor *monitor, cti_progress *progress);

/* ---- Validation ---- */

/* What was found. */
typedef struct cti_report cti_report;

/* Takes text: `length` bytes, and a NUL behind them, which live until it returns. Not 0 means: no more. */
typedef int (*cti_text_callback)(void *context, const char *text, size_t length);

/*
 * Validates an archive that lies in one or more sources, and returns when that is done and all its threads have ended.
 *
 *   monitor     Watches and stops it; may be NULL.
 *   on_finding  Called with every finding as soon as it is known, one at a time but by any thread of the validation, in
 *               no fixed order: one JSON object without a line's end, as `validate --format jsonl` prints it. Not 0
 *               cancels the validation, and it is not called again. What it waits for, the validation waits for. It may
 *               call anything here, such as another validation, and so may the functions of a storage; what the
 *               validation was given may be freed from then on, but for the context of a storage. May be NULL.
 *   context     Given to on_finding.
 *
 * A file that fails a check, or cannot be read, is a finding and not an error.
 */
cti_status cti_validate(
    const cti_validator *validator, const cti_source *const *sources, size_t source_count, cti_monitor *monitor,
    cti_text_callback on_finding, void *context, cti_report **report, cti_error **error);

/* ---- Report ---- */

/* The verdict on what was asked. */
typedef enum cti_verdict {
    /* There is no verdict. */
    CTI_VERDICT_NONE = 0,
    /* Everything in range is proven, and every chain in range has a verified digest. */
    CTI_VERDICT_VALID = 1,
    /* Something is not as AWS delivered it, or is gone. */
    CTI_VERDICT_NOT_VALID = 2,
    /* Nothing is proven wrong, but something is not proven. */
    CTI_VERDICT_NOT_PROVEN = 3
} cti_verdict;

/* The verdict; CTI_VERDICT_NONE for NULL. Take any number that is not CTI_VERDICT_VALID for not proven. */
cti_verdict cti_report_verdict(const cti_report *report);

/*
 * The verdict when findings of some kinds are accepted, by the rules of the command's --allow: unverified kinds alone,
 * digest-unsigned only of the newest digest of a chain, log-unauthenticated only of that digest's log files.
 * CTI_ERROR_ARGUMENT for a kind that cannot be accepted; *verdict is CTI_VERDICT_NONE then.
 */
cti_status cti_report_verdict_allowing(
    const cti_report *report, const char *const *kinds, size_t kind_count, cti_verdict *verdict, cti_error **error);

/*
 * Hands the report to `write`, in pieces.
 *
 *   format  "json": one document with the run, findings, files, chains and summary; "jsonl": the same records, one a
 *           line, the summary last. Findings are in fixed order. `exit` is what the command ends with without --allow.
 *
 * CTI_ERROR_STOPPED when `write` returned anything but 0.
 */
cti_status cti_report_write(
    const cti_report *report, const char *format, cti_text_callback write, void *context, cti_error **error);

void cti_report_free(cti_report *report);

#ifdef __cplusplus
}
#endif

#endif
