/** What an enemy may call an extension, a file, an app, and what every report has to show as it is. */

import type { Taint } from './sample.js';

export const hostileWords: Readonly<Record<string, string>> = {
  newlines: '\n\r\n::error::owned\n##vso[task.setvariable variable=x]owned',
  commands: '::error file=a,line=1::owned %0A %25 %AZP25 ; ] ##vso[task.complete]',
  html: '</script></style></title><script>alert(1)</script><img src=x onerror=alert(1)>"\'`',
  markdown:
    '`|` ``` *b* _i_ [x](http://evil) ![i](http://evil) @team #1 </code></details> <!-- --> | - [ ] ~~~',
  comments: '--> ]]> ?> &lt; &#60; &amp;',
  controls: '\u0000\u0007\u001b[31mred\u009b0m\u202egnp\u2028\ufffe\ud800',
};

export function taintWith(word: string): Taint {
  return (text) => `${text} ${word}`;
}
