import type { Command } from 'commander';
import type { ExitCode } from '../core/exit-codes.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';

/** Takes the exit code of a command that ran to its end. */
export type Finish = (exitCode: ExitCode) => void;

/** Describes one command: its arguments, options and what runs it. The command's own code is loaded when it runs. */
export type AddCommand = (program: Command, io: Io, finish: Finish) => void;

/** Where the value of an option comes from: the command line or `QLIK_SYNC_<OPTION>`; `undefined` for neither. */
export type SourceOf = (option: keyof SharedFlags) => 'flag' | 'variable' | undefined;

export function sourceOf(action: Command): SourceOf {
  return (option) => {
    const source = action.getOptionValueSource(option);
    if (source === 'cli') return 'flag';
    return source === 'env' ? 'variable' : undefined;
  };
}
