/** Our own content has some dozens of facts and requests; more than this is another file. */
export const CONTENT_ITEMS_MAX = 1000;
