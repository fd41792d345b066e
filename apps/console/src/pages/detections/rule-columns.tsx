import { Badge } from '@fluentui/react-components';
import { Link } from '@tanstack/react-router';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import type { Rule } from '../../kit/answer/rules-answer.ts';
import type { Column } from '../../kit/table/column.ts';
import { formatNumber } from '../../kit/text/format-time.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { detectionTexts as t } from '../../texts/detections.ts';

/** A part of the logs is not a no: what the rule does not see, it cannot tell. */
export const ANSWER_OF = { live: 'yes', partial: 'unknown', blind: 'no', failed: 'no' } as const;

export const COLUMNS: readonly Column<Rule>[] = [
  {
    id: 'rule',
    header: t.rule,
    width: 'minmax(220px, 2fr)',
    cell: ({ rule, title, handedIn }) => (
      <>
        <Link to={'/rule' as never} search={{ rule } as never}>
          <SafeText text={title} />
        </Link>{' '}
        {handedIn && <Badge appearance="outline">{t.handedIn}</Badge>}
      </>
    ),
    text: ({ title }) => title,
  },
  {
    id: 'state',
    header: t.state,
    width: '130px',
    cell: ({ state }) => (
      <>
        <AnswerMark kind={ANSWER_OF[state]} size={16} /> {t.states[state]}
      </>
    ),
    text: ({ state }) => state,
  },
  {
    id: 'since',
    header: t.since,
    width: '190px',
    cell: ({ since }) => since !== null && <Time at={since} />,
    text: ({ since }) => since ?? '',
  },
  {
    id: 'needs',
    header: t.needs,
    width: 'minmax(140px, 1fr)',
    cell: ({ needs }) => <SafeText text={needs.join(', ')} />,
    text: ({ needs }) => needs.join(' '),
  },
  {
    id: 'findings',
    header: t.findings,
    width: '90px',
    cell: ({ findings }) => formatNumber(findings),
    text: ({ findings }) => String(findings),
  },
  {
    id: 'suppressed',
    header: t.suppressed,
    width: '100px',
    cell: ({ suppressed }) => formatNumber(suppressed),
    text: ({ suppressed }) => String(suppressed),
  },
  {
    id: 'precision',
    header: t.precisionHeader,
    width: '120px',
    cell: ({ verdicts }) => precisionOf(verdicts),
    text: ({ verdicts }) => precisionOf(verdicts),
  },
];

/** The share of findings with a verdict that were no false alarm. */
function precisionOf({ truePositive, benign, falsePositive }: Rule['verdicts']): string {
  const decided = truePositive + benign + falsePositive;
  return decided === 0 ? t.noVerdict : t.share(truePositive + benign, decided);
}
