import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { statementTexts as t } from '../../texts/statement.ts';
import type { Action, StatementLine } from './statement-model.ts';

const LINE_PX = 34;

const useStyles = makeStyles({
  scroll: {
    maxHeight: 'max(320px, 60vh)',
    overflow: 'auto',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  line: {
    display: 'grid',
    gridTemplateColumns: '20px 190px minmax(140px, 1.2fr) minmax(140px, 2fr) 130px 84px',
    gap: '10px',
    alignItems: 'center',
    minHeight: `${LINE_PX}px`,
    boxSizing: 'border-box',
    padding: '4px 12px',
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
    '@media (max-width: 720px)': { display: 'flex', flexWrap: 'wrap', gap: '4px 10px' },
  },
  head: {
    display: 'flex',
    gap: '8px',
    alignItems: 'center',
    minHeight: `${LINE_PX}px`,
    padding: '6px 12px',
    boxSizing: 'border-box',
    backgroundColor: tokens.colorNeutralBackground2,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  cell: { minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis' },
});

/** Sign-ins and actions, each under its session. Only the lines on the screen exist. */
export function ActionLines(props: {
  readonly lines: readonly StatementLine[];
  readonly isWhole: boolean;
}) {
  const styles = useStyles();
  const { lines, isWhole } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => LINE_PX,
    overscan: isWhole ? PRINTED_MAX : 12,
  });
  return (
    <div
      ref={scroll}
      role="group"
      aria-label={t.actions}
      className={styles.scroll}
      style={isWhole ? { maxHeight: 'none' } : undefined}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => (
          <div
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            style={{ position: 'absolute', insetInline: 0, transform: `translateY(${start}px)` }}
          >
            <Line line={lines[index] as StatementLine} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** More lines are forty sheets of paper. The JSON has all of them. */
const PRINTED_MAX = 2000;

function Line({ line }: { readonly line: StatementLine }) {
  const styles = useStyles();
  switch (line.kind) {
    case 'head': {
      const { answer } = line;
      const because = answer.kind === 'yes' ? undefined : answer.because[0]?.text;
      const [evidence] = answer.kind === 'unknown' ? [] : answer.evidence;
      return (
        <div className={styles.head}>
          <AnswerMark kind={answer.kind} size={16} />
          <Text weight="semibold">
            <SafeText text={line.title} />
          </Text>
          {because !== undefined && (
            <Text size={200}>
              <SafeText text={because} />
            </Text>
          )}
          {evidence !== undefined && <EvidenceLink entry={evidence.index} />}
        </div>
      );
    }
    case 'unaccounted':
      return (
        <div className={styles.head}>
          <AnswerMark kind="no" size={16} />
          <Text weight="semibold">
            {t.unaccounted}: {t.showing(line.count)}
          </Text>
        </div>
      );
    case 'sign-in': {
      const { signIn } = line;
      return (
        <div className={styles.line}>
          <span aria-hidden>▾</span>
          <Time at={signIn.time} form="second" />
          <span className={styles.cell}>
            {t.signIn}: {signIn.outcome}
          </span>
          <span className={styles.cell}>
            <SafeText text={signIn.app ?? signIn.resource ?? ''} />
          </span>
          <SafeText text={signIn.ip ?? ''} />
          <EvidenceLink entry={signIn.index} />
        </div>
      );
    }
    case 'action':
      return <ActionLine action={line.action} />;
  }
}

function ActionLine({ action }: { readonly action: Action }) {
  const styles = useStyles();
  const { authorization, time, operation, ip, index } = action;
  return (
    <div className={styles.line}>
      <AnswerMark kind={authorization.kind} size={14} />
      <Time at={time} form="second" />
      <span className={styles.cell}>
        <SafeText text={operation ?? ''} />
      </span>
      <span className={styles.cell}>
        <SafeText text={targetOf(action)} />
      </span>
      <SafeText text={ip ?? ''} />
      <EvidenceLink entry={index} />
    </div>
  );
}

function targetOf({ object, target, mailbox, folder, site, volume }: Action): string {
  const what = object ?? target ?? folder ?? mailbox ?? site ?? '';
  const { items, contents } = volume;
  if (contents === 'unknown') return `${what} (${t.unknownContents})`;
  return items > 1 ? `${what} (${t.items(items)})` : what;
}
