import { NAME_WORDS_MAX } from '../limits.ts';
import { WORD, wordsOf } from './person-identity.ts';

/** A shorter word is rarely a name, and would be replaced in many sentences. */
const WORD_LETTERS_MIN = 3;

/** Between the words of one name: `vivian.castellan`, `Castellan, Vivian`. */
const SEPARATOR = /^[ ._,+\-\u00a0]{1,2}$/;

/** Before a login: the sign after a domain, `=` in `cn=`, or the dash after an id. */
const LOGIN_BEFORE = /^[\\\\=-]$/;

/** Names that one document states for its people, and the text in which they occur again. */
export class KnownNames {
  /** By the words of a name, joined with spaces. */
  readonly #sequences = new Map<string, string>();
  readonly #words = new Map<string, string>();
  readonly #logins = new Map<string, string>();

  /** A name of one word, such as `scanops`: it counts where text has the form of a login. */
  learnLogin(name: string, identity: string): void {
    const words = wordsOf(name);
    if (words.length === 1 && words[0] === name.toLowerCase()) {
      set(this.#logins, name.toLowerCase(), identity);
    }
  }

  learn(name: string, identity: string): void {
    const words = wordsOf(name).filter((word) => word.length > 1);
    if (words.length === 0 || words.length > NAME_WORDS_MAX) return;
    const [last = '', ...first] = [words.at(-1), ...words.slice(0, -1)];
    if (words.length > 1) {
      set(this.#sequences, words.join(' '), identity);
      set(this.#sequences, [last, ...first].join(' '), identity);
    }
    for (const word of words) {
      if (word.length >= WORD_LETTERS_MIN) set(this.#words, word, identity);
    }
  }

  /**
   * Replaces whole names in any case, and a single part of one where it has a capital letter:
   * `Castellan`, but not `may` because of a person named May.
   */
  replaced(text: string, pseudonymOf: (identity: string) => string): string {
    if (!this.#mayOccur(text)) return text;
    const words = Array.from(text.matchAll(WORD), ({ 0: word, index }) => {
      return { from: index, to: index + word.length, lower: word.toLowerCase(), word };
    });
    let result = '';
    let done = 0;
    for (let at = 0; at < words.length; at++) {
      const found =
        this.#sequenceAt(text, words, at) ??
        this.#wordAt(words, at) ??
        this.#loginAt(text, words[at] as Word);
      if (found === undefined) continue;
      const { from } = words[at] as Word;
      const { to } = words[at + found.length - 1] as Word;
      result += text.slice(done, from) + pseudonymOf(found.identity);
      done = to;
      at += found.length - 1;
    }
    return result + text.slice(done);
  }

  #mayOccur(text: string): boolean {
    if (this.#words.size === 0 && this.#logins.size === 0) return false;
    const lower = text.toLowerCase();
    for (const word of this.#words.keys()) if (lower.includes(word)) return true;
    for (const login of this.#logins.keys()) if (lower.includes(login)) return true;
    return false;
  }

  #sequenceAt(text: string, words: readonly Word[], at: number): Match | undefined {
    let found: Match | undefined;
    let key = words[at]?.lower ?? '';
    for (let length = 2; length <= NAME_WORDS_MAX && at + length <= words.length; length++) {
      const [before, word] = [words[at + length - 2] as Word, words[at + length - 1] as Word];
      if (!SEPARATOR.test(text.slice(before.to, word.from))) break;
      key += ` ${word.lower}`;
      const identity = this.#sequences.get(key);
      if (identity !== undefined) found = { length, identity };
    }
    return found;
  }

  #wordAt(words: readonly Word[], at: number): Match | undefined {
    const { word, lower } = words[at] as Word;
    if (word[0] === lower[0]) return undefined;
    const identity = this.#words.get(lower);
    return identity === undefined ? undefined : { length: 1, identity };
  }

  /** `scanops\\Inbox`, `CONTOSO\\scanops`, `cn=scanops`. */
  #loginAt(text: string, { from, to, lower }: Word): Match | undefined {
    const identity = this.#logins.get(lower);
    const isLogin = text[to] === '\\' || LOGIN_BEFORE.test(text[from - 1] ?? '');
    return identity !== undefined && isLogin ? { length: 1, identity } : undefined;
  }
}

type Word = {
  readonly from: number;
  readonly to: number;
  readonly word: string;
  readonly lower: string;
};

type Match = { readonly length: number; readonly identity: string };

/** The first person of a name keeps it, so that the order of members decides, not chance. */
function set(map: Map<string, string>, key: string, identity: string): void {
  if (!map.has(key)) map.set(key, identity);
}
