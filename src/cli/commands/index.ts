import type { Command as Parser } from 'commander';
import type { Bind } from '../context.ts';
import { declareCheckTenant } from './check-tenant.ts';
import { declareConformance } from './conformance.ts';
import { declareCoverage } from './coverage.ts';
import { declareDecide } from './decide.ts';
import { declareDemo } from './demo.ts';
import { declareEmulator } from './emulator.ts';
import { declareEvidence } from './evidence.ts';
import { declareFindings } from './findings.ts';
import { declareImport } from './import.ts';
import { declareLedger } from './ledger.ts';
import { declareNotBuilt } from './not-built.ts';
import { declareOut } from './out.ts';
import { declarePolicy } from './policy.ts';
import { declareQuery } from './query.ts';
import { declareRebuild } from './rebuild.ts';
import { declareReconcile } from './reconcile.ts';
import { declareRequests } from './requests.ts';
import { declareServe } from './serve.ts';
import { declareShow } from './show.ts';
import { declareStatement } from './statement.ts';
import { declareTimeline } from './timeline.ts';

/** All commands, in the order of the help text. */
export function declareCommands(program: Parser, bind: Bind): void {
  declareDemo(program, bind);
  declareImport(program, bind);
  declareTimeline(program, bind);
  declareStatement(program, bind);
  declareFindings(program, bind);
  declareReconcile(program, bind);
  declareOut(program, bind);
  declareQuery(program, bind);
  declareCoverage(program, bind);
  declareDecide(program, bind);
  declarePolicy(program, bind);
  declareCheckTenant(program, bind);
  declareRequests(program, bind);
  declareConformance(program, bind);
  declareShow(program, bind);
  declareEvidence(program, bind);
  declareLedger(program, bind);
  declareRebuild(program, bind);
  declareServe(program, bind);
  declareEmulator(program, bind);
  declareNotBuilt(program, bind);
}
