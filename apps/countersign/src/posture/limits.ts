/** Our content has several dozen facts and requests. A larger file is not one of ours. */
export const CONTENT_ITEMS_MAX = 1000;

/** Deeper levels belong to a person's document, not to the vendor's record form. */
export const FIELD_DEPTH_MAX = 8;

/** Real kinds have fewer than 200 fields. A map whose keys are values has no limit. */
export const FIELDS_MAX = 1000;

/** Longer JSON inside a text counts as text: parsing it reveals nothing more about the form. */
export const JSON_TEXT_CHARACTERS_MAX = 65_536;

/** After this many records of a kind, further ones are only counted. */
export const RECORDS_PER_KIND = 5_000;

/** Kinds per tenant. The vendor has about 1,600 operations. */
export const KINDS_MAX = 10_000;
