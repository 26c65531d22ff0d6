/** What a file's bytes show about it; computed once when it is read, and kept in the stat index. */

import { findOrigins, type OriginUse } from './content/origins.js';
import { isWholePage, namesOfPages } from './content/pages.js';
import { sniffRiskyType } from './content/risky-type.js';
import type { ModuleFacts } from './modules/facts.js';

/** Empty for the ordinary file. */
export interface ContentFacts {
  /** libmagic's name of the content type, only where it is among those that may make an upload fail. */
  readonly riskyType?: string;
  readonly origins?: readonly OriginUse[];
  /** A page of its own rather than a piece of one, with addresses on other hosts. */
  readonly page?: true;
  /** File names of pages that the code names. */
  readonly names?: readonly string[];
  /** Only of scripts that ask for more than plain names; whoever reads files adds it, since a parser tells it. */
  readonly module?: ModuleFacts;
}

const ordinary: ContentFacts = {};

/** Runs on every byte that is not in the index, so it must cost a fraction of hashing the same bytes. */
export function inspectContent(path: string, content: Buffer): ContentFacts {
  const suffix = suffixOf(path);
  const riskyType = sniffRiskyType(suffix, content);
  const origins = findOrigins(suffix, content);
  const page = origins.length > 0 && isWholePage(suffix, content);
  const names = namesOfPages(suffix, content);
  if (riskyType === undefined && origins.length === 0 && names.length === 0) return ordinary;
  return {
    ...(riskyType !== undefined && { riskyType }),
    ...(origins.length > 0 && { origins }),
    ...(page && { page }),
    ...(names.length > 0 && { names }),
  };
}

function suffixOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}
