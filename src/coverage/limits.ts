/** A sentence; an API's error text that is longer is cut by whoever writes it here. */
export const OBSERVATION_TEXT_CHARACTERS_MAX = 1000;

/** A mailbox, an app or a site; a SharePoint URL may have 400 characters, an X.400 name more. */
export const OBSERVATION_NAME_CHARACTERS_MAX = 1024;
