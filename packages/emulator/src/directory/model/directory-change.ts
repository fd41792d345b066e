import type { Truth } from '../../core/truth.ts';
import type { DirectoryObject, Kind, OwnedKind } from './directory-seed.ts';

/** Who does something to the directory, as audit records name them. */
export type Initiator =
  | {
      readonly kind: 'user';
      readonly id: string;
      readonly userPrincipalName: string;
      readonly ipAddress?: string;
      readonly userAgent?: string;
    }
  | {
      readonly kind: 'app';
      readonly appId: string;
      readonly displayName: string;
      readonly servicePrincipalId: string;
      readonly ipAddress?: string;
      readonly userAgent?: string;
    };

/** Everything about a change that is not the change. */
export type Circumstances = {
  readonly atMs: number;
  readonly by: Initiator;
  /** One for all that one act of an administrator does. */
  readonly correlationId: string;
  readonly truth: Truth;
};

/** Relations that somebody can set; the others follow from them. */
export type LinkRelation = 'members' | 'owners' | 'registeredOwners' | 'registeredUsers';

/** Something done to the directory. Objects are whole and in Graph's shape. */
export type Change =
  | { readonly act: 'create'; readonly kind: Kind; readonly object: DirectoryObject }
  | {
      readonly act: 'update';
      readonly kind: Kind;
      readonly id: string;
      /** Members to set; the others stay. */
      readonly set: { readonly [member: string]: unknown };
    }
  | { readonly act: 'delete' | 'restore' | 'purge'; readonly kind: Kind; readonly id: string }
  | {
      readonly act: 'link' | 'unlink';
      readonly kind: Kind;
      readonly id: string;
      readonly relation: LinkRelation;
      readonly otherId: string;
    }
  | {
      /** Creates the object or replaces the one with its id. */
      readonly act: 'put-owned';
      readonly kind: OwnedKind;
      readonly ownerId: string;
      readonly object: DirectoryObject;
    }
  | {
      readonly act: 'delete-owned';
      readonly kind: OwnedKind;
      readonly ownerId: string;
      readonly id: string;
    }
  | { readonly act: 'revoke-sessions'; readonly id: string }
  | {
      readonly act: 'set-password';
      readonly id: string;
      /** A reset by somebody else ends the sessions; a person who changes it keeps the present. */
      readonly how: 'changed' | 'reset';
      readonly mustChange: 'at next sign-in' | 'no';
    }
  | {
      readonly act: 'risk';
      readonly kind: 'riskyUsers' | 'riskyServicePrincipals';
      readonly id: string;
      readonly verdict: 'compromised' | 'dismissed' | 'safe' | 'at-risk';
    }
  | {
      /** The audit record of a consent; the grants are changes of their own. */
      readonly act: 'consent';
      /** The client's service principal. */
      readonly id: string;
      readonly grants: readonly DirectoryObject[];
      readonly isAdminConsent: boolean;
      readonly isAppOnly: boolean;
    };

/** A change that was made, with the object as it was and as it is. */
export type AppliedChange = {
  readonly change: Change;
  readonly before?: DirectoryObject;
  readonly after?: DirectoryObject;
};

/** Why a change cannot be made; Graph says it with the status in brackets. */
export type RefusalCode =
  /** 404 */
  | 'not-found'
  /** 400: it exists already, or is no object for this. */
  | 'bad-request'
  /** 409 */
  | 'conflict';

export class ChangeRefused extends Error {
  override readonly name = 'ChangeRefused';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
