/** Text that tries to be more than text, and what every output must hold to. */

import { expect } from 'vitest';

export const payloads: Readonly<Record<string, string>> = {
  'clear the screen': '\u001b[2J\u001b[1;1H\u001b[31mred',
  'a link': '\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007',
  'a control of eight bits': '\u009b31m\u009d8;;x\u009c',
  'letters that run the other way': '\u202egnp.exe\u202c \u2066x\u2069 \u061c\u200f',
  'a line of its own': 'x\nFORGED Applied: 1 created',
  'a line of Windows': 'x\r\nFORGED ok',
  'back to the start of the line': 'x\rFORGED ok',
  'separators of Unicode': 'x\u2028FORGED\u2029FORGED\u0085FORGED',
  'nothing at all': 'a\u0000b\u007fc\u0008\u0008d',
  'a command to GitHub': '::error file=a.js,line=1::FORGED',
  'a command to GitHub on a line of its own': 'x\n::set-output name=a::FORGED',
  'an encoded command to GitHub': 'x%0A::warning::FORGED',
  'an old command to GitHub': 'x ##[add-mask]FORGED',
  'a command to Azure': 'x ##vso[task.setvariable variable=token]FORGED',
  markup: '<img src=x onerror=alert(1)>](javascript:alert(1)) `x` | **b** <!-- @everyone',
};

/** Nothing steers a terminal, starts a line of its own, or is a command in a log. */
export function assertPlain(said: string): void {
  expect(said).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}|[\u2028\u2029]/u);
  expect(said).not.toMatch(/^\s*FORGED/m);
  expect(said).not.toMatch(/^\s*::/m);
  expect(said).not.toMatch(/##(?:vso)?\[/i);
  expect(said).not.toMatch(/This is a bug|\n\s+at .*:\d+/);
}
