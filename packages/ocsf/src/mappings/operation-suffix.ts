/** Many operations end with a verb (`ListCreated`, `SharingPolicyChanged`). */
export type Ending = 'created' | 'read' | 'updated' | 'deleted' | 'searched' | 'exported';

const SUFFIXES: readonly (readonly [string, Ending])[] = [
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

export function endingOf(operation: string): Ending | undefined {
  const folded = operation.toLowerCase();
  for (const [ending, meaning] of SUFFIXES) if (folded.endsWith(ending)) return meaning;
  return undefined;
}

/** Web Resources Activity (6001). */
export const WEB_RESOURCE_ACTIVITY: Readonly<Record<Ending, number>> = {
  created: 1,
  read: 2,
  updated: 3,
  deleted: 4,
  searched: 5,
  exported: 7,
};

/** Entity Management (3004). */
export const ENTITY_ACTIVITY: Readonly<Record<Ending, number>> = {
  created: 1,
  read: 2,
  updated: 3,
  deleted: 4,
  searched: 2,
  exported: 2,
};
