import type { Operations } from '@countersign/client';
import { makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { texts } from '../../texts/en.ts';
import { TenantText } from '../text/named-tenants.tsx';
import { SafeText } from '../text/safe-text.tsx';
import { Time } from '../text/time.tsx';
import { visibleText } from '../text/visible-text.ts';

export type Entry = NonNullable<Operations['show']['output']>;

const useStyles = makeStyles({
  facts: {
    margin: 0,
    display: 'grid',
    gridTemplateColumns: 'auto minmax(0, 1fr)',
    gap: '4px 12px',
  },
  name: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0 },
  body: {
    margin: 0,
    padding: '10px',
    maxHeight: '50vh',
    overflow: 'auto',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    backgroundColor: tokens.colorNeutralBackground3,
  },
});

/** More of a body is in the export: a page must not hang on one record. */
const BODY_CHARACTERS_MAX = 100_000;

/** Envelope and body of an entry. */
export function EntryView({ entry }: { readonly entry: Entry }) {
  const styles = useStyles();
  const { leaf, body, bodyState, erased } = entry;
  const facts: readonly (readonly [string, React.ReactNode])[] = [
    [texts.evidence.kind, <SafeText key="kind" text={leaf.kind} />],
    [texts.evidence.source, <SafeText key="source" text={leaf.source} />],
    [texts.evidence.tenant, <TenantText key="tenant" tenant={leaf.tenant} />],
    [texts.evidence.happened, <Time key="at" at={leaf.at} form="second" />],
    [texts.evidence.seen, <Time key="seen" at={leaf.seen} form="second" />],
    [texts.evidence.id, <SafeText key="id" text={leaf.id} isExact />],
  ];
  return (
    <>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt className={styles.name}>{name}</dt>
            <dd className={styles.value}>{value}</dd>
          </div>
        ))}
      </dl>
      <Subtitle2 as="h3">{texts.evidence.body}</Subtitle2>
      <Text>{texts.evidence.bodyStates[bodyState]}</Text>
      {erased !== null && (
        <Text>
          <SafeText text={texts.evidence.erased(erased.by, erased.reason)} />
        </Text>
      )}
      {body !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area needs the keyboard.
        <pre className={styles.body} tabIndex={0}>
          {visibleBody(body)}
        </pre>
      )}
    </>
  );
}

/** Indented if it is JSON; line feeds stay. */
function visibleBody(body: string): string {
  const text = indented(body.slice(0, BODY_CHARACTERS_MAX));
  return text.split('\n').map(visibleText).join('\n');
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
