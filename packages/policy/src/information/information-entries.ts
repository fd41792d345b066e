import type { DirectoryFile } from '../directory/directory-file.ts';
import type { Register } from '../directory/workload-register.ts';
import type { EnforcementPointDefinition } from '../policies/enforcement-point.ts';
import type { PolicyText } from '../policies/policy-set.ts';

/** Entries of kind `policy` and `directory`: facts that cannot be rebuilt from records. */

/** Policies as they are in their files. Each version is stored once. */
export type PolicyTextBody = {
  readonly v: 1;
  readonly what: 'text';
  readonly version: string;
  readonly schema: PolicyText;
  readonly policies: readonly PolicyText[];
  /** The company's own enforcement points, if any. */
  readonly enforcementPoints?: readonly EnforcementPointDefinition[] | undefined;
};

/**
 * From now on, these policies decide at the enforcement points. If an operator chose them, reported
 * sign-ins are checked against them too.
 */
export type PolicyInForceBody = {
  readonly v: 1;
  readonly what: 'in-force';
  readonly version: string;
  readonly by: string;
  readonly atMs: number;
  /** `decisions`: no operator chose them, so no reported sign-in is checked against them. */
  readonly only?: 'decisions' | undefined;
};

/** A directory that the company maintains itself. */
export type DirectoryFileBody = {
  readonly v: 1;
  readonly what: 'file';
  readonly file: string;
  readonly readMs: number;
  readonly directory: DirectoryFile;
};

/** The register of workload identities. */
export type RegisterBody = {
  readonly v: 1;
  readonly what: 'register';
  readonly file: string;
  readonly readMs: number;
  readonly register: Register;
};
