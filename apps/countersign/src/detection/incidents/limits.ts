/** Below this severity a finding joins an incident, and never ties two together. */
export const SUSPECT_SEVERITY_MIN = 3;

/** What an intruder uses is quiet no longer than this, and is then another incident's. */
export const QUIET_CHANNEL_MS: number = 14 * 86_400_000;

/** Findings about one person that lie further apart than this are of two incidents. */
export const QUIET_PERSON_MS: number = 7 * 86_400_000;

/** Findings of low severity that are of no attack are grouped day by day. */
export const QUIET_CONTEXT_MS: number = 86_400_000;

/** A person works on beside an intruder: what else they do belongs to it within this alone. */
export const CONTEXT_PERSON_MS: number = 60 * 60_000;

/** After an attack on a person, administrators clean up within this. */
export const CLEAN_UP_MS: number = 2 * 86_400_000;

/** More people than this, who are in no finding, make an address or an application common. */
export const SHARED_BY_MAX = 3;

/** Where people were let in so long before a grave finding, they are at home. */
export const KNOWN_PLACE_MS: number = 86_400_000;

/** Who changes more accounts of others than this administers them. */
export const ACCOUNTS_OWN_MAX = 1;

/** Or the settings, rights and groups of more others than this, who are in no grave finding. */
export const ADMINISTERS_MAX = 3;

/** A finding that names so many people names those who were attacked, not who attacked. */
export const VICTIMS_MIN = 6;

/** Findings around one that are compared with it, of each thing that it names. */
export const NEIGHBORS_MAX = 64;

/** Steps that a title names: the gravest of a longer chain. */
export const TITLE_STEPS_MAX = 5;
