/** C2SP tlog-tiles frames an entry with a 16-bit length. */
export const ENTRY_BYTES_MAX = 65_535;

/** The specification requires room for 16 signatures. This limit leaves room for every witness. */
export const NOTE_SIGNATURES_MAX = 64;

/** 64 post-quantum signatures of 5 kB in base64, plus a text. A larger "note" is an attack. */
export const NOTE_BYTES_MAX: number = 512 * 1024;

/** C2SP tlog-witness: at most 63 consistency hashes. No tree of 2^53 entries needs more. */
export const PROOF_HASHES_MAX = 63;

/**
 * `extra` of a tlog-proof is untrusted, and Countersign writes none. Leaves room for an entry of
 * any log.
 */
export const PROOF_EXTRA_BYTES_MAX: number = 64 * 1024;

/**
 * The specification requires room for 32 logs, witnesses and groups. This is room for a thousand.
 */
export const POLICY_BYTES_MAX: number = 512 * 1024;

/** Verified tiles that a reader keeps: 8 MiB, enough for a path per level and many more. */
export const TILE_CACHE_TILES_MAX = 1024;

/** `old` line, 63 proof lines of 45 bytes, empty line, note. */
export const WITNESS_BODY_BYTES_MAX: number = NOTE_BYTES_MAX + 4096;

/** A witness answers within milliseconds. A longer request is stuck, or starves other callers. */
export const WITNESS_REQUEST_TIMEOUT_MS = 10_000;

/** Open sockets of a witness, so that an attacker cannot use up its file descriptors. */
export const WITNESS_CONNECTIONS_MAX = 256;

/** A witness answers with one line per key, or with a sentence. */
export const WITNESS_ANSWER_BYTES_MAX: number = 64 * 1024;

/** A full bundle of the longest entries that C2SP tlog-tiles allows. */
export const BUNDLE_BYTES_MAX: number = 256 * (2 + 65_535);
