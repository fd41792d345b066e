import { addressSpans } from './address-spans.ts';
import { KnownNames } from './known-names.ts';
import { localPartOf, nameIdentity } from './person-identity.ts';
import {
  isAboutPerson,
  NAME_MEMBERS,
  PERSON_MEMBERS,
  personIn,
  statesPerson,
} from './person-members.ts';
import { PSEUDONYM } from './pseudonym-key.ts';

type Naming = {
  readonly identityOf: (name: string) => string;
  readonly pseudonymOf: (identity: string) => string;
};

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * - `person`  a person, or a list of people
 * - `party`   a list of names of one actor or target, as in records of the unified audit log
 */
type Place = 'person' | 'party' | 'other';

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const PERSONAL_SITE = /(\/personal\/)([^/?#"'\s]+)/gi;
const PARTIES: ReadonlySet<string> = new Set(['Actor', 'Target']);
/** OCSF `observable.type` of values that name people. */
const OBSERVED_PEOPLE: ReadonlySet<unknown> = new Set(['User Name', 'Email Address', 'User']);

/** The people in one document: first it learns their names, then it replaces them. */
export class DocumentPeople {
  readonly #naming: Naming;
  /** The identity of a name that the document states to be the same person's. */
  readonly #same = new Map<string, string>();
  /** Object ids of people, in lower case. */
  readonly #ids = new Set<string>();
  readonly #names = new KnownNames();

  constructor(naming: Naming) {
    this.#naming = naming;
  }

  learn(value: unknown, place: Place = 'other'): void {
    if (typeof value === 'string') {
      this.#learnText(value);
      if (place === 'person') this.#learnPerson([value]);
    } else if (Array.isArray(value)) {
      if (place === 'party') this.#learnParty(value);
      for (const item of value) this.learn(item, place);
    } else if (isObject(value)) {
      const isPerson = isPersonObject(value, place);
      if (isPerson) this.#learnPerson(namesIn(value));
      for (const member in value) {
        const item = value[member];
        const traits = traitsOf(member);
        // Numbers and switches name no one.
        if (typeof item === 'string' || typeof item === 'object') {
          this.learn(item, placeOf(traits, isPerson));
        }
        if (!traits.isPlain) this.#learnText(member);
      }
    }
  }

  hide(value: unknown, place: Place = 'other'): unknown {
    if (typeof value === 'string') {
      return place === 'person' ? this.#hiddenPerson(value) : this.#hiddenText(value);
    }
    if (Array.isArray(value)) {
      const party = place === 'party' ? this.#partyIdentity(value) : undefined;
      return value.map((item) =>
        party === undefined ? this.hide(item, place) : this.#hiddenMember(item, party),
      );
    }
    return isObject(value) ? this.#hiddenObject(value, place) : value;
  }

  #hiddenObject(value: JsonObject, place: Place): JsonObject {
    const isPerson = isPersonObject(value, place);
    const isObserved = OBSERVED_PEOPLE.has(value['type']) && typeof value['value'] === 'string';
    const hidden: Record<string, unknown> = {};
    for (const member in value) {
      const traits = traitsOf(member);
      const isName = isObserved ? member === 'value' : isPerson && traits.isName;
      const of = isObserved && !isName ? 'other' : placeOf(traits, isPerson);
      const item = this.hide(value[member], isName ? 'person' : of);
      if (traits.isPlain) hidden[member] = item;
      else hidden[freeKey(hidden, this.#hiddenText(member))] = item;
    }
    return hidden;
  }

  #hiddenMember(item: unknown, identity: string): unknown {
    if (!isObject(item) || typeof item['ID'] !== 'string') return this.hide(item);
    const { ID: name, ...rest } = item;
    const shown = PSEUDONYM.test(String(name)) ? name : this.#naming.pseudonymOf(identity);
    return { ...(this.hide(rest) as JsonObject), ID: shown };
  }

  #learnText(text: string): void {
    for (const { from, to } of addressSpans(text)) this.#learnAddress(text.slice(from, to));
  }

  #learnAddress(address: string): string {
    const identity = this.#identityOf(address);
    const local = localPartOf(address);
    if (/[._-]/.test(local)) this.#names.learn(local, identity);
    else this.#names.learnLogin(local, identity);
    return identity;
  }

  /** Names of one person. An address or what the resolver knows comes before an id. */
  #learnPerson(stated: readonly string[]): void {
    const names = stated.flatMap((text) => personIn(text)?.name ?? []).filter(isName);
    const address = names.find((name) => addressSpans(name).length > 0);
    const [first = address] = [address, ...names].filter((name) => name !== undefined);
    if (first === undefined) return;
    const identity = this.#identityOf(first);
    for (const name of names) {
      const key = nameIdentity(name);
      if (!this.#same.has(key)) this.#same.set(key, identity);
      if (isGuid(name)) this.#ids.add(key);
      else if (addressSpans(name).length === 0) this.#names.learn(name, identity);
    }
  }

  #learnParty(items: readonly unknown[]): void {
    const names = items
      .filter(isObject)
      .flatMap(({ ID: id }) => (typeof id === 'string' ? id : []));
    if (names.some((name) => addressSpans(name).length > 0)) this.#learnPerson(names);
  }

  #partyIdentity(items: readonly unknown[]): string | undefined {
    const ids = items.filter(isObject).map(({ ID: id }) => id);
    const address = ids.find((id) => typeof id === 'string' && addressSpans(id).length > 0);
    return typeof address === 'string' ? this.#identityOf(address) : undefined;
  }

  #identityOf(name: string): string {
    return this.#same.get(nameIdentity(name)) ?? this.#naming.identityOf(name);
  }

  #hiddenPerson(text: string): string {
    const person = personIn(text);
    if (person === undefined) return this.#hiddenText(text);
    const { prefix, name } = person;
    if (!isName(name)) return text;
    return prefix + this.#naming.pseudonymOf(this.#identityOf(name));
  }

  #hiddenText(text: string): string {
    if (text.length < NAME_CHARACTERS_MIN || PSEUDONYM.test(text)) return text;
    let hidden = this.#hiddenAddresses(text);
    if (hidden.includes('/personal/')) {
      hidden = hidden.replaceAll(PERSONAL_SITE, (whole, path: string, slug: string) =>
        PSEUDONYM.test(slug) ? whole : path + this.#pseudonymOf(slug),
      );
    }
    if (this.#ids.size > 0 && hidden.length >= GUID_CHARACTERS) {
      hidden = hidden.replaceAll(GUID, (id) => {
        return this.#ids.has(id.toLowerCase()) ? this.#pseudonymOf(id) : id;
      });
    }
    return this.#names.replaced(hidden, (identity) => this.#naming.pseudonymOf(identity));
  }

  #hiddenAddresses(text: string): string {
    let hidden = '';
    let done = 0;
    for (const { from, to } of addressSpans(text)) {
      hidden += text.slice(done, from) + this.#pseudonymOf(text.slice(from, to));
      done = to;
    }
    return hidden + text.slice(done);
  }

  #pseudonymOf(name: string): string {
    return this.#naming.pseudonymOf(this.#identityOf(name));
  }
}

/** The name of a member that a schema gave, not one made of data. */
const PLAIN_MEMBER = /^[a-z]+(?:_[a-z]+)*$|^[A-Za-z]+$/;

/** `a@b` is the shortest address. */
const NAME_CHARACTERS_MIN = 3;
const GUID_CHARACTERS = 36;

function isPersonObject(value: JsonObject, place: Place): boolean {
  return (place === 'person' || statesPerson(value)) && isAboutPerson(value);
}

type MemberTraits = { readonly isPlain: boolean; readonly isName: boolean; readonly place: Place };

/** Schemas have a few hundred members. Data can make up any number of others. */
const MEMBERS_KEPT_MAX = 4096;
/** No schema has a longer one, and an attacker can make up names of megabytes. */
const MEMBER_CHARACTERS_MAX = 64;
const keptMembers = new Map<string, MemberTraits>();

/** Every document has the same members, so their traits are kept. */
function traitsOf(member: string): MemberTraits {
  const kept = keptMembers.get(member);
  if (kept !== undefined) return kept;
  const place = PERSON_MEMBERS.has(member) ? 'person' : 'other';
  const traits: MemberTraits = {
    isPlain: PLAIN_MEMBER.test(member),
    isName: NAME_MEMBERS.has(member),
    place: PARTIES.has(member) ? 'party' : place,
  };
  const isShort = member.length <= MEMBER_CHARACTERS_MAX;
  if (isShort && keptMembers.size < MEMBERS_KEPT_MAX) keptMembers.set(member, traits);
  return traits;
}

function placeOf({ place, isName }: MemberTraits, isPerson: boolean): Place {
  return place === 'other' && isPerson && isName ? 'person' : place;
}

function namesIn(value: JsonObject): readonly string[] {
  const names: string[] = [];
  for (const member in value) {
    const item = value[member];
    if (typeof item === 'string' && NAME_MEMBERS.has(member)) names.push(item);
  }
  return names;
}

function isName(text: string): boolean {
  return text.trim() !== '' && !PSEUDONYM.test(text);
}

function isGuid(text: string): boolean {
  return text.length === GUID_CHARACTERS && text.match(GUID) !== null;
}

function isObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Two names of one person may be members of one object. */
function freeKey(object: JsonObject, key: string): string {
  let free = key;
  for (let number = 2; Object.hasOwn(object, free); number++) free = `${key} (${number})`;
  return free;
}
