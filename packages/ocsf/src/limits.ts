/** Limits of the event model. The archived body keeps whatever they truncate. */

/** The maximum length of a column. The longest real ones (URLs) stay below 2,048. */
export const COLUMN_CHARS_MAX = 4096;

/** Larger JSON in a string (Folders, TargetResources, …) is not parsed. */
export const NESTED_CHARS_MAX: number = 4 * 1024 * 1024;

/** Members of a list that are examined one by one. Counts always cover the whole list. */
export const LIST_SCAN_MAX = 10_000;

/** Texts per memo before it is cleared: limits memory if values never repeat. */
export const MEMO_ENTRIES_MAX = 8192;

/** Longer texts are computed each time, so that a memo stays small. */
export const MEMO_KEY_CHARS_MAX = 256;

/** Folder paths that one column names before the rest is only counted. */
export const FOLDERS_NAMED_MAX = 5;

/** Names in the tree of layouts before it is cleared. A tenant's records need a few thousand. */
export const LAYOUTS_MAX = 20_000;

/** Members of an object whose layout is remembered. Records have at most a hundred. */
export const LAYOUT_MEMBERS_MAX = 256;

/** Sets of requested names before they are forgotten. Records of a tenant have about a hundred. */
export const NAME_SETS_MAX = 2_000;
