import { makeStyles, tokens } from '@fluentui/react-components';
import { type RefObject, useMemo } from 'react';
import { type CedarToken, cedarTokens } from './cedar-tokens.ts';

const LINE_PX = 20;

const useStyles = makeStyles({
  frame: {
    display: 'grid',
    gridTemplateColumns: '44px minmax(0, 1fr)',
    maxHeight: '62vh',
    overflow: 'auto',
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: '13px',
    lineHeight: `${LINE_PX}px`,
    ':focus-within': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  numbers: {
    textAlign: 'right',
    padding: '8px 8px 8px 0',
    color: tokens.colorNeutralForeground3,
    userSelect: 'none',
    whiteSpace: 'pre',
  },
  marked: { color: 'var(--answerNo)', fontWeight: tokens.fontWeightBold },
  area: { position: 'relative', overflowX: 'auto' },
  text: {
    margin: 0,
    padding: '8px',
    minHeight: '100%',
    boxSizing: 'border-box',
    fontFamily: 'inherit',
    fontSize: 'inherit',
    lineHeight: 'inherit',
    whiteSpace: 'pre',
    tabSize: 2,
    width: 'max-content',
    minWidth: '100%',
  },
  input: {
    position: 'absolute',
    inset: 0,
    width: '100%',
    height: '100%',
    margin: 0,
    padding: '8px',
    boxSizing: 'border-box',
    border: 'none',
    outlineStyle: 'none',
    resize: 'none',
    overflow: 'hidden',
    fontFamily: 'inherit',
    fontSize: 'inherit',
    lineHeight: 'inherit',
    whiteSpace: 'pre',
    tabSize: 2,
    color: 'transparent',
    caretColor: tokens.colorNeutralForeground1,
    backgroundColor: 'transparent',
    '@media (forced-colors: active)': { color: 'CanvasText', forcedColorAdjust: 'none' },
  },
  hidden: { '@media (forced-colors: active)': { visibility: 'hidden' } },
  plain: { color: tokens.colorNeutralForeground1 },
  comment: { color: tokens.colorNeutralForeground3, fontStyle: 'italic' },
  annotation: { color: tokens.colorPalettePurpleForeground2 },
  keyword: { color: tokens.colorPaletteBlueForeground2, fontWeight: tokens.fontWeightSemibold },
  type: { color: tokens.colorPaletteTealForeground2 },
  number: { color: tokens.colorPaletteDarkOrangeForeground2 },
  string: { color: tokens.colorPaletteGreenForeground2 },
});

/**
 * A text field with highlighting. The colored text lies under a transparent field, so selection,
 * undo, and screen readers work as in any field.
 *
 * @param marked 1-based lines with a problem
 */
export function CedarEditor(props: {
  readonly label: string;
  readonly text: string;
  readonly marked: ReadonlySet<number>;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly onChange: (text: string) => void;
}) {
  const styles = useStyles();
  const { label, text, marked, field, onChange } = props;
  const pieces = useMemo(() => cedarTokens(text), [text]);
  const count = text.split('\n').length;
  const styleOf = ({ kind }: CedarToken): string => styles[kind === 'text' ? 'string' : kind];
  return (
    <div className={styles.frame}>
      <div className={styles.numbers} aria-hidden>
        {Array.from({ length: count }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number.
          <div key={at} className={marked.has(at + 1) ? styles.marked : undefined}>
            {marked.has(at + 1) ? `✕ ${at + 1}` : at + 1}
          </div>
        ))}
      </div>
      <div className={styles.area}>
        <pre aria-hidden className={`${styles.text} ${styles.hidden}`}>
          {pieces.map((piece, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the place in the text is the key.
            <span key={at} className={styleOf(piece)}>
              {piece.text}
            </span>
          ))}
          {'\n'}
        </pre>
        <textarea
          ref={field}
          className={styles.input}
          aria-label={label}
          spellCheck={false}
          autoCapitalize="off"
          value={text}
          wrap="off"
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
    </div>
  );
}
