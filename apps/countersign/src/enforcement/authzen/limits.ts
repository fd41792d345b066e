/** A batch of ten thousand evaluations of a usual size has some 3 MB. */
export const BODY_BYTES_MAX: number = 4 * 1024 * 1024;

/** What one request may ask: more than this is a job, and belongs into several. */
export const EVALUATIONS_MAX = 10_000;

/** Longer than any type, name or id that a tool of the company has; ids are mostly GUIDs. */
export const TEXT_CHARACTERS_MAX = 2048;

/** Identifies a request in the log of a caller: a GUID or a trace id, and room for more. */
export const REQUEST_ID_CHARACTERS_MAX = 256;

/** Candidates that one page of a search looks at: some 50 ms of decisions. */
export const SEARCH_CANDIDATES_MAX = 1000;

/** Results on a page where nobody says how many. */
export const SEARCH_PAGE_DEFAULT = 100;

/** The type, the id where to go on, and a digest; a longer token is none of ours. */
export const PAGE_TOKEN_CHARACTERS_MAX = 8192;

/** Evaluations of a batch between two looks at who else waits: about a millisecond. */
export const EVALUATIONS_AT_ONCE = 16;

/** What one decision keeps of its question: tools of a company ask in some hundred. */
export const EVALUATION_CHARACTERS_MAX: number = 16 * 1024;

/** What all decisions of a batch keep: ten times what can be sent, for the sake of defaults. */
export const BATCH_CHARACTERS_MAX: number = 40 * 1024 * 1024;
