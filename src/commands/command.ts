import type { Command } from 'commander';
import type { ExitCode } from '../core/exit-codes.js';
import type { Io } from '../run/io.js';

/** Takes the exit code of a command that came to its end. */
export type Finish = (exitCode: ExitCode) => void;

/** Describes one command: its arguments, options and what runs it. The command's own code is loaded when it runs. */
export type AddCommand = (program: Command, io: Io, finish: Finish) => void;
