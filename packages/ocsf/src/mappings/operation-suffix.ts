/** The meaning of the verb at the end of an operation (`ListCreated`, `SharingPolicyChanged`). */
export type SuffixMeaning = 'created' | 'read' | 'updated' | 'deleted' | 'searched' | 'exported';

const SUFFIXES: readonly (readonly [string, SuffixMeaning])[] = [
  ['created', 'created'],
  ['added', 'created'],
  ['posted', 'created'],
  ['sent', 'created'],
  ['installed', 'created'],
  ['submitted', 'created'],
  ['uploaded', 'created'],
  ['viewed', 'read'],
  ['accessed', 'read'],
  ['read', 'read'],
  ['listed', 'read'],
  ['viewsignaled', 'read'],
  ['prefetched', 'read'],
  ['retrieved', 'read'],
  ['opened', 'read'],
  ['updated', 'updated'],
  ['changed', 'updated'],
  ['modified', 'updated'],
  ['set', 'updated'],
  ['update', 'updated'],
  ['renamed', 'updated'],
  ['edited', 'updated'],
  ['enabled', 'updated'],
  ['disabled', 'updated'],
  ['allowed', 'updated'],
  ['blocked', 'updated'],
  ['applied', 'updated'],
  ['deleted', 'deleted'],
  ['removed', 'deleted'],
  ['recycled', 'deleted'],
  ['uninstalled', 'deleted'],
  ['searched', 'searched'],
  ['searchperformed', 'searched'],
  ['queryperformed', 'searched'],
  ['queryinitiatedsharepoint', 'searched'],
  ['exported', 'exported'],
  ['downloaded', 'exported'],
];

export function meaningOfSuffix(operation: string): SuffixMeaning | undefined {
  const lowerCase = operation.toLowerCase();
  for (const [suffix, meaning] of SUFFIXES) if (lowerCase.endsWith(suffix)) return meaning;
  return undefined;
}

/** Web Resources Activity (6001). */
export const WEB_RESOURCE_ACTIVITY: Readonly<Record<SuffixMeaning, number>> = {
  created: 1,
  read: 2,
  updated: 3,
  deleted: 4,
  searched: 5,
  exported: 7,
};

/** Entity Management (3004). */
export const ENTITY_ACTIVITY: Readonly<Record<SuffixMeaning, number>> = {
  created: 1,
  read: 2,
  updated: 3,
  deleted: 4,
  searched: 2,
  exported: 2,
};
