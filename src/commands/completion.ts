/** `qlik-sync completion`: the script that a shell loads once. It runs `qlik-sync complete` for every Tab. */

import { Argument } from 'commander';
import { exitCodes } from '../core/exit-codes.js';
import type { Io } from '../run/io.js';
import type { AddCommand } from './options.js';

const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;

type Shell = (typeof shells)[number];

export const addCompletion: AddCommand = (program, io, finish) => {
  const command = program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells));
  command.action(async (shell: Shell) => {
    await printScript(shell, io);
    finish(exitCodes.ok);
  });
  command.addHelpText('after', installation);
};

const installation = `
Add one of these lines to what the shell reads when it starts.
  bash        source <(qlik-sync completion bash)
  zsh         source <(qlik-sync completion zsh)
  fish        qlik-sync completion fish | source
  PowerShell  qlik-sync completion powershell | Out-String | Invoke-Expression`;

async function printScript(shell: Shell, io: Io): Promise<void> {
  if (shell === 'bash') {
    io.stdout.write(bashScript);
    return;
  }
  // It prints by itself.
  const { script } = await import('@bomb.sh/tab');
  script(shell, 'qlik-sync', 'qlik-sync');
}

/**
 * A script of our own: the package's needs bash-completion, fails when it is loaded twice, and passes the line to `eval`,
 * which would run a `$(…)` on it. This one works with bash 3.2 and runs nothing but the program itself.
 */
const bashScript = `# bash completion for qlik-sync

_qlik_sync_complete() {
  local IFS=$' \\t\\n' line="\${COMP_LINE:0:COMP_POINT}" tool="\${COMP_WORDS[0]}"
  local words last out directive item prefix='' parted=''
  read -r -a words <<< "$line"
  case "$line" in *[[:space:]]) words+=('') ;; esac
  last="\${words[\${#words[@]}-1]}"
  out="$("\${tool/#\\~/$HOME}" complete -- "\${words[@]:1}" 2>/dev/null </dev/null)" || return 0
  directive="\${out##*:}"
  # Where "=" does not part words, what stands before it has to be given back.
  if [[ "$last" == --*=* && "$COMP_WORDBREAKS" != *=* ]]; then prefix="\${last%%=*}="; fi
  # Where it does, a label such as region=eu is completed behind its "=" alone.
  item="\${last#--*=}"
  if [[ "$item" == *=* && "$COMP_WORDBREAKS" == *=* ]]; then parted="\${item%=*}="; fi
  COMPREPLY=()
  while IFS= read -r item; do
    item="\${item%%$'\\t'*}"
    if [[ -n "$item" ]]; then COMPREPLY+=("$prefix\${item#"$parted"}"); fi
  done <<< "\${out%:*}"
  if (( directive & 2 )); then compopt -o nospace 2>/dev/null; fi
  if (( directive & 4 )); then compopt +o default 2>/dev/null; fi
  if (( directive & 16 )); then compopt +o default -o dirnames 2>/dev/null; fi
  return 0
}

complete -o default -F _qlik_sync_complete qlik-sync
`;
