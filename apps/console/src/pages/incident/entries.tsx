import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { incidentTexts as t } from '../../texts/incident.ts';

/** The first entries of an evidence, each opens in the side panel. */
export function Entries(props: { readonly entries: readonly number[]; readonly max?: number }) {
  const { entries, max = 2 } = props;
  const left = entries.length - max;
  return (
    <span style={{ display: 'inline-flex', gap: '6px', flexWrap: 'wrap' }}>
      {entries.slice(0, max).map((entry) => (
        <EvidenceLink key={entry} entry={entry} />
      ))}
      {left > 0 && <span title={entries.join(', ')}>{t.more(left)}</span>}
    </span>
  );
}
