/** The command line: every command, option and help text. A command's code is loaded when it runs. */

import { Command } from 'commander';
import { printable } from '../report/paint.js';
import type { Io } from './io.js';
import { addAdopt } from './program/adopt.js';
import { addApply } from './program/apply.js';
import { addConfig } from './program/config.js';
import { addDoctor } from './program/doctor.js';
import { addDrift } from './program/drift.js';
import type { AddCommand, Finish } from './program/finish.js';
import { addHistory } from './program/history.js';
import { addImpact } from './program/impact.js';
import { addInit } from './program/init.js';
import { addPack } from './program/pack.js';
import { addPlan } from './program/plan.js';
import { addPromote } from './program/promote.js';
import { addPull } from './program/pull.js';
import { addRollback } from './program/rollback.js';
import { addSandbox } from './program/sandbox.js';
import { addValidate } from './program/validate.js';
import { addWatch } from './program/watch.js';
import { linesOfMistake } from './usage-mistake.js';

/** Throws CommanderError for what commander finds wrong; UserError for what we do. */
export function createProgram(io: Io, finish: Finish): Command {
  const program = new Command('qlik-sync')
    .description('Makes a Qlik Cloud tenant match your folders of visualization extensions.')
    .version(io.version, '-V, --version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: io.stdout.write,
      writeErr: io.stderr.write,
      outputError: (text, write) => {
        const lines = linesOfMistake(text).map(printable);
        write(`${io.stderr.paint('red', lines.join('\n'))}\n`);
      },
    });
  program.addHelpText(
    'after',
    '\nExit codes: 0 done · 2 changes · 3 usage or config · 4 permission · 5 incomplete · 6 refused · 7 drift or conflict · 9 out of time · 130 interrupted',
  );
  for (const add of findCommands(io.argv[0])) add(program, io, finish);
  return program;
}

const commands: Readonly<Record<string, AddCommand>> = {
  init: addInit,
  validate: addValidate,
  plan: addPlan,
  apply: addApply,
  impact: addImpact,
  watch: addWatch,
  pack: addPack,
  history: addHistory,
  rollback: addRollback,
  promote: addPromote,
  drift: addDrift,
  adopt: addAdopt,
  pull: addPull,
  sandbox: addSandbox,
  doctor: addDoctor,
  config: addConfig,
};

/** Describing all commands costs 4 ms, so only help and mistakes see all of them. */
function findCommands(name: string | undefined): readonly AddCommand[] {
  const named = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  return named === undefined ? Object.values(commands) : [named];
}
