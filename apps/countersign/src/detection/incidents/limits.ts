/** Findings below this severity join an incident, and never tie two. */
export const SUSPECT_SEVERITY_MIN = 3;

/** After this quiet time, an intruder's session, app or address belongs to another incident. */
export const QUIET_CHANNEL_MS: number = 14 * 86_400_000;

/** Findings about one person that are further apart belong to two incidents. */
export const QUIET_PERSON_MS: number = 7 * 86_400_000;

/** Low-severity findings without an attack are grouped per day. */
export const QUIET_CONTEXT_MS: number = 86_400_000;

/** Victims keep working, so their other actions belong to an incident only within this time. */
export const CONTEXT_PERSON_MS: number = 60 * 60_000;

/** Administrators clean up within this time after an attack on a person. */
export const CLEAN_UP_MS: number = 2 * 86_400_000;

/** An address or application is common if more people than this use it who are in no finding. */
export const SHARED_BY_MAX = 3;

/** People are at home where they signed in this long before a serious finding. */
export const KNOWN_PLACE_MS: number = 86_400_000;

/** A person who changes more accounts of others than this administers them. */
export const ACCOUNTS_OWN_MAX = 1;

/** Or the settings, permissions and groups of more others, who are in no serious finding. */
export const ADMINISTERS_MAX = 3;

/** A finding with this many people names the attacked, not the attackers. */
export const VICTIMS_MIN = 6;

/** Neighboring findings that are compared per entity. */
export const NEIGHBORS_MAX = 64;

/** Steps in a title: the most severe ones of a longer chain. */
export const TITLE_STEPS_MAX = 5;
