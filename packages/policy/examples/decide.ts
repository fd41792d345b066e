/** Three sign-ins: permitted, denied by a policy, and denied because an input is unknown. */
import { PolicySet, runPolicyTests } from '@countersign/policy';

const SCHEMA = `
entity Person = { enabled: Bool, risk: String };
entity Suite;
action signIn appliesTo { principal: [Person], resource: [Suite], context: { factor: String } };
`;
const POLICIES = `
@id("two-factors") @sentence("Enabled people sign in with two factors.") @enforcement_points("eam")
permit (principal is Person, action == Action::"signIn", resource)
when { principal.enabled && context.factor != "single" };

@id("risk") @sentence("People at high risk do not sign in.") @enforcement_points("eam")
forbid (principal is Person, action == Action::"signIn", resource)
when { principal.risk == "high" };
`;
const TESTS = `
now: 2026-03-02T09:00:00Z
directory:
  tenant: 3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21
  people:
    - { id: ada, enabled: true, risk: none }
    - { id: eve, enabled: true, risk: high }
    - { id: sam, enabled: true }
tests:
  - name: Ada is enabled and not at risk
    enforcementPoint: eam
    subject: { type: user, id: ada }
    action: signIn
    resource: { type: suite, id: northmoor }
    context: { factor: multi }
    expect: permit
  - name: Eve is at high risk
    enforcementPoint: eam
    subject: { type: user, id: eve }
    action: signIn
    resource: { type: suite, id: northmoor }
    context: { factor: multi }
    expect: deny
    policies: [risk]
  - name: nothing states Sam's risk
    enforcementPoint: eam
    subject: { type: user, id: sam }
    action: signIn
    resource: { type: suite, id: northmoor }
    context: { factor: multi }
    expect: deny
    cause: unknown
`;

const policies = PolicySet.parse({
  schema: { file: 'example.cedarschema', text: SCHEMA },
  policies: [{ file: 'example.cedar', text: POLICIES }],
});
for (const result of runPolicyTests({ file: 'example.test.yaml', text: TESTS }, policies)) {
  console.log(result.name, result.differences.length === 0 ? 'as expected' : result.differences);
  if (result.differences.length > 0) process.exitCode = 1;
}
