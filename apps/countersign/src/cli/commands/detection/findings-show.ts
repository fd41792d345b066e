import type { Command as Parser } from 'commander';
import { ownPackage } from '../../../config/installed-package.ts';
import { eventsOf, findingCalled } from '../../../operations/readers/find-incident.ts';
import { groupOptions, incidentIds, ruleTitles } from '../../answers/finding-source.ts';
import { askStore } from '../../answers/open-readers.ts';
import type { BindCommand, CommandHandler } from '../../process/command-context.ts';
import { EXIT } from '../../process/exit-code.ts';
import { findingJson, printFinding } from '../../render/render-finding.ts';

export function declareFindingsShow(findings: Parser, bind: BindCommand): void {
  findings
    .command('show')
    .summary('one finding: why, who, what happened, what to do')
    .description(
      'Shows one finding: why it was raised, what would explain it harmlessly, what to do next, ' +
        'and the people, addresses, applications and events that it is about.',
    )
    .argument('<id>', 'of the finding, or its beginning')
    .action(bind(show));
}

const show: CommandHandler<[id: string]> = async (context, id) =>
  askStore(context, async (sources) => {
    const { terminal, clock } = context;
    const nowMs = clock.now();
    const finding = findingCalled(sources, id);
    const { findingDetail } = await import('../../../reports/findings/finding-detail.ts');
    const options = await groupOptions(sources, nowMs);
    const ruleTitle = await ruleTitles();
    const events = await eventsOf(sources, finding.draft);
    const detail = findingDetail(finding, events, { ...options, ruleTitle });
    if (!context.json) {
      await printFinding(terminal, detail);
      return EXIT.done;
    }
    const { findingEvent } = await import('../../../detection/findings/finding-event.ts');
    const event = findingEvent(finding, {
      ...{ origin: sources.head.origin, nowMs, version: ownPackage().version, titleOf: ruleTitle },
      incidents: incidentIds(options.incidents),
    });
    terminal.document(findingJson(detail, event));
    return EXIT.done;
  });
