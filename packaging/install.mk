# `make install PREFIX=/usr/local DESTDIR=`, `make uninstall`, and `make deb`. Included by Makefile.

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR = $(PREFIX)/bin
DATADIR = $(PREFIX)/share
DOCDIR = $(DATADIR)/doc/cloudtrail-integrity
SCHEMADIR = $(DATADIR)/cloudtrail-integrity/schemas
MANDIR = $(DATADIR)/man/man1
BASHDIR = $(DATADIR)/bash-completion/completions
ZSHDIR = $(DATADIR)/zsh/site-functions
FISHDIR = $(DATADIR)/fish/vendor_completions.d
UNITDIR = $(PREFIX)/lib/systemd/system

DOCUMENTS = README.md CHANGELOG.md SECURITY.md LICENSE NOTICE.txt
EXAMPLES = packaging/example.conf packaging/example.override.conf packaging/cloudtrail-integrity.cron \
    packaging/alerts.yml packaging/sync-archive.sh
UNITS = cloudtrail-integrity@.service cloudtrail-integrity@.timer

# What `install` generates before it installs it.
GENERATED = .build/generated

.PHONY: install install-command uninstall deb tools check-deb check-units

# Built only when it is older than its sources: `sudo make install` needs no Swift after `make`.
$(TOOL): Package.swift $(shell find Sources CLibs -type f)
	$(MAKE) build

# Swift's runtime is part of the command; libcrypto and zlib stay the system's, so that its security fixes count.
install-command: $(TOOL)
	rm -rf $(GENERATED)
	mkdir -p $(GENERATED)
	$(TOOL) --generate-man-page > $(GENERATED)/cloudtrail-integrity.1
	for shell in bash zsh fish; do \
	    $(TOOL) --generate-completion-script $$shell > $(GENERATED)/$$shell || exit; \
	done
	for unit in $(UNITS); do \
	    sed 's|@BINDIR@|$(BINDIR)|' packaging/systemd/$$unit > $(GENERATED)/$$unit || exit; \
	done
	install -D -s -m 755 $(TOOL) $(DESTDIR)$(BINDIR)/cloudtrail-integrity
	install -D -m 644 $(GENERATED)/cloudtrail-integrity.1 $(DESTDIR)$(MANDIR)/cloudtrail-integrity.1
	install -D -m 644 $(GENERATED)/bash $(DESTDIR)$(BASHDIR)/cloudtrail-integrity
	install -D -m 644 $(GENERATED)/zsh $(DESTDIR)$(ZSHDIR)/_cloudtrail-integrity
	install -D -m 644 $(GENERATED)/fish $(DESTDIR)$(FISHDIR)/cloudtrail-integrity.fish
	install -D -m 644 -t $(DESTDIR)$(UNITDIR) $(addprefix $(GENERATED)/,$(UNITS))
	install -D -m 644 -t $(DESTDIR)$(DOCDIR) $(DOCUMENTS)
	install -D -m 644 -t $(DESTDIR)$(DOCDIR)/docs docs/*.md
	install -D -m 644 -t $(DESTDIR)$(SCHEMADIR) docs/schemas/*.schema.json
	install -D -m 644 -t $(DESTDIR)$(DOCDIR)/examples $(EXAMPLES)

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/cloudtrail-integrity
	rm -f $(DESTDIR)$(MANDIR)/cloudtrail-integrity.1
	rm -f $(DESTDIR)$(BASHDIR)/cloudtrail-integrity
	rm -f $(DESTDIR)$(ZSHDIR)/_cloudtrail-integrity
	rm -f $(DESTDIR)$(FISHDIR)/cloudtrail-integrity.fish
	rm -f $(addprefix $(DESTDIR)$(UNITDIR)/,$(UNITS))
	rm -rf $(DESTDIR)$(DOCDIR) $(DESTDIR)$(SCHEMADIR)

# .build/deb/cloudtrail-integrity_VERSION_ARCHITECTURE.deb; needs dpkg-dev.
deb: $(TOOL)
	sh packaging/deb.sh $(TOOL) .build/deb

# What the checks below need, and tests of shells, manual pages and metrics; all of it can be done without.
tools:
	sh Tests/Scripts/tools.sh full

# The package through lintian, and installed and removed again, which needs root; what is installed runs without Swift.
check-deb: tools deb
	sh packaging/check-deb.sh $(TOOL) .build/deb

# The units and the alerts through the tools of those who read them.
check-units: $(TOOL)
	sh packaging/check-units.sh $(TOOL)
