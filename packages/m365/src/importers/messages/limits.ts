/** The headers of real messages take 5 to 60 KB; longer ones are made to fill a memory. */
export const HEAD_BYTES_MAX: number = 256 * 1024;

/** A `From ` line of a mailbox file is an address and a date; it may lie across two pieces. */
export const MBOX_LINE_BYTES_MAX = 512;

/** Real messages have below 100 parts. Those behind are not looked at, which is said. */
export const PARTS_MAX = 1000;

/** RFC 2045 6.7 allows 76; what decodes quoted-printable holds a line until it ends. */
export const QUOTED_LINE_BYTES_MAX: number = 1024 * 1024;

/** Of each text so much is searched for links: clients cut messages off at a tenth of it. */
export const TEXT_BYTES_MAX: number = 1024 * 1024;

/** Texts of one message that are searched for links. */
export const TEXTS_MAX = 20;

/** Links of one message that become records; newsletters have about 100. */
export const LINKS_MAX = 500;

/** A longer link is cut: its host, which is what lures hide, stands at its start. */
export const LINK_CHARACTERS_MAX = 2048;

/** Text of a link that is kept while it is read, to see whether it is an address itself. */
export const LINK_TEXT_CHARACTERS_MAX = 256;

/** Addresses of one header that are kept. Distribution lists stand there by one address. */
export const ADDRESSES_MAX = 200;

/** Hops of a message and statements about its authentication that are kept. */
export const TRACES_MAX = 50;

/** A value of a header is cut behind this. */
export const VALUE_CHARACTERS_MAX = 4096;

/** What tells the kind of a file stands in its first bytes; the mark of an ISO image lies here. */
export const MAGIC_BYTES = 32_774;

/** A message is known by its first headers; other texts with colons have none of them. */
export const HEADERS_LOOKED_AT_MAX = 200;
