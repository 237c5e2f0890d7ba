/* validate ARCHIVE KEYS SIGNATURES: prints every finding as a line of JSON. Exit status 0: everything is proven. */
#include <cloudtrail_integrity.h>
#include <stdio.h>
#include <stdlib.h>

static int print_finding(void *context, const char *json, size_t length)
{
    (void)context;
    return fwrite(json, 1, length, stdout) != length || putchar('\n') == EOF;
}

static char *content(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    long size;
    if (file && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && (bytes = malloc((size_t)size + 1))) {
        rewind(file);
        *length = fread(bytes, 1, (size_t)size, file);
    }
    if (file) fclose(file);
    return bytes;
}

int main(int argc, char **argv)
{
    cti_keys *keys = cti_keys_create();
    cti_validator *validator = NULL;
    cti_source *source = NULL;
    cti_report *report = NULL;
    cti_error *error = NULL;
    size_t keys_length = 0, signatures_length = 0;
    char *key_bytes = argc == 4 ? content(argv[2], &keys_length) : NULL;
    char *signatures = argc == 4 ? content(argv[3], &signatures_length) : NULL;
    cti_verdict verdict;

    if (key_bytes && signatures
        && cti_keys_add(keys, key_bytes, keys_length, argv[2], &error) == CTI_OK
        && cti_validator_create(keys, &validator, &error) == CTI_OK
        && cti_validator_set(validator, "jobs", "2", &error) == CTI_OK
        && cti_validator_add_signatures(validator, signatures, signatures_length, &error) == CTI_OK
        && cti_source_open_folder(argv[1], &source, &error) == CTI_OK)
        cti_validate(
            validator, (const cti_source *const *)&source, 1, NULL, print_finding, NULL, &report, &error);

    /* Without a report this is CTI_VERDICT_NONE. */
    verdict = cti_report_verdict(report);
    if (verdict == CTI_VERDICT_NONE)
        fprintf(stderr, "no verdict: %s\n", error ? cti_error_message(error) : "usage: validate ARCHIVE KEYS SIGNATURES");

    cti_error_free(error);
    cti_report_free(report);
    cti_source_free(source);
    cti_validator_free(validator);
    cti_keys_free(keys);
    free(signatures);
    free(key_bytes);
    return verdict == CTI_VERDICT_VALID ? 0 : 1;
}
