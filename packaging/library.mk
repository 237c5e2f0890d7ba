# The library for C and whatever calls C: `make library`, its part of `make install`, and `make check-c`. Included by
# Makefile.

LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
HEADER = CLibs/CCloudTrailIntegrity/cloudtrail_integrity.h
SONAME = libcloudtrail_integrity.so.$(shell sed -n 's/^.define CTI_ABI_VERSION //p' $(HEADER))
# Apart from where any `swift build` links one without a soname and with all of Swift's symbols.
LIBRARY = .build/library/$(SONAME)

# What the linker is told, which a package's manifest may not: one name for all that is compatible, Swift's own symbols
# hidden, and never unloaded, because Swift's runtime cannot be.
LINKING = -soname=$(SONAME) --version-script=$(CURDIR)/packaging/library.map -z nodelete -z defs

.PHONY: library install-library uninstall-library check-c

library: $(LIBRARY)

$(LIBRARY): Package.swift packaging/library.map packaging/library.mk $(shell find Sources CLibs -type f)
	swift build $(RELEASE) --product cloudtrail_integrity --disable-local-rpath $(addprefix -Xlinker ,$(LINKING))
	install -D .build/release/libcloudtrail_integrity.so $(LIBRARY)

install: install-command install-library

install-library: $(LIBRARY) $(TOOL)
	mkdir -p $(GENERATED)
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	    -e "s|@VERSION@|$$($(TOOL) --version | sed 's/.* //')|" \
	    packaging/cloudtrail_integrity.pc > $(GENERATED)/cloudtrail_integrity.pc
	install -D -s -m 644 $(LIBRARY) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libcloudtrail_integrity.so
	install -D -m 644 $(HEADER) $(DESTDIR)$(INCLUDEDIR)/cloudtrail_integrity.h
	install -D -m 644 $(GENERATED)/cloudtrail_integrity.pc $(DESTDIR)$(LIBDIR)/pkgconfig/cloudtrail_integrity.pc
	if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" -eq 0 ]; then ldconfig; fi

uninstall: uninstall-library

uninstall-library:
	rm -f $(DESTDIR)$(LIBDIR)/$(SONAME) $(DESTDIR)$(LIBDIR)/libcloudtrail_integrity.so
	rm -f $(DESTDIR)$(INCLUDEDIR)/cloudtrail_integrity.h
	rm -f $(DESTDIR)$(LIBDIR)/pkgconfig/cloudtrail_integrity.pc

# The library as it is installed, used from C and from Python, and under valgrind where there is one: see Tests/CBinding.
check-c: $(TOOL) $(LIBRARY)
	sh Tests/CBinding/run.sh $(TOOL) $(LIBRARY) .build/c-binding
