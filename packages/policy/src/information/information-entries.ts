import type { DirectoryFile } from '../directory/directory-file.ts';
import type { Register } from '../directory/workload-register.ts';
import type { EnforcementPointDefinition } from '../policies/enforcement-point.ts';
import type { PolicyText } from '../policies/policy-set.ts';

/** Entries of kind `policy` and `directory`: what cannot be made again from records. */

/** Policies, as they stand in their files. One version is said once. */
export type PolicyTextBody = {
  readonly v: 1;
  readonly what: 'text';
  readonly version: string;
  readonly schema: PolicyText;
  readonly policies: readonly PolicyText[];
  /** The company's own enforcement points, where it has some. */
  readonly enforcementPoints?: readonly EnforcementPointDefinition[] | undefined;
};

/**
 * From now on these policies decide at the enforcement points. Where an operator chose them,
 * reported sign-ins are checked by them as well.
 */
export type PolicyInForceBody = {
  readonly v: 1;
  readonly what: 'in-force';
  readonly version: string;
  readonly by: string;
  readonly atMs: number;
  /** `decisions`: nobody chose them, and no reported sign-in is checked by them. */
  readonly only?: 'decisions' | undefined;
};

/** A directory that a company wrote down itself. */
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
