import {
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
} from '@fluentui/react-components';
import { PageLink } from '../../kit/page/page-link.tsx';
import { ScrollRegion } from '../../kit/page/scroll-region.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { incidentTexts as t } from '../../texts/incident.ts';
import { Entries } from './entries.tsx';
import type { Story, StoryEdge } from './incident-types.ts';

/** The acts of the picture as a table. */
export function GraphTable(props: {
  readonly label: string;
  readonly story: Story;
  readonly edges: readonly StoryEdge[];
}) {
  const { label, story, edges } = props;
  const names = new Map(story.nodes.map(({ id, name }) => [id, name]));
  return (
    <ScrollRegion label={label}>
      <Table size="small" aria-label={label} style={{ minWidth: '520px' }}>
        <TableHeader>
          <TableRow>
            <TableHeaderCell>{t.from}</TableHeaderCell>
            <TableHeaderCell>{t.act}</TableHeaderCell>
            <TableHeaderCell>{t.to}</TableHeaderCell>
            <TableHeaderCell>{t.first}</TableHeaderCell>
            <TableHeaderCell>{t.evidence}</TableHeaderCell>
          </TableRow>
        </TableHeader>
        <TableBody>
          {edges.map((edge) => (
            <TableRow key={`${edge.from} ${edge.to} ${edge.kind} ${edge.text}`}>
              <TableCell>
                <SafeText text={names.get(edge.from) ?? edge.from} />
              </TableCell>
              <TableCell>
                <SafeText text={edge.text} /> {t.times(edge.count)}
              </TableCell>
              <TableCell>
                <SafeText text={names.get(edge.to) ?? edge.to} />
              </TableCell>
              <TableCell>{edge.at !== null && <Time at={edge.at} />}</TableCell>
              <TableCell>
                <Entries entries={edge.entries} /> <Support edge={edge} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </ScrollRegion>
  );
}

/** The finding that an act rests on, with its confidence. */
function Support({ edge }: { readonly edge: StoryEdge }) {
  const [finding] = edge.findings;
  if (finding === undefined) return null;
  return (
    <>
      <PageLink path="/findings/$id" params={{ id: finding }}>
        {finding.slice(0, 8)}
      </PageLink>
      {edge.confidence !== null && ` ${t.confidence(edge.confidence)}`}
    </>
  );
}
