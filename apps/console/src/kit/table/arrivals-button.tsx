import { Button, Text } from '@fluentui/react-components';
import { type LiveKind, useArrivals } from '../../api/live.ts';
import { texts } from '../../texts/en.ts';

/** "12 new": shows what arrived since the list was read. Until then nothing moves. */
export function ArrivalsButton(props: {
  readonly kinds: readonly LiveKind[];
  readonly onShow: () => unknown;
}) {
  const { count, isCertain, clear } = useArrivals(props.kinds);
  const show = (): void => {
    clear();
    props.onShow();
  };
  return (
    <div aria-live="polite" style={{ minHeight: '32px' }}>
      {!isCertain && <Text>{texts.list.unsure} </Text>}
      {(count > 0 || !isCertain) && (
        <Button appearance="primary" onClick={show}>
          {isCertain ? texts.list.fresh(count) : texts.list.readAgain}
        </Button>
      )}
    </div>
  );
}
