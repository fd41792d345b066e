/** The headers of real messages take 5 to 60 KB. Longer ones are an attack on memory. */
export const HEAD_BYTES_MAX: number = 256 * 1024;

/** A `From ` line of a mailbox file is an address and a date. It may span two pieces. */
export const MBOX_LINE_BYTES_MAX = 512;

/** Real messages have fewer than 100 parts. Further parts are skipped and reported. */
export const PARTS_MAX = 1000;

/** RFC 2045 6.7 allows 76. The quoted-printable decoder holds a line until it ends. */
export const QUOTED_LINE_BYTES_MAX: number = 1024 * 1024;

/** The part of each text that is searched for links. Mail clients truncate at a tenth of it. */
export const TEXT_BYTES_MAX: number = 1024 * 1024;

/** Texts of one message that are searched for links. */
export const TEXTS_MAX = 20;

/** Links of one message that become records. Newsletters have about 100. */
export const LINKS_MAX = 500;

/** A longer link is truncated. Its host, which phishing hides, is at its start. */
export const LINK_CHARACTERS_MAX = 2048;

/** Link text that is kept to check whether it is itself an address. */
export const LINK_TEXT_CHARACTERS_MAX = 256;

/** Addresses of one header that are kept. A distribution list is one address. */
export const ADDRESSES_MAX = 200;

/** Hops of a message and authentication results that are kept. */
export const TRACES_MAX = 50;

/** A longer header value is truncated. */
export const VALUE_CHARACTERS_MAX = 4096;

/** The first bytes of a file show its kind. The mark of an ISO image ends here. */
export const MAGIC_BYTES = 32_774;

/** A message is recognized by its first headers. Other texts with colons have none of them. */
export const HEADERS_LOOKED_AT_MAX = 200;
