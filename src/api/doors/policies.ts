import {
  AccessError,
  checkPolicies,
  PolicySet,
  problemText,
  readPolicyFolder,
} from '../../access/index.ts';

/**
 * The policies of a folder, ready to decide. A policy at a door that cannot supply what it reads
 * would keep everybody out: then nothing is opened.
 * @throws AccessError POLICY_INVALID with every problem
 */
export function loadPolicies(folder: string): PolicySet {
  const { source } = readPolicyFolder(folder);
  const { problems } = checkPolicies(source);
  if (problems.length === 0) return PolicySet.parse(source);
  const lines = problems.map(problemText).join('\n');
  throw new AccessError('POLICY_INVALID', `could not open the doors:\n${lines}`);
}
