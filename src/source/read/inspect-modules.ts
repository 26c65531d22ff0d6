/** The facts of a file's content, those that only a parser tells among them. */

import { type ContentFacts, inspectContent } from '../../core/content.js';
import { mayBeModule } from '../../core/modules/facts.js';
import type { readModule as ReadModule } from '../../core/modules/read-module.js';
import type { Inspect } from './read-file.js';

export interface Inspector {
  readonly inspect: Inspect;
  /**
   * Whether a module was met that nothing could read, since the parser is loaded only when there is one. It is loaded
   * then, and what was read has to be read again.
   */
  readonly lacksParser: () => Promise<boolean>;
}

export function createInspector(): Inspector {
  let readModule: typeof ReadModule | undefined;
  let isWanted = false;
  return {
    inspect: (path, content) => {
      const facts = inspectContent(path, content);
      if (!mayBeModule(path, content)) return facts;
      isWanted = true;
      return readModule === undefined ? facts : withModule(facts, readModule(path, content));
    },
    lacksParser: async () => {
      if (!isWanted || readModule !== undefined) return false;
      ({ readModule } = await import('../../core/modules/read-module.js'));
      return true;
    },
  };
}

function withModule(facts: ContentFacts, module: ReturnType<typeof ReadModule>): ContentFacts {
  return module === undefined ? facts : { ...facts, module };
}
