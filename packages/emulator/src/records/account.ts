/** What records say of who did it. People, service accounts and an attacker's new users have it. */
export type Account = {
  readonly displayName: string;
  readonly upn: string;
  readonly objectId: string;
  readonly puid: string;
  readonly sid: string;
  readonly mailboxGuid: string;
};

/** An application that acts as itself. */
export type AppAccount = {
  readonly name: string;
  readonly appId: string;
  readonly servicePrincipalId: string;
};

/**
 * The token with which something was done: what links an action to its sign-in (E-LINK: sid, uti,
 * iat). Background work of the vendor has none.
 */
export type Token = {
  /** The `uti` claim; sign-in rows call it uniqueTokenIdentifier. */
  readonly tokenId: string;
  /** The `sid` claim. Tokens of applications have none. */
  readonly sessionId: string | undefined;
  readonly issuedMs: number;
  readonly appId: string;
  readonly ip: string;
  readonly deviceId: string | undefined;
};
