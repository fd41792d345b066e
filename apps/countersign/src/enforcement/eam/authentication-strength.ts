import { given, isObject, parseObject } from '../http/i-json.ts';

/** The proof that an answer states: one class and one method (contracts 9.4). */
export type Strength = { readonly acr: string; readonly amr: string };

/**
 * Classes that a passkey satisfies, strongest first. It proves possession. The authenticator itself
 * verifies the person by fingerprint or PIN.
 */
const CLASSES: readonly string[] = [
  'possessionorinherence',
  'knowledgeorpossession',
  'knowledgeorpossessionorinherence',
  'possession',
];

/** Contracts 9.4. `fido` is a passkey; the others also apply to one. */
const METHODS: readonly string[] = ['fido', 'hwk', 'pop'];

const encoder = new TextEncoder();

/**
 * The class and method that a passkey states for this request; undefined if it proves none of the
 * requested ones. Without a request, Entra's defaults (OpenID Connect Core, 5.5.1).
 */
export function strengthOf(claims: string | undefined): Strength | undefined {
  const [acr] = CLASSES;
  const [amr] = METHODS;
  if (acr === undefined || amr === undefined) return undefined;
  if (claims === undefined) return { acr, amr };
  let asked: unknown;
  try {
    asked = given(parseObject(encoder.encode(claims)), 'id_token');
  } catch {
    return undefined;
  }
  const classes = valuesOf(asked, 'acr');
  const methods = valuesOf(asked, 'amr');
  if (classes === 'unreadable' || methods === 'unreadable') return undefined;
  const byClass = CLASSES.find((each) => classes?.includes(each) ?? true);
  const byMethod = METHODS.find((each) => methods?.includes(each) ?? true);
  if (byClass === undefined || byMethod === undefined) return undefined;
  return { acr: byClass, amr: byMethod };
}

/** Undefined if the request does not mention the claim, or accepts any value. */
function valuesOf(asked: unknown, claim: string): readonly unknown[] | undefined | 'unreadable' {
  if (asked === undefined) return undefined;
  if (!isObject(asked)) return 'unreadable';
  const wanted = given(asked, claim);
  if (wanted === undefined) return undefined;
  if (!isObject(wanted)) return 'unreadable';
  const value = given(wanted, 'value');
  const values = given(wanted, 'values');
  if (value !== undefined) return values === undefined ? [value] : 'unreadable';
  if (values === undefined) return undefined;
  return Array.isArray(values) ? values : 'unreadable';
}
