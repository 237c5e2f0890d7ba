#ifndef CLOUDTRAIL_INTEGRITY_CARCHIVE_SHIM_H
#define CLOUDTRAIL_INTEGRITY_CARCHIVE_SHIM_H

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

// Macros with casts, which Swift does not import.
static const mode_t CLOUDTRAIL_AE_IFMT = AE_IFMT;
static const mode_t CLOUDTRAIL_AE_IFREG = AE_IFREG;
static const mode_t CLOUDTRAIL_AE_IFDIR = AE_IFDIR;
static const mode_t CLOUDTRAIL_AE_IFLNK = AE_IFLNK;

// Of the calling thread alone; the mask is a macro made of other macros, which Swift does not import.
static inline locale_t cloudtrail_new_locale(const char *name) {
    return newlocale(LC_ALL_MASK, name, (locale_t)0);
}

static inline locale_t cloudtrail_use_locale(locale_t locale) {
    return uselocale(locale);
}

static inline void cloudtrail_free_locale(locale_t locale) {
    freelocale(locale);
}

#endif
