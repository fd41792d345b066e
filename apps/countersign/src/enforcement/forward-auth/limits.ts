/** What servers take for a URL; a longer one is an attack on whoever reads it. */
export const URI_CHARACTERS_MAX = 8192;

/** A token with some groups in it has 4 KB; header lines end at 8 to 16 KB. */
export const TOKEN_CHARACTERS_MAX = 16_384;
