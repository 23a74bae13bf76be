/* SPDX-License-Identifier: MIT */
/*
 * share: what the tests of shares have in common: arithmetic by logarithms, which has nothing of
 * the code's own, and shares that another program made.
 */
#ifndef TESTS_SHARE_H
#define TESTS_SHARE_H

#include "pki.h"
#include "pki/share.h"
#include "pki/words.h"

static uint8_t power[510];
static int logarithm[256];

static inline void tables(void)
{
	unsigned x = 1;
	for (int i = 0; i < 255; i++) {
		power[i] = power[i + 255] = (uint8_t)x;
		logarithm[x] = i;
		x = x << 1 ^ (x & 0x80 ? 0x11d : 0);
	}
}

static inline uint8_t product(uint8_t a, uint8_t b)
{
	return a && b ? power[logarithm[a] + logarithm[b]] : 0;
}

static inline int place(const char *word)
{
	for (int i = 0; i < 256; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

/* A line's octets, by splitting at single blanks. */
static inline void octets_of(const struct secret *line, uint8_t to[SHARE_WORDS])
{
	char text[SHARE_WORDS * 10], *rest = text, *word;
	snprintf(text, sizeof(text), "%.*s", (int)line->n, (const char *)line->p);
	for (int i = 0; i < SHARE_WORDS; i++) {
		word = strsep(&rest, " ");
		int at = word ? place(word) : -1;
		if (at < 0)
			bail("not a word of the list in a share");
		to[i] = (uint8_t)at;
	}
	if (rest)
		bail("a share of more than 24 words");
}

/* The line of 22 octets and the two check words that fit them, found by trying. */
static inline char *line_of(const uint8_t octets[SHARE_WORDS - 2])
{
	static char text[SHARE_WORDS * 10];
	uint8_t all[SHARE_WORDS], sum = 0;
	memcpy(all, octets, SHARE_WORDS - 2);
	for (int i = 0; i < SHARE_WORDS - 2; i++)
		sum ^= octets[i];
	for (int a = 0; a < 256; a++) {
		uint8_t weighted = 0;
		all[22] = (uint8_t)a;
		all[23] = sum ^ (uint8_t)a;
		for (int i = 0; i < SHARE_WORDS; i++)
			weighted ^= product(all[i], power[i]);
		if (weighted == 0)
			break;
	}
	text[0] = 0;
	for (int i = 0; i < SHARE_WORDS; i++)
		strcat(strcat(text, i ? " " : ""), words[all[i]]);
	return text;
}

/*
 * Made by a program of another language, with logarithms (the secret is the octets 16 to 31, the
 * set 18 and 254, three of five): the format may never change.
 */
static const char *const golden[] = {
	"bishop zigzag ceiling dragon kitchen artist apple airport banjo badger atlas april almond "
	"barrel bakery autumn dentist jigsaw crimson jumbo museum otter bucket otter",
	"bishop zigzag celery miner garden truck cliff fudge miner shovel barrel joker quilt taxi "
	"canoe invoice spider blossom fudge donkey farmer lunar almond rodeo",
	"bishop zigzag chapel opera crown viking cucumber earth notebook snow bathtub hippo "
	"ostrich "
	"seagull badger kitchen zone kettle kayak statue hazelnut vanilla bishop forehead",
	"bishop zigzag cheese avocado scout queen bucket coral python broom quilt lunar crystal "
	"bracelet pepper lilac spider igloo stool dumpling viking python coral echo",
	"bishop zigzag cliff college orange pasta banjo driver painter april onion nurse condor "
	"anchor oxygen nickel zone acorn walnut pebble subway scout pepper goblin",
};
#define GOLDEN "1011-1213-1415-1617-1819-1a1b-1c1d-1e1f"

static inline int join_text(const char *text, struct secret *passphrase, struct error *err)
{
	secret_free(passphrase);
	*err = (struct error)ERROR_INIT;
	return share_join_text(bytes_of(text), passphrase, err);
}

#endif
