import type { Page } from '@countersign/client';
import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { ArrowDownload16Regular } from '@fluentui/react-icons';
import { texts } from '../../texts/en.ts';
import { AnswerMark } from '../answer/answer-mark.tsx';
import { Time } from '../text/time.tsx';
import type { Column, ItemTableProps } from './column.ts';
import { csvOf, saveFile } from './export-rows.ts';

const useStyles = makeStyles({
  foot: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '8px',
    paddingTop: '8px',
    color: tokens.colorNeutralForeground2,
  },
});

/** How many items show, whether the list may lack some, as of when, and exports. */
export function ListFoot<Item>(
  props: ItemTableProps<Item> & { readonly rows: readonly Item[]; readonly last: Page<Item> },
) {
  const styles = useStyles();
  const { rows, last, items, columns, label } = props;
  const { complete, asOf, next } = last;
  return (
    <div className={styles.foot} data-print="no">
      <Text size={200}>{texts.list.count(rows.length, next !== null)}</Text>
      {complete.kind !== 'yes' && (
        <Text size={200}>
          <AnswerMark kind={complete.kind} size={14} /> {complete.because[0]?.text}
        </Text>
      )}
      {asOf?.at && (
        <Text size={200}>
          {texts.list.asOf} <Time at={asOf.at} form="second" />
        </Text>
      )}
      {items.isFetchingNextPage && <Text size={200}>{texts.loading}</Text>}
      <Button
        size="small"
        appearance="subtle"
        icon={<ArrowDownload16Regular />}
        onClick={() =>
          saveFile(
            `${label}.csv`,
            'text/csv',
            csvOf(
              headersOf(columns),
              rows.map((row) => cellsOf(columns, row)),
            ),
          )
        }
      >
        {texts.list.csv(rows.length, next !== null)}
      </Button>
      <Button
        size="small"
        appearance="subtle"
        onClick={() => saveFile(`${label}.json`, 'application/json', JSON.stringify(rows, null, 2))}
      >
        {texts.list.json(rows.length, next !== null)}
      </Button>
    </div>
  );
}

function headersOf<Item>(columns: readonly Column<Item>[]): readonly string[] {
  return columns.filter(({ text }) => text !== undefined).map(({ header }) => header);
}

function cellsOf<Item>(columns: readonly Column<Item>[], item: Item): readonly string[] {
  return columns.flatMap(({ text }) => (text === undefined ? [] : [text(item)]));
}
