import type { EventRow } from '../../store/rows/event-row.ts';
import type { RecordDetail } from '../footholds/record-detail.ts';

/** One object of a change, by each of its names in the record, in lower case. */
export type ObjectNames = readonly string[];

/** The objects of a change besides its holder; undefined if the record does not say. */
export type ObjectNamesOf = (
  detail: RecordDetail,
  row: EventRow,
) => readonly ObjectNames[] | undefined;

/** All objects of the kind, some of them, or not stated. */
export type Things = 'whole' | 'unstated' | readonly ObjectNames[];

/** The objects that remain after a reversal; undefined if unknown. */
export function leftOf(opened: Things, reversed: Things): Things | undefined {
  if (reversed === 'whole') return [];
  if (typeof opened === 'string' || reversed === 'unstated') return undefined;
  return opened.filter((thing) => !reversed.some((other) => isSameThing(thing, other)));
}

export function shareThings(one: Things, other: Things): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  return one.some((thing) => other.some((each) => isSameThing(thing, each)));
}

function isSameThing(one: ObjectNames, other: ObjectNames): boolean {
  return one.some((name) => other.includes(name));
}

/** One object with any of these values, current or previous. */
export function byAny(...names: readonly string[]): ObjectNamesOf {
  return (detail) => oneThing(names.map((name) => stated(detail, name)));
}

/** One object per name (group, role, application). Values of different names never match. */
export function byEach(...names: readonly string[]): ObjectNamesOf {
  return (detail) =>
    oneThing(
      names.map((name) => {
        const value = stated(detail, name);
        return value === undefined ? undefined : `${name} ${value}`;
      }),
    );
}

/** The object's name in the suite, or one of these values. */
export function byObject(...names: readonly string[]): ObjectNamesOf {
  return (detail, { event }) =>
    oneThing([event.object?.toLowerCase(), ...names.map((name) => stated(detail, name))]);
}

/** A role group member if stated, otherwise an object with any of these values. */
export function memberOf(...names: readonly string[]): ObjectNamesOf {
  return (detail, row) => {
    const member = stated(detail, 'member') ?? stated(detail, 'members');
    const things = byAny(...names)(detail, row);
    if (member === undefined || things === undefined) return things;
    return things.map((thing) => thing.map((name) => `${name} ${member}`));
  };
}

/** Constant: the holder has only one such object. */
export function alone(...things: readonly string[]): ObjectNamesOf {
  return () => things.map((thing) => [thing]);
}

/** An inbox rule: its name or id, without the mailbox in its path. */
export const inboxRule: ObjectNamesOf = (detail, { event }) => {
  const paths = [event.object, stated(detail, 'identity')];
  const last = paths.map((path) => path?.split(/[\\/]/).at(-1)?.toLowerCase());
  return oneThing([
    stated(detail, 'name'),
    stated(detail, 'rulename'),
    stated(detail, 'ruleid'),
    ...last,
  ]);
};

/** Each right of each trustee separately, because removing one leaves the others. */
export const trusteeRights: ObjectNamesOf = (detail) => {
  const trustee = stated(detail, 'user') ?? stated(detail, 'trustee');
  const rights = listed(stated(detail, 'accessrights'));
  if (trustee === undefined || rights.length === 0) return undefined;
  return rights.map((right) => [`${trustee} ${right}`]);
};

/** Permissions of one user on one folder. */
export const folderRights: ObjectNamesOf = (detail, { event }) => {
  const user = stated(detail, 'user') ?? stated(detail, 'memberupn') ?? stated(detail, 'membersid');
  const path = event.folder ?? stated(detail, 'path');
  if (user === undefined || path === null || path === undefined) return undefined;
  const folder =
    path
      .split(/[\\/:]/)
      .at(-1)
      ?.toLowerCase() ?? '';
  return [[`${user} ${folder}`]];
};

/** The stated values among these names, each as an object. */
export function given(...names: readonly string[]): ObjectNamesOf {
  return (detail) => namesWhere(names, (name) => detail.isGiven(name));
}

export function emptied(...names: readonly string[]): ObjectNamesOf {
  return (detail) => namesWhere(names, (name) => detail.isEmptied(name));
}

/** Names of switches that have the given state in the record, each as an object. */
export function switched(states: Readonly<Record<string, boolean>>): ObjectNamesOf {
  return (detail) => namesWhere(Object.keys(states), (name) => detail.flag(name) === states[name]);
}

/** Application keys that a change adds or removes. */
export function addedKeys(detail: RecordDetail): readonly ObjectNames[] | undefined {
  return keysOnlyIn(detail.value('keydescription'), detail.before('keydescription'));
}

export function removedKeys(detail: RecordDetail): readonly ObjectNames[] | undefined {
  return keysOnlyIn(detail.before('keydescription'), detail.value('keydescription'));
}

function keysOnlyIn(
  text: string | undefined,
  other: string | undefined,
): ObjectNames[] | undefined {
  const kept = new Set(keyIds(other));
  const keys = keyIds(text).filter((id) => !kept.has(id));
  return keys.length === 0 ? undefined : keys.map((id) => [id]);
}

function keyIds(description: string | undefined): string[] {
  const all = (description ?? '').matchAll(/KeyIdentifier=([0-9a-f-]{36})/gi);
  return [...all].map(([, id = '']) => id.toLowerCase());
}

/** Authentication methods that a change adds to or removes from a list. */
export function addedMethods(detail: RecordDetail): readonly ObjectNames[] | undefined {
  return methods(detail, (now, before) => [now, before]);
}

export function removedMethods(detail: RecordDetail): readonly ObjectNames[] | undefined {
  return methods(detail, (now, before) => [before, now]);
}

const METHOD_LISTS: readonly string[] = [
  'strongauthenticationmethod',
  'strongauthenticationphoneappdetail',
];

function methods(
  detail: RecordDetail,
  sides: (
    now: readonly string[],
    before: readonly string[],
  ) => [readonly string[], readonly string[]],
): ObjectNames[] | undefined {
  const found = METHOD_LISTS.flatMap((name) => {
    const [some, others] = sides(elements(detail.property(name)), elements(detail.before(name)));
    return some.filter((each) => !others.includes(each));
  });
  return found.length === 0 ? undefined : found.map((each) => [each]);
}

/** Each element as text; a value that is not a list, as itself. */
function elements(text: string | undefined): string[] {
  if (text === undefined || text.trim() === '') return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map((each) => JSON.stringify(each)) : [text];
  } catch {
    return [text];
  }
}

/** A delegated grant: for all users or one, and its scopes. */
export const grant: ObjectNamesOf = (detail) => {
  const type = stated(detail, 'delegatedpermissiongrant.consenttype');
  const scopes = stated(detail, 'delegatedpermissiongrant.scope');
  const consented = /consenttype: ?(\w+).*?scope: ?([^,\]]*)/i.exec(
    stated(detail, 'consentaction.permissions') ?? '',
  );
  const whose = type ?? consented?.[1];
  const what = scopes ?? consented?.[2];
  if (whose === undefined || what === undefined) return undefined;
  const all = what.split(/\s+/).filter((scope) => scope !== '');
  return all.length === 0 ? undefined : all.map((scope) => [`${whose} ${scope}`]);
};

/** A link by its own id, or else by its target. */
export function sharing(family: string): ObjectNamesOf {
  return (detail, { event }) => {
    const id = stated(detail, 'uniquesharingid');
    if (id !== undefined) return [[id]];
    const whom = stated(detail, 'targetuserorgroupname');
    const where = [event.object, stated(detail, 'objectid'), whom].flatMap((part) => part ?? []);
    if (where.length === 0) return undefined;
    return [[[family, ...where].join(' ').toLowerCase()]];
  };
}

function stated(detail: RecordDetail, name: string): string | undefined {
  const now = detail.value(name)?.trim();
  const text = now === undefined || now === '' ? detail.before(name)?.trim() : now;
  return text === undefined || text === '' ? undefined : text.toLowerCase();
}

function oneThing(names: readonly (string | null | undefined)[]): ObjectNames[] | undefined {
  const all = names.filter((name): name is string => typeof name === 'string' && name !== '');
  return all.length === 0 ? undefined : [[...new Set(all)]];
}

function namesWhere(
  names: readonly string[],
  holds: (name: string) => boolean,
): ObjectNames[] | undefined {
  const found = names.filter(holds);
  return found.length === 0 ? undefined : found.map((name) => [name]);
}

function listed(text: string | undefined): string[] {
  return (text ?? '').split(/[,;\s[\]"]+/).filter((part) => part !== '');
}
