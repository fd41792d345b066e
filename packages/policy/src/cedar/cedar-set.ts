import {
  type CedarCall,
  CedarEngine,
  type CedarResponse,
  type PolicyJson,
} from './cedar-engine.ts';
import { compiled } from './compile-policies.ts';

/**
 * A set of policies that decides by functions where it can, and asks the official engine where it
 * cannot: which of the two answered makes no difference to anybody.
 */
export class CedarSet {
  readonly #official: CedarEngine;
  readonly #compiled: ReturnType<typeof compiled>;

  /** `name` MUST follow from the policies: see {@link CedarEngine}. */
  constructor(
    name: string,
    policies: Readonly<Record<string, { readonly text: string; readonly tree: PolicyJson }>>,
  ) {
    const each = Object.entries(policies);
    const texts = Object.fromEntries(each.map(([id, { text }]) => [id, text]));
    this.#official = new CedarEngine(name, texts);
    this.#compiled = compiled(Object.fromEntries(each.map(([id, { tree }]) => [id, tree])));
  }

  decide(call: CedarCall): CedarResponse {
    return this.#compiled?.(call) ?? this.#official.decide(call);
  }
}
