import { changesAsData, fillDirectoryColumns, fillTarget } from '../columns/directory-columns.ts';
import type { Interpretation } from '../model/interpretation.ts';
import type { Attributes, Example, Mapping } from '../model/mapping.ts';
import type { RecordView } from '../model/record-view.ts';
import { type DirectoryView, NO_PARTY, type Party } from '../shapes/directory-audit.ts';
import { text } from '../values/json-value.ts';

/** OCSF Entity Management and its activities, for the mappings of directory objects. */
export const ENTITY_MANAGEMENT = 3004;
export const CREATE = 1;
const READ = 2;
export const UPDATE = 3;
export const DELETE = 4;
export const ENROLL = 6;
export const UNENROLL = 7;
export const ENABLE = 8;
export const DISABLE = 9;
export const OTHER = 99;

/** OCSF managed_entity.type_id of the vendor's target types; 99 with the type's name for others. */
const ENTITY_TYPES: ReadonlyMap<string, number> = new Map([
  ['device', 1],
  ['user', 2],
  ['group', 3],
  ['directory', 4],
  ['company', 4],
  ['domain', 4],
  ['organization', 4],
  ['policy', 5],
  ['authorizationpolicy', 5],
  ['namedlocation', 7],
]);

/** The differences between mappings of directory objects. */
export type EntityKind = {
  readonly name: string;
  readonly activities: ReadonlyMap<string, number>;
  /** The type of the object if the record states none that OCSF defines. */
  readonly type: string;
  /** UAL record types that contain only directory records. */
  readonly recordTypes?: readonly number[];
  /** The `object` column, if it should say more than the target's name. */
  readonly objectOf?: (view: DirectoryView) => string | null;
  readonly targetOf?: (view: DirectoryView) => Party | undefined;
  readonly examples: readonly Example[];
};

export function entityMapping(kind: EntityKind): Mapping {
  return {
    name: kind.name,
    classes: [ENTITY_MANAGEMENT],
    matches: {
      family: 'entra',
      recordTypes: kind.recordTypes ?? [],
      activities: [...kind.activities.keys()],
    },
    interpret: (subject, into) => interpretEntity(kind, subject, into),
    build: (subject, from) => buildEntity(kind, subject, from),
    examples: kind.examples,
  };
}

function interpretEntity(kind: EntityKind, subject: RecordView, into: Interpretation): void {
  const view = subject.directory;
  if (view === null) return;
  fillDirectoryColumns(view, subject.memo, into);
  into.classUid = ENTITY_MANAGEMENT;
  into.activityId = kind.activities.get(view.key) ?? activityOfVerb(view.key);
  const target = kind.targetOf?.(view);
  if (target !== undefined) fillTarget(target, view, into);
  into.targetType ??= kind.type;
  into.object = kind.objectOf?.(view) ?? into.object;
}

/** By the first word of an activity's name. */
function activityOfVerb(key: string): number {
  const space = key.indexOf(' ');
  const verb = space < 0 ? key : key.slice(0, space);
  return VERBS.get(verb) ?? (key.startsWith('hard delete ') ? DELETE : OTHER);
}

const VERBS: ReadonlyMap<string, number> = new Map([
  ['add', CREATE],
  ['added', CREATE],
  ['create', CREATE],
  ['created', CREATE],
  ['update', UPDATE],
  ['updated', UPDATE],
  ['set', UPDATE],
  ['change', UPDATE],
  ['verify', UPDATE],
  ['delete', DELETE],
  ['deleted', DELETE],
  ['remove', DELETE],
  ['removed', DELETE],
  ['enable', ENABLE],
  ['disable', DISABLE],
  ['register', ENROLL],
  ['unregister', UNENROLL],
  ['get', READ],
  ['download', READ],
  ['export', READ],
]);

function buildEntity(kind: EntityKind, subject: RecordView, from: Interpretation): Attributes {
  const view = subject.directory;
  if (view === null) return {};
  const target = kind.targetOf?.(view) ?? view.targets[0] ?? NO_PARTY;
  const type = from.targetType ?? kind.type;
  const typeId = ENTITY_TYPES.get(type.toLowerCase()) ?? ENTITY_TYPES.get(kind.type.toLowerCase());
  return {
    status_detail: text(view.resultReason),
    entity: {
      type_id: typeId ?? 99,
      type: typeId === undefined ? type : undefined,
      uid: target.uid,
      data: changesAsData(view),
    },
  };
}
