/** Limits of the event model. Whatever they cut stands whole in the archived body. */

/** A column holds at most this many characters: the longest real ones (URLs) stay below 2,048. */
export const COLUMN_CHARS_MAX = 4096;

/** JSON within a string (Folders, TargetResources, …) larger than this is not opened. */
export const NESTED_CHARS_MAX: number = 4 * 1024 * 1024;

/** Members of a list that are looked at one by one; counts are always of the whole list. */
export const LIST_SCAN_MAX = 10_000;

/** Texts kept per memo before it starts afresh: bounds memory against ever new values. */
export const MEMO_ENTRIES_MAX = 8192;

/** Longer texts are worked out each time, so that a memo stays small. */
export const MEMO_KEY_CHARS_MAX = 256;

/** Paths of folders named in one column before the rest is only counted. */
export const FOLDERS_NAMED_MAX = 5;

/** Names of members, as records write them, of which it is kept whether anybody asks for them. */
export const RAW_NAMES_MAX = 10_000;
