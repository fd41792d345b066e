import { join } from 'node:path';
import type { Random } from '@countersign/core';
import { serviceFolder } from '../operator-state.ts';
import { addressSpans } from './address-spans.ts';
import { DocumentPeople } from './document-people.ts';
import { addressIdentity, nameIdentity } from './person-identity.ts';
import { openPseudonymKey, PSEUDONYM, type PseudonymKey } from './pseudonym-key.ts';

/**
 * The one identity of a person behind a name, an address or an object id, such as an object id from
 * the table of aliases; undefined if the name is unknown.
 */
export type PersonResolver = (name: string) => string | undefined;

/**
 * Replaces people in JSON documents with stable pseudonyms such as `person-7f3a91c0d2e45b68`.
 *
 * It replaces addresses in any text, members that hold people, and other occurrences of the names
 * that the document itself states. A name in free text that nothing else in the document names
 * stays. Bytes, such as an evidence file, are not changed.
 */
export class Pseudonyms {
  readonly #key: PseudonymKey;
  readonly #resolve: PersonResolver;

  constructor(key: PseudonymKey, resolve: PersonResolver = () => undefined) {
    this.#key = key;
    this.#resolve = resolve;
  }

  /** Opens the key of a data folder, or creates it. @throws OperatorError KEY_UNUSABLE */
  static open(dataDir: string, random: Random, resolve?: PersonResolver): Pseudonyms {
    const key = openPseudonymKey(join(serviceFolder(dataDir), 'pseudonyms.key'), random);
    return new Pseudonyms(key, resolve);
  }

  /** Of an address, an object id or another name of a person. */
  of(name: string): string {
    return PSEUDONYM.test(name) ? name : this.#key.pseudonymOf(this.identityOf(name));
  }

  identityOf(name: string): string {
    const stated = this.#resolve(name);
    if (stated !== undefined) return nameIdentity(stated);
    const isAddress = addressSpans(name).length > 0;
    return isAddress ? addressIdentity(name) : nameIdentity(name);
  }

  /** A copy of the document with pseudonyms. Applied twice, it changes nothing more. */
  hide<T>(document: T): T {
    const people = new DocumentPeople({
      identityOf: (name) => this.identityOf(name),
      pseudonymOf: (identity) => this.#key.pseudonymOf(identity),
    });
    people.learn(document);
    return people.hide(document) as T;
  }
}
