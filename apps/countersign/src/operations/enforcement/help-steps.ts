import type { DecisionInput, PolicyOutcome } from '@countersign/policy';

/** Input names of policies, as people call them. */
const INPUTS: ReadonlyMap<string, string> = new Map([
  ['context.device', 'the device'],
  ['context.device.compliant', 'whether the device is compliant'],
  ['context.factor', 'the sign-in factor'],
  ['principal.enabled', 'whether the account is enabled'],
  ['principal.kind', 'the kind of the account'],
  ['principal.privileged', 'whether the person has a privileged role'],
  ['principal.risk', "the person's risk"],
  ['principal.wave', "the person's rollout wave"],
]);

const FACTORS: ReadonlyMap<string, string> = new Map([
  ['multi', 'Ask the person to sign in again with a second factor.'],
  [
    'phishing-resistant',
    'Ask the person to sign in again with a phishing-resistant factor, such as a passkey.',
  ],
]);

/** What would help a refused person, the most direct step first. */
export function helpSteps(
  outcome: Pick<PolicyOutcome, 'effect' | 'cause' | 'obligations' | 'inputs' | 'because'>,
): readonly string[] {
  const { effect, cause, obligations, inputs } = outcome;
  if (effect === 'permit') return [];
  const factors = obligations
    .filter((each) => each.startsWith('step-up:'))
    .map((each) => each.slice('step-up:'.length))
    .map((factor) => FACTORS.get(factor) ?? `Ask the person for the factor "${factor}".`);
  switch (cause) {
    case 'unknown':
      return [...factors, ...inputs.filter(({ state }) => state !== 'fresh').map(inputStep)];
    case 'error':
      return ['A policy failed. Give the reference to the administrator of the policies.'];
    case 'no-policy':
      return ['No policy permits this. If the person needs it, ask the owner of the policies.'];
    case 'policy':
      return [...factors, 'If a stated fact is wrong, correct it at its source and try again.'];
  }
}

function inputStep({ name, source, state }: DecisionInput): string {
  const what = INPUTS.get(name) ?? name;
  if (state === 'stale') {
    const from = source === null ? 'Its source' : `The source ${source}`;
    return `Countersign knows ${what} only from too long ago. ${from} must be read again.`;
  }
  return `No source states ${what}. Add it to the directory, or connect the source.`;
}
