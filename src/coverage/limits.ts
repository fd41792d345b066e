/** A sentence; an API's error text that is longer is cut by whoever writes it here. */
export const OBSERVATION_TEXT_CHARACTERS_MAX = 1000;

/** A mailbox, an app or a site; a SharePoint URL may have 400 characters, an X.400 name more. */
export const OBSERVATION_NAME_CHARACTERS_MAX = 1024;

/** Relative error of every delay that a sketch tells. One bucket is then 2 % wide. */
export const SKETCH_RELATIVE_ERROR = 0.01;

/** Buckets of a sketch; the last one holds delays from 90 days on, when every feed forgot. */
export const SKETCH_BUCKETS_MAX = 1140;
