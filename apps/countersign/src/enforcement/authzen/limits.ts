/** A batch of ten thousand evaluations of usual size has about 3 MB. */
export const BODY_BYTES_MAX: number = 4 * 1024 * 1024;

/** Evaluations in one request. Split a larger job. */
export const EVALUATIONS_MAX = 10_000;

/** Longer than any type, name or id of the company's tools; ids are mostly GUIDs. */
export const TEXT_CHARACTERS_MAX = 2048;

/** Enough for a GUID or trace id in the caller's log. */
export const REQUEST_ID_CHARACTERS_MAX = 256;

/** Candidates that one page of a search examines: about 50 ms of decisions. */
export const SEARCH_CANDIDATES_MAX = 1000;

/** Results on a page if the request states no limit. */
export const SEARCH_PAGE_DEFAULT = 100;

/** Room for the type, the last id and a digest. A longer token is not ours. */
export const PAGE_TOKEN_CHARACTERS_MAX = 8192;

/** Evaluations of a batch before other callers get a turn: about a millisecond. */
export const EVALUATIONS_AT_ONCE = 16;

/** Size limit of a request in a decision. The company's tools use a few hundred characters. */
export const EVALUATION_CHARACTERS_MAX: number = 16 * 1024;

/** Size limit of all requests in a batch: ten times the body limit, because defaults multiply. */
export const BATCH_CHARACTERS_MAX: number = 40 * 1024 * 1024;
