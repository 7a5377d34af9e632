# SPDX-License-Identifier: Apache-2.0
# The second half of words.py's job: the most frequent words by initial letter. Every recipe has a
# redirection, so that make hands it to /bin/sh.
LETTERS := a b c d e f g h i j k l m n o p q r s t u v w x y z

summary: $(LETTERS:%=%.best)
	cat $^ > $@

%.sorted: %.words
	sort < $< > $@

%.count: %.sorted
	uniq -c < $< > $@

%.ranked: %.count
	sort -k1,1nr -k2 < $< > $@

%.best: %.ranked
	head -n 3 < $< > $@

.SECONDARY:
