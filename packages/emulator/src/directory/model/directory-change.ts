import type { Truth } from '../../core/truth.ts';
import type { DirectoryObject, Kind, OwnedKind } from './directory-seed.ts';

/** The actor of a directory change, as audit records name it. */
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

/** The circumstances of a change. */
export type Circumstances = {
  readonly atMs: number;
  readonly by: Initiator;
  /** Shared by all changes of one act. */
  readonly correlationId: string;
  readonly truth: Truth;
};

/** Relations that a client can set. The others follow from them. */
export type LinkRelation = 'members' | 'owners' | 'registeredOwners' | 'registeredUsers';

/** A change of the directory. Objects are complete and in Graph's form. */
export type Change =
  | { readonly act: 'create'; readonly kind: Kind; readonly object: DirectoryObject }
  | {
      readonly act: 'update';
      readonly kind: Kind;
      readonly id: string;
      /** Members to set. The others stay. */
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
      /** Creates the object, or replaces the one with its id. */
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
      /**
       * A reset by another person ends the sessions. The person's own change keeps the current one.
       */
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
      /** The audit record of a consent. The grants are separate changes. */
      readonly act: 'consent';
      /** The client's service principal. */
      readonly id: string;
      readonly grants: readonly DirectoryObject[];
      readonly isAdminConsent: boolean;
      readonly isAppOnly: boolean;
    };

/** An applied change, with the object before and after. */
export type AppliedChange = {
  readonly change: Change;
  readonly before?: DirectoryObject;
  readonly after?: DirectoryObject;
};

/** Why a change is refused, with Graph's status below. */
export type RefusalCode =
  /** 404 */
  | 'not-found'
  /** 400: it exists already, or is of the wrong kind. */
  | 'bad-request'
  /** 409 */
  | 'conflict';

export class DirectoryChangeError extends Error {
  override readonly name = 'DirectoryChangeError';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
