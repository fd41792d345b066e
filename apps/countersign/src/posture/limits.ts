/** Our own content has some dozens of facts and requests; more than this is another file. */
export const CONTENT_ITEMS_MAX = 1000;

/** Deeper, a record is somebody's document and no form of the vendor's. */
export const FIELD_DEPTH_MAX = 8;

/** Real kinds have below 200 fields; a map whose keys are values would have any number. */
export const FIELDS_MAX = 1000;

/** Longer JSON in a text is called a text: parsing it tells nothing more about the form. */
export const JSON_TEXT_CHARACTERS_MAX = 65_536;

/** After so many records of a kind nothing new is learned of its form; they are only counted. */
export const RECORDS_PER_KIND = 5_000;

/** Kinds of records of one tenant: the vendor knows some 1,600 operations. */
export const KINDS_MAX = 10_000;
