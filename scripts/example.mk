# SPDX-License-Identifier: MIT
# A training pipeline: fetch -> prep -> two programs that read the arrays. For
# GNU make 4.3 and later; to be copied and changed.
#
#   make -f scripts/example.mk -j8
#   make -f scripts/example.mk DATASET=fashion-mnist PREP='--scale standard'
#   make -f scripts/example.mk MIRROR=file:///mnt/mnist OUT=run2
#   make -f scripts/example.mk DATASET=zoo FROM=zoo.csv
#
# A second make does nothing. A touched input makes prep look, but nothing is
# trained again unless an array has other bytes.

MNISTPREP = mnistprep
DATASET = mnist
# How to prepare: options of `mnistprep help prep`.
PREP =
# Data of one's own, which is then called DATASET; nothing is fetched.
FROM =
# URLs or directories to fetch from; the usual mirrors are left out then.
MIRROR =
# Where datasets lie, and where results go. Make cannot have spaces in names.
DATA = data
OUT = out
# How many are trained with, at most.
ROWS = 1000

raw      := $(DATA)/$(DATASET)/raw
prepared := $(DATA)/$(DATASET)/prepared
stamp    := $(OUT)/$(DATASET).stamp
images   := $(prepared)/train-images.f32
labels   := $(prepared)/train-labels.u8
arrays   := $(images) $(labels)

# What fails leaves no target. (mnistprep never leaves one half-written.)
.DELETE_ON_ERROR:
.PHONY: all clean FORCE
all: $(OUT)/model.txt $(OUT)/classes.txt

# ---- fetch ----

fetch = $(MNISTPREP) -C $(DATA) fetch $(DATASET) \
    $(if $(MIRROR),--only-mirrors $(addprefix --mirror ,$(MIRROR)))

# The witness that all files were there once; a fetch that is killed leaves none.
$(stamp).fetched:
	$(fetch)
	touch $@

# A file that was there and is missing. Several at once, as under -j, wait for
# each other, and each file comes once.
$(raw)/%:
	$(fetch)

# ---- prep ----

# Options are an input, too: this file is as old as they are.
options := prep $(DATASET) $(strip $(PREP) $(addprefix --from ,$(FROM)))
ifneq ($(file <$(stamp).options),$(options))
$(shell mkdir -p $(OUT))
$(file >$(stamp).options,$(options))
endif

# The stamp is the witness: it is new after every run, and says that the arrays
# are as they should be. They themselves stay as old as their bytes
# (--if-changed), and so does what depends on them. An array that is gone is
# made again. How long ago the raw files came does not matter, only their age.
$(stamp): $(stamp).options
$(stamp): $(if $(filter-out $(wildcard $(arrays)),$(arrays)),FORCE)
$(stamp): | $(if $(FROM),,$(stamp).fetched)
	$(MNISTPREP) -C $(DATA) $(options) \
	    --if-changed --stamp $@ --depfile $@.d

# The semicolon is a recipe that does nothing: without one, make would take the
# arrays for as new as the stamp.
$(arrays): $(stamp) ;

# What was read to make the stamp, as prep noted it down.
-include $(stamp).d

# ---- train, or what stands for it here ----

# The mean brightness of each class. (Written beside and moved, since a killed
# make deletes nothing.)
$(OUT)/model.txt: $(images) $(labels)
	rows=$$(wc -c <$(labels)) && \
	width=$$(($$(wc -c <$(images)) / 4 / rows)) && \
	if [ $$rows -gt $(ROWS) ]; then rows=$(ROWS); fi && \
	{ od -A n -v -t u1 -N $$rows $(labels) && \
	  echo pixels && \
	  od -A n -v -t f4 -N $$((rows * width * 4)) $(images); } | \
	LC_ALL=C awk -v width=$$width ' \
	    $$1 == "pixels" { pixels = 1; next } \
	    !pixels { for (i = 1; i <= NF; i++) label[n++] = $$i } \
	    pixels { for (i = 1; i <= NF; i++) { \
	        sum[label[int(k / width)]] += $$i; k++ } } \
	    END { if (k != n * width || k == 0) exit 1; \
	          for (i = 0; i < n; i++) count[label[i]]++; \
	          for (c = 0; c < 256; c++) if (count[c]) \
	              printf "%d %.6f\n", c, sum[c] / count[c] / width }' >$@.tmp
	mv $@.tmp $@

# How often each label occurs.
$(OUT)/classes.txt: $(labels)
	od -A n -v -t u1 $(labels) | LC_ALL=C awk ' \
	    { for (i = 1; i <= NF; i++) count[$$i]++ } \
	    END { for (c = 0; c < 256; c++) if (count[c]) print c, count[c] }' >$@.tmp
	mv $@.tmp $@

clean:
	rm -rf $(OUT)
