/** An actor in records: a person, a service account or an attacker's new user. */
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
 * The token of an act, which links it to its sign-in (E-LINK: sid, uti, iat). The vendor's
 * background work has none.
 */
export type Token = {
  /** The `uti` claim; uniqueTokenIdentifier in sign-in rows. */
  readonly tokenId: string;
  /** The `sid` claim. Tokens of applications have none. */
  readonly sessionId: string | undefined;
  readonly issuedMs: number;
  readonly appId: string;
  readonly ip: string;
  readonly deviceId: string | undefined;
};
