/** Matches two rules against a log of JSON lines, and reports a rule that cannot be compiled. */
import { compileRules, Matcher, parseRules, plainModel, problemText } from '@countersign/sigma';

const RULES = `
title: New inbox rule
id: 5a1d9c52-53a0-4a53-9f0b-5c7a54f3a001
logsource: { product: m365 }
detection:
  rule: { Operation: [New-InboxRule, Set-InboxRule] }
  condition: rule
level: low
---
title: Mail forwarded outside
id: 5a1d9c52-53a0-4a53-9f0b-5c7a54f3a002
logsource: { product: m365 }
detection:
  rule: { Operation|endswith: -InboxRule }
  outside: { ForwardTo|contains: '@' }
  inside: { ForwardTo|endswith: '@northmoor.example' }
  condition: rule and outside and not inside
level: high
---
title: A rule with a mistake
id: 5a1d9c52-53a0-4a53-9f0b-5c7a54f3a003
logsource: { product: m365 }
detection:
  rule: { Operation: Anything }
  condition: rules
level: low
`;
const LOG = [
  '{"Operation":"New-InboxRule","UserId":"freya@northmoor.example"}',
  '{"Operation":"New-InboxRule","UserId":"alex@northmoor.example","ForwardTo":"a@mail.example"}',
  '{"Operation":"FileAccessed","UserId":"alex@northmoor.example"}',
];

const parsed = parseRules('rules.yml', RULES);
const { rules, problems } = compileRules(parsed.rules);
for (const problem of [...parsed.problems, ...problems]) console.log(problemText(problem));

const matcher = new Matcher(
  rules.map(({ expression }) => expression),
  plainModel(['Operation']),
);
let matches = 0;
for (const line of LOG) {
  const event = JSON.parse(line) as { readonly [member: string]: unknown };
  for (const at of matcher.match(event)) {
    matches++;
    console.log(`${rules[at]?.rule.title}: ${String(event['UserId'])}`);
  }
}
if (matches !== 3) throw new Error(`3 matches expected, not ${matches}`);
