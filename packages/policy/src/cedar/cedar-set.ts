import {
  type CedarCall,
  CedarEngine,
  type CedarResponse,
  type PolicyJson,
} from './cedar-engine.ts';
import { compilePolicies } from './compile-policies.ts';

/**
 * A policy set that decides with compiled functions where possible, and with the official engine
 * otherwise. Both give the same answer.
 */
export class CedarSet {
  readonly #official: CedarEngine;
  readonly #compiled: ReturnType<typeof compilePolicies>;

  /** `name` MUST be derived from the policies: see {@link CedarEngine}. */
  constructor(
    name: string,
    policies: Readonly<Record<string, { readonly text: string; readonly tree: PolicyJson }>>,
  ) {
    const each = Object.entries(policies);
    const texts = Object.fromEntries(each.map(([id, { text }]) => [id, text]));
    this.#official = new CedarEngine(name, texts);
    this.#compiled = compilePolicies(Object.fromEntries(each.map(([id, { tree }]) => [id, tree])));
  }

  decide(call: CedarCall): CedarResponse {
    return this.#compiled?.(call) ?? this.#official.decide(call);
  }
}
