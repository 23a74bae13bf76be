# SPDX-License-Identifier: MIT
# certrescue: `make run` shows the rescue in QEMU, `make test` sets up and tests. README.md says more.

BUILD   := build
VERSION := 0.1.0
# The clock gate's lower bound and every date in the image: the last commit's time.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 1763856000)
export SOURCE_DATE_EPOCH

WARN    := -Wall -Wextra -Wshadow -Wmissing-prototypes -Werror
DEFS    := -std=c11 -D_GNU_SOURCE -DCERTRESCUE_VERSION='"$(VERSION)"' -Itools
HARDEN  := -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong \
	   -fstack-clash-protection -ftrivial-auto-var-init=zero
MUSL    := $(BUILD)/toolchain/bin/musl-gcc
# The signer's heap (base/arena.c) stands before the C library's.
WRAP    := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
LIBS    := -lmbed -lbearssl -lyaml -lpthread $(WRAP)
ASAN    := -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

SRC     := $(sort $(wildcard tools/*/*.c tools/node/layouts/*.c))
OBJ     := $(SRC:tools/%.c=$(BUILD)/obj/%.o)
NATIVE  := $(SRC:tools/%.c=$(BUILD)/native/obj/%.o)
UNIT    := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(sort $(wildcard tests/unit/*.c)))
REPLAY  := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(filter-out %/replay.c,$(sort $(wildcard tests/fuzz/*.c))))

.PHONY: all tools image run test bench fuzz go-oracle install clean setup check-format unit
all: tools image

setup:
	@image/setup

# Everything below needs what setup brings; make sees to it before it looks at any file.
ifeq ($(filter setup clean,$(MAKECMDGOALS)),)
ifneq ($(SETUP_DONE),1)
$(if $(shell image/setup >&2 || echo failed),$(error image/setup failed: see above))
export SETUP_DONE := 1
endif
endif

tools: $(BUILD)/bin/certrescue

MUSL_LIBS   := $(addprefix $(BUILD)/toolchain/lib/,libmbed.a libbearssl.a libyaml.a libc.a)
NATIVE_LIBS := $(addprefix $(BUILD)/native/lib/,libmbed.a libbearssl.a libyaml.a)

$(BUILD)/bin/certrescue: $(OBJ) $(MUSL_LIBS)
	@mkdir -p $(@D)
	@echo '  LINK  $@'
	@$(MUSL) -static-pie $(HARDEN) -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack -s -o $@ $(OBJ) $(LIBS)

# What is compiled in besides the sources: rebuild what holds it when it changes.
$(BUILD)/defs: FORCE
	@mkdir -p $(@D)
	@echo '$(DEFS)' | cmp -s - $@ || echo '$(DEFS)' >$@
$(BUILD)/build-time: FORCE
	@mkdir -p $(@D)
	@echo $(SOURCE_DATE_EPOCH) | cmp -s - $@ || echo $(SOURCE_DATE_EPOCH) >$@
CLOCK := $(foreach f,renew_ask ca,$(BUILD)/obj/cmd/$f.o $(BUILD)/native/obj/cmd/$f.o)
$(CLOCK): $(BUILD)/build-time
$(CLOCK): DEFS += -DCERTRESCUE_BUILD_TIME=$(SOURCE_DATE_EPOCH)
FORCE:

$(BUILD)/obj/%.o: tools/%.c $(BUILD)/defs
	@mkdir -p $(@D)
	@echo '  CC    $<'
	@$(MUSL) $(DEFS) $(WARN) -O2 $(HARDEN) -MMD -MP -c -o $@ $<

$(BUILD)/native/obj/%.o: tools/%.c $(BUILD)/defs
	@mkdir -p $(@D)
	@echo '  CC    $< (native, sanitizers)'
	@gcc $(DEFS) $(WARN) $(ASAN) -I$(BUILD)/native/include -MMD -MP -c -o $@ $<

$(BUILD)/native/libcertrescue.a: $(filter-out %/cmd/main.o,$(NATIVE))
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/native/certrescue: $(BUILD)/native/obj/cmd/main.o $(BUILD)/native/libcertrescue.a $(NATIVE_LIBS)
	@echo '  LINK  $@'
	@gcc $(ASAN) -o $@ $< $(BUILD)/native/libcertrescue.a -L$(BUILD)/native/lib $(LIBS)

$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/native/libcertrescue.a $(NATIVE_LIBS)
	@mkdir -p $(@D)
	@echo '  CC    $<'
	@gcc $(DEFS) $(WARN) $(ASAN) -I$(BUILD)/native/include -Itests/unit -MMD -MP -o $@ $< \
		$(BUILD)/native/libcertrescue.a -L$(BUILD)/native/lib $(LIBS)

# The fuzz targets over what is kept for them in tests/data/fuzz, with gcc.
$(BUILD)/tests/fuzz/%: tests/fuzz/%.c tests/fuzz/replay.c $(wildcard tests/fuzz/*.h) $(BUILD)/native/libcertrescue.a $(NATIVE_LIBS)
	@mkdir -p $(@D)
	@echo '  CC    $< (replay)'
	@gcc $(DEFS) $(WARN) $(ASAN) -I$(BUILD)/native/include -o $@ $< tests/fuzz/replay.c \
		$(BUILD)/native/libcertrescue.a -L$(BUILD)/native/lib $(LIBS)

unit: $(UNIT)
	prove -j2 $(UNIT)

image: tools
	image/initramfs
	image/iso

run: image
	image/demo

test: image $(UNIT) $(REPLAY) $(BUILD)/native/certrescue
	tests/run

bench: image
	tests/bench

fuzz:
	tests/fuzz/run

# Go's verdict on every certificate of the corpus, against the one written there; needs Go (GO=go).
go-oracle:
	tests/go/compare

install: tools
	install -D -m 755 $(BUILD)/bin/certrescue $(DESTDIR)$(or $(PREFIX),/usr/local)/bin/certrescue

check-format:
	clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')

clean:
	rm -rf $(BUILD)/obj $(BUILD)/native/obj $(BUILD)/native/libcertrescue.a $(BUILD)/native/certrescue \
		$(BUILD)/bin $(BUILD)/image $(BUILD)/tests/unit $(BUILD)/tests/fuzz $(BUILD)/defs $(BUILD)/build-time

-include $(OBJ:.o=.d) $(NATIVE:.o=.d) $(addsuffix .d,$(UNIT))
