import { Button } from '@fluentui/react-components';
import { useMemo, useState } from 'react';
import { texts } from '../../texts/en.ts';
import { cutText, visibleText } from './visible-text.ts';

/** Text of a record, an app or a person: hidden characters show, and long text is cut. */
export function SafeText({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false);
  const { start, isCut } = useMemo(() => cutText(text), [text]);
  return (
    <bdi style={{ overflowWrap: 'anywhere' }}>
      {visibleText(isWhole ? text : start)}
      {isCut && !isWhole && (
        <>
          {'… '}
          <Button size="small" appearance="transparent" onClick={() => setWhole(true)}>
            {texts.showAll}
          </Button>
        </>
      )}
    </bdi>
  );
}
