/** G-BATCH: more inner requests are refused as a whole. */
export const BATCH_REQUESTS_MAX = 20;

/** Directory collections give 100 objects unless asked, and never more than 999. */
export const PAGE_USUAL = 100;
/** What a larger `$top` is refused at: the documents' figure for directory collections. */
export const PAGE_MAX = 999;
/** The reports' figure: default and maximum of signIns and directoryAudits. */
export const REPORT_PAGE_MAX = 1_000;
/** The service's figure for pages of audit search records. */
export const SEARCH_PAGE_USUAL = 150;

/** Objects looked at for one page of a filter: a rare match gives a short page, not a long wait. */
export const SCAN_MAX = 20_000;
/** `$expand` of a relation of a directory object gives no more, and says nothing of it. */
export const EXPAND_MAX = 20;
/** Members that one object carries in a page of a delta query; the rest come with its next turn. */
export const DELTA_MEMBERS_MAX = 1_000;

/** With a premium licence sign-ins and audits are kept 30 days, without one 7. */
export const REPORT_DAYS: { readonly premium: number; readonly free: number } = {
  premium: 30,
  free: 7,
};
/** What audit search reaches back to (Audit Standard). */
export const SEARCH_DAYS = 180;
/** The documents' figure per query. */
export const SEARCH_RECORDS_MAX = 1_000_000;
/** Submissions per tenant in 24 hours that the service promises; it refuses more. */
export const SEARCHES_PER_DAY = 200;
/** Queries per tenant that may wait or run at a time. */
export const SEARCHES_AT_ONCE = 50;
/** How long a finished query can be read. */
export const SEARCH_KEPT_DAYS = 30;
/** A query takes minutes, by the service's load: drawn between these. */
export const SEARCH_TAKES_MS: { readonly least: number; readonly most: number } = {
  least: 60_000,
  most: 900_000,
};

/** Drafts and files that clients made, of all tenants: an emulator runs for days. */
export const POSSESSIONS_MAX = 10_000;
